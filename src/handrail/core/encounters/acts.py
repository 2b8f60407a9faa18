"""The kinds of act about encounters."""

from typing import Any

from handrail.core.common import keys, periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds
from handrail.core.people import rules as people

from . import actions, channels, erasure, parts, routes, rules

PERSON = frozenset({"person"})


def register() -> None:
    """Make visits, tallies, their undoing and erasures known."""
    run: Any = {"run": actions.record_visit, "run_many": actions.record_visits, "stage": 1}
    kinds.register(kinds.Kind("window.visit", 1, parse=parse_visit, expires=PERSON, **run))
    kinds.register(kinds.Kind("window.tally", 1, parse=parse_tally, **run))
    kinds.register(kinds.Kind("consumption.visit", 1, parse=parse_floor_visit, expires=PERSON, **run))
    kinds.register(kinds.Kind("encounters.erase_card", 1, parse=_desk_only, run=erasure.erase_card))
    kinds.register(kinds.Kind("encounters.add_stop", 1, parse=_desk_only, run=routes.add_stop))
    kinds.register(kinds.Kind("encounters.end_stop", 1, parse=_desk_only, run=routes.end_stop))
    kinds.register(kinds.Kind("encounters.stand", 1, parse=parse_stand, run=routes.stand))
    kinds.register(kinds.Kind("window.undo", 1, parse=parse_undo, run=actions.undo_visit, stage=2))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse what is done at the desk alone: a card is forgotten with it in hand, a route is laid out there."""
    raise Refused("desk-only")


def parse_visit(envelope: kinds.Envelope) -> rules.Visit:
    """Make a visit of an envelope: a card's code becomes a pseudonym here and is not kept; where the channel keeps no card, nor is that.

    Raises:
        Refused: `not-an-act`, `not-a-code`, `bad-amount`, `unknown-channel`, and what the services refuse of their parts.
    """
    told = dict(envelope.body)
    where = channels.take_where(told, kind=channels.VISIT)
    served_for, card = rules.check_served_for(told.pop("served_for", 1)), told.pop(channels.CARD, None)
    if envelope.site_id is None or envelope.at is None or not (card is None or isinstance(card, str)):
        raise Refused("not-an-act")
    kept = card if where.channel.keeps_cards else None
    pseudonym = people.pseudonym(kept, site_id=envelope.site_id, ring=keys.ring()) if kept else None
    left_out = (channels.CARD,) if card and not kept else ()
    at = periods.coarse(envelope.at)
    return rules.Visit(
        envelope.id,
        envelope.site_id,
        at,
        parts.parse(told),
        told,
        served_for,
        pseudonym,
        where=where,
        left_out=left_out,
    )


def parse_floor_visit(envelope: kinds.Envelope) -> rules.Visit:
    """Refuse: a visit to the floor comes step by step, and is kept when it is over. Raises Refused("not-an-act")."""
    raise Refused("not-an-act")


def parse_tally(envelope: kinds.Envelope) -> rules.Visit:
    """Make a tally of an envelope: one record of so many people, never a card and never a row a person.

    Raises:
        Refused: `not-an-act`, `bad-amount`, `unknown-channel`, and what the services refuse of their parts.
    """
    told = dict(envelope.body)
    where = channels.take_where(told, kind=channels.TALLY)
    people = rules.check_served_for(told.pop("people", None), most=rules.MOST_IN_A_TALLY)
    if envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    at = periods.coarse(envelope.at)
    return rules.Visit(envelope.id, envelope.site_id, at, parts.parse(told), told, people, where=where)


def parse_undo(envelope: kinds.Envelope) -> rules.Undo:
    """Make an undoing of an envelope. Raises Refused("not-an-act")."""
    visit_id = parse_id(envelope.body.get("visit"))
    if envelope.site_id is None or envelope.at is None or visit_id is None or set(envelope.body) != {"visit"}:
        raise Refused("not-an-act")
    return rules.Undo(envelope.id, envelope.site_id, periods.coarse(envelope.at), visit_id)


def parse_stand(envelope: kinds.Envelope) -> routes.Stand:
    """Make of an envelope for how long a stop was open. Raises Refused: `not-an-act`, `bad-amount`."""
    stop_id = parse_id(envelope.body.get("stop"))
    if set(envelope.body) != {"stop", "minutes"} or envelope.site_id is None or envelope.at is None or stop_id is None:
        raise Refused("not-an-act")
    minutes = routes.check_minutes(envelope.body["minutes"])
    return routes.Stand(envelope.id, envelope.site_id, periods.coarse(envelope.at), stop_id, minutes)
