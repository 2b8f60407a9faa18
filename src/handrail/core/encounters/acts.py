"""The kinds of act about encounters."""

from typing import Any

from handrail.core.common import keys, periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds
from handrail.core.people import rules as people

from . import actions, erasure, parts, rules

PERSON = frozenset({"person"})


def register() -> None:
    """Make visits, tallies, their undoing and erasures known."""
    run: Any = {"run": actions.record_visit, "run_many": actions.record_visits, "stage": 1}
    kinds.register(kinds.Kind("window.visit", 1, parse=parse_visit, expires=PERSON, **run))
    kinds.register(kinds.Kind("window.tally", 1, parse=parse_tally, **run))
    kinds.register(kinds.Kind("encounters.erase_card", 1, parse=_desk_only, run=erasure.erase_card))
    kinds.register(kinds.Kind("window.undo", 1, parse=parse_undo, run=actions.undo_visit, stage=2))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: who asks to be forgotten asks at the desk, with the card in hand."""
    raise Refused("desk-only")


def parse_visit(envelope: kinds.Envelope) -> rules.Visit:
    """Make a visit of an envelope: a card's code becomes a pseudonym here and is not kept.

    Raises:
        Refused: `not-an-act`, `not-a-code`, `bad-amount`, and what the services refuse of their parts.
    """
    told = dict(envelope.body)
    served_for, card = rules.check_served_for(told.pop("served_for", 1)), told.pop("card", None)
    if envelope.site_id is None or envelope.at is None or not (card is None or isinstance(card, str)):
        raise Refused("not-an-act")
    pseudonym = people.pseudonym(card, site_id=envelope.site_id, ring=keys.ring()) if card else None
    at = periods.coarse(envelope.at)
    return rules.Visit(envelope.id, envelope.site_id, at, parts.parse(told), told, served_for, pseudonym)


def parse_tally(envelope: kinds.Envelope) -> rules.Visit:
    """Make a tally of an envelope: one record of so many people, never a card and never a row a person.

    Raises:
        Refused: `not-an-act`, `bad-amount`, and what the services refuse of their parts.
    """
    told = dict(envelope.body)
    people = rules.check_served_for(told.pop("people", None), most=rules.MOST_IN_A_TALLY)
    if envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    at = periods.coarse(envelope.at)
    return rules.Visit(envelope.id, envelope.site_id, at, parts.parse(told), told, people, channel=rules.TALLY)


def parse_undo(envelope: kinds.Envelope) -> rules.Undo:
    """Make an undoing of an envelope. Raises Refused("not-an-act")."""
    visit_id = parse_id(envelope.body.get("visit"))
    if envelope.site_id is None or envelope.at is None or visit_id is None or set(envelope.body) != {"visit"}:
        raise Refused("not-an-act")
    return rules.Undo(envelope.id, envelope.site_id, periods.coarse(envelope.at), visit_id)
