"""The ledger's kinds of act."""

from datetime import date
from typing import Any

from handrail.core.common import periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds

from . import actions, boxes, kits, places, recalls, rules

COUNTED = frozenset({"account", "item", "lot", "expected", "found"})


def register() -> None:
    """Make deliveries and counts known."""
    kinds.register(kinds.Kind("supplies.receive", 1, parse=parse_delivery, run=actions.receive, ledger=True))
    kinds.register(kinds.Kind("supplies.count", 1, parse=parse_count, run=actions.count, stage=1, ledger=True))
    places.register()
    boxes.register()
    kinds.register(kinds.Kind("supplies.compose_kit", 1, parse=_desk_only, run=kits.compose, ledger=True))
    for name, run in (("supplies.recall", recalls.recall), ("supplies.end_recall", recalls.end_recall)):
        kinds.register(kinds.Kind(name, 1, parse=_desk_only, run=run))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: a lot is called back, and a kit composed, at a desk where the whole of it is seen."""
    raise Refused("desk-only")


def parse_delivery(envelope: kinds.Envelope) -> rules.Delivery:
    """Make a delivery of an envelope. Raises Refused: `not-an-act`, `bad-amount`."""
    body = envelope.body
    item, lot, expires = body.get("item"), body.get("lot", ""), body.get("expires")
    good = isinstance(item, str) and isinstance(lot, str) and set(body) <= {"item", "amount", "lot", "expires"}
    if not good or envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    amount = rules.check_amount(body.get("amount"))
    at = periods.coarse(envelope.at)
    return rules.Delivery(envelope.id, envelope.site_id, at, str(item), amount, str(lot).strip(), _day(expires))


def parse_count(envelope: kinds.Envelope) -> rules.Count:
    """Make a count of an envelope. Raises Refused: `not-an-act`, `bad-amount`, `unknown-account`."""
    body = envelope.body
    item, account, lot = body.get("item"), body.get("account"), body.get("lot", "")
    good = isinstance(item, str) and isinstance(account, str) and (lot == "" or parse_id(lot)) and set(body) <= COUNTED
    whole = all(isinstance(body.get(name), int) for name in ("expected", "found"))
    if not good or not whole or envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    draft = rules.Count(
        envelope.id,
        envelope.site_id,
        periods.coarse(envelope.at),
        str(account),
        str(item),
        parse_id(lot),
        body["expected"],
        body["found"],
    )
    rules.check_count(draft)
    return draft


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except (TypeError, ValueError):
        raise Refused("not-an-act") from None
