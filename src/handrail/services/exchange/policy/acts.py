"""The kinds of act about amounts. A policy is a rule of the house, and named; why more was given is anonymous."""

from handrail.core.common.periods import coarse
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds, tables
from handrail.services.exchange import models

from . import actions, rules


def register() -> None:
    """Make policies and reasons known."""
    kinds.register(
        kinds.Kind("exchange.set_policy", 1, parse=parse_policy, run=actions.set_policy, journal=kinds.CONFIDENTIAL)
    )
    kinds.register(kinds.Kind("exchange.gave_more", 1, parse=parse_gave_more, run=actions.say_why))
    tables.register(tables.relay(models.GaveMore))


def parse_policy(envelope: kinds.Envelope) -> rules.NewPolicy:
    """Make a policy of an envelope."""
    if envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    return rules.NewPolicy(envelope.id, envelope.site_id, envelope.at, rules.parse_policy(envelope.body))


def parse_gave_more(envelope: kinds.Envelope) -> rules.GaveMore:
    """Make a reason of an envelope. Raises Refused: `not-an-act`, `unknown-reason`."""
    if envelope.site_id is None or envelope.at is None or set(envelope.body) != {"because"}:
        raise Refused("not-an-act")
    because = rules.check_because(envelope.body["because"])
    return rules.GaveMore(envelope.id, envelope.site_id, coarse(envelope.at), because)
