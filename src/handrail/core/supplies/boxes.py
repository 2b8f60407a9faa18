"""Open boxes: which lot is being given out of at a place, because somebody read it off the box.

With no box marked open a lot can only be assumed: the one that expires first among those that are there. An assumption is never
written down as a fact: the line says `assumed`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handrail.core import journal
from handrail.core.common import periods
from handrail.core.common.acts import Stated
from handrail.core.common.ids import parse_id, part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.journal import kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models, queries, recalls, rules

KNOWN, ASSUMED = "known", "assumed"


@dataclass(frozen=True)
class OpenBox:
    """A box was opened at a place (the shelf's window, a van, a bag) and its lot read; no lot: the box that was open is empty."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    account_id: uuid.UUID
    item: str
    lot_id: uuid.UUID | None

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"account": str(self.account_id), "item": self.item, "lot": str(self.lot_id or "")}
        return Stated(self.id, "supplies.open_box", 1, self.site_id, self.at, body)


def register() -> None:
    """Make open boxes known."""
    kinds.register(kinds.Kind("supplies.open_box", 1, parse=parse, run=open_box, stage=1))


def parse(envelope: kinds.Envelope) -> OpenBox:
    """Make an opened box of an envelope; no account: the shelf. Raises Refused("not-an-act")."""
    body = envelope.body
    item, lot = body.get("item"), body.get("lot")
    good = isinstance(item, str) and (lot == "" or parse_id(lot)) and set(body) <= {"account", "item", "lot"}
    if not good or envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    account = parse_id(body["account"]) if "account" in body else rules.account_id(envelope.site_id, rules.SHELF)
    if account is None:
        raise Refused("not-an-act")
    return OpenBox(envelope.id, envelope.site_id, periods.coarse(envelope.at), account, str(item), parse_id(lot))


@journal.one_act
def open_box(draft: OpenBox, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Mark a box open at a place; what comes late never closes a box of a later day.

    Raises:
        Refused: `unknown-account`, `unknown-item`, `unknown-lot`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, "supplies.count", site_id=draft.site_id)
    queries.check_stock(draft.site_id, (draft.account_id,))
    queries.check_known([rules.Line(draft.item, 1, draft.lot_id)])
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    box_id = part_id(draft.account_id, f"box:{draft.item}")
    told = {"account_id": draft.account_id, "item_id": draft.item, "lot_id": draft.lot_id, "day": day}
    box, made = models.Box.objects.get_or_create(id=box_id, defaults=told)
    if not made and box.day <= day:
        models.Box.objects.filter(pk=box_id).update(lot_id=draft.lot_id, day=day)
    return entry


@dataclass(frozen=True)
class Offer:
    """The lot that a place gives out of: `known` was read off the open box, `assumed` was not."""

    lot_id: uuid.UUID
    basis: str


def opened(account_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """Return the lot of each open box at a place, by item."""
    rows = models.Box.objects.filter(account=account_id, lot__isnull=False)
    return dict(rows.values_list("item_id", "lot_id"))


def offers(account_id: uuid.UUID, *, day: date) -> Mapping[str, Offer]:
    """Return what a place gives out of, by item: its open box, else the earliest lot that is there, in date and not recalled."""
    boxes, recalled = opened(account_id), recalls.standing_lots()
    told: dict[str, Offer] = {}
    for line in queries.in_accounts([account_id]).get(account_id, []):  # first to expire first
        good = line.lot_id and line.balance > 0 and not line.is_past(day) and line.lot_id not in recalled
        if good and line.lot_id and line.item not in told:
            told[line.item] = Offer(line.lot_id, ASSUMED)
    return told | {item: Offer(lot, KNOWN) for item, lot in boxes.items() if lot not in recalled}
