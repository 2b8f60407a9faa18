"""Recalls: from a lot to every place that holds it, every box it is open in, and every visit it went out at.

Tasks are not kept: a place that still holds some of the lot is one, and setting it aside (a transfer to quarantine) ends it. A visit
without a code cannot be told: for those a notice is drafted.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Sum

from handrail.core import journal
from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models, queries, rules

PERMISSION = "supplies.recall"
LONGEST_REASON = 200
KNOWN, ASSUMED, NOT_READ = "known", "assumed", "not-read"


@dataclass(frozen=True)
class NewRecall:
    """A lot is recalled, everywhere: nobody gives it out any more."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    lot_id: uuid.UUID
    reason: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"lot": str(self.lot_id), "reason": self.reason}
        return Stated(self.id, "supplies.recall", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class RecallEnd:
    """A recall is over; what was found stays."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    recall_id: uuid.UUID

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "supplies.end_recall", 1, self.site_id, self.at, {"recall": str(self.recall_id)})


@journal.one_act
def recall(draft: NewRecall, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Recall a lot. Raises Refused: `unknown-lot`, `bad-reason`, `recalled-already`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    reason = draft.reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not is_plain(reason):
        raise Refused("bad-reason", longest=LONGEST_REASON)
    if draft.lot_id not in queries.catalogue().item_of:
        raise Refused("unknown-lot")
    if models.Recall.objects.filter(lot=draft.lot_id, ended=None).exists():
        raise Refused("recalled-already")
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Recall.objects.create(id=draft.id, lot_id=draft.lot_id, day=day, reason=reason)
    return entry


@journal.one_act
def end_recall(draft: RecallEnd, *, by: Worker, received_at: datetime) -> journal.Entry:
    """End a recall. Raises Refused("no-such-recall")."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    if not models.Recall.objects.filter(pk=draft.recall_id, ended=None).exists():
        raise Refused("no-such-recall")
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Recall.objects.filter(pk=draft.recall_id).update(ended=day)
    return entry


@dataclass(frozen=True)
class Went:
    """Units of a lot that went out at one site by one channel. `basis`: `known`, `assumed`, or `not-read` (of the item, lot unknown)."""

    site: str
    channel: str
    basis: str
    visits: int
    with_code: int
    units: int

    @property
    def without_code(self) -> int:
        """Visits that nobody can be told of but by a notice."""
        return self.visits - self.with_code


Trace = Callable[[str, uuid.UUID, date | None], Sequence[Went]]
_traces: dict[str, Trace] = {}


def register(service: str, trace: Trace) -> None:
    """Let a service say where a lot went: `trace(item, lot_id, since)`; `since` is the first day the lot was here, None: it never was."""
    _traces[service] = trace


@dataclass(frozen=True)
class Holding:
    """A place that holds some of a lot, by the ledger; `opened` when a box of it is open there."""

    site_id: uuid.UUID
    site: str
    account_id: uuid.UUID
    kind: str
    name: str
    units: int
    opened: bool

    @property
    def is_task(self) -> bool:
        """Tell whether somebody must set it aside: it could still be given out here."""
        return self.kind in rules.GIVING and (self.units > 0 or self.opened)


@dataclass(frozen=True)
class Found:
    """A recall with all that it leads to."""

    id: uuid.UUID
    item: str
    item_name: str
    category: str
    lot_id: uuid.UUID
    lot_code: str
    reason: str
    day: date
    ended: date | None
    holdings: list[Holding]
    went: list[Went]

    @property
    def tasks(self) -> list[Holding]:
        """The places that must still set it aside."""
        return [one for one in self.holdings if one.is_task]

    def of(self, basis: str) -> list[Went]:
        """Return what went out on one basis."""
        return [one for one in self.went if one.basis == basis]

    @property
    def sites(self) -> list[str]:
        """The sites whose visitors may have some."""
        return sorted({one.site for one in self.went})


def standing_lots() -> frozenset[uuid.UUID]:
    """Return the lots under a recall that stands."""
    return frozenset(models.Recall.objects.filter(ended=None).values_list("lot_id", flat=True))


@dataclass(frozen=True)
class Notice:
    """A recall as a list of them shows it."""

    id: uuid.UUID
    item_name: str
    lot_code: str
    lot_id: uuid.UUID
    day: date
    ended: date | None


def notices() -> list[Notice]:
    """Return every recall, those that stand first, the latest before the others."""
    rows = models.Recall.objects.select_related("lot__item").order_by("-day", "id")
    told = [Notice(row.id, row.lot.item.name, row.lot.code, row.lot_id, row.day, row.ended) for row in rows]
    return sorted(told, key=lambda one: one.ended is not None)


def standing_at(site_id: uuid.UUID) -> list[Notice]:
    """Return the recalls that stand and have a task at a site: its window says so."""
    standing = [one for one in notices() if one.ended is None]
    return [one for one in standing if any(held.is_task and held.site_id == site_id for held in holdings(one.lot_id))]


def find(recall_id: uuid.UUID) -> Found:
    """Return a recall and all that it leads to. Raises Refused("no-such-recall")."""
    row = models.Recall.objects.select_related("lot__item").filter(pk=recall_id).first()
    if row is None:
        raise Refused("no-such-recall")
    since = _first_here(row.lot_id)
    went = [one for name in sorted(_traces) for one in _traces[name](row.lot.item_id, row.lot_id, since)]
    return Found(
        row.id, row.lot.item_id, row.lot.item.name, row.lot.item.category, row.lot_id, row.lot.code, row.reason, row.day, row.ended,
        holdings(row.lot_id), went,
    )  # fmt: skip


def holdings(lot_id: uuid.UUID) -> list[Holding]:
    """Return every place that holds some of a lot or has a box of it open, over all sites."""
    units = _balances(lot_id)
    boxes = set(models.Box.objects.filter(lot=lot_id).values_list("account_id", flat=True))
    rows = models.Account.objects.filter(pk__in={*units, *boxes}).exclude(kind__in=rules.OUTSIDE).select_related("site")
    told = [
        Holding(row.site_id, row.site.name, row.id, row.kind, row.name, units.get(row.id, 0), row.id in boxes)
        for row in rows
        if units.get(row.id) or row.id in boxes
    ]
    return sorted(told, key=lambda one: (one.site, one.kind, one.name))


def _balances(lot_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Add the latest mark of a lot in each account to what is still open."""
    item, accounts = queries.catalogue().item_of.get(lot_id), models.Account.objects.values("pk")
    held: dict[uuid.UUID, int] = defaultdict(int)
    marks = models.BalanceMark.objects.filter(account__in=accounts, item=item, lot=lot_id).order_by("batch")
    held.update(marks.values_list("account_id", "balance"))  # the latest of each stays
    for side, sign in (("target_id", 1), ("source_id", -1)):
        rows = models.OpenMovement.objects.filter(lot=lot_id).order_by()
        for account, total in rows.values_list(side).annotate(total=Sum("amount")):
            held[account] += sign * total
    return held


def _first_here(lot_id: uuid.UUID) -> date | None:
    tables = (models.Movement.objects, models.OpenMovement.objects)
    days = [rows.filter(lot=lot_id).order_by("day").values_list("day", flat=True).first() for rows in tables]
    return min((day for day in days if day), default=None)
