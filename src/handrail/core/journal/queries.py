"""Questions to the journal."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, Count, Exists, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from . import kinds
from .models import Batch, Held, OpenEntry, Opening


@dataclass(frozen=True)
class Link:
    """One batch's place in the chain of its journal."""

    journal: str
    number: int
    day: date
    chain: str


@dataclass(frozen=True)
class HeldSummary:
    """How many acts wait for review, and since which day; None where nothing waits."""

    count: int
    oldest: date | None


def held_summary(sites: Collection[str] | None = None) -> HeldSummary:
    """Return how much is held, in all or at these sites."""
    told = _held(sites).aggregate(count=Count("id"), oldest=Min("day"))
    return HeldSummary(told["count"], told["oldest"])


@dataclass(frozen=True)
class HeldLine:
    """Held acts that are alike: one kind, site, day, reason and device. `id` names one of them, and so the line.

    `asked`: somebody else asked to open one of them and waits for a second person.
    """

    id: uuid.UUID
    kind: str
    site: str
    day: date
    reason: str
    count: int
    asked: bool = False


ALIKE = ("kind", "site", "day", "reason", "sender")


def held_lines(sites: Collection[str], *, most: int, asked: QuerySet[Opening] | None = None) -> list[HeldLine]:
    """Return what is held at these sites, alike acts on one line, the oldest day first; the bodies stay sealed.

    Args:
        asked: the openings that wait for whoever looks at the list (`waiting_for`).
    """
    waits = Exists((asked or Opening.objects.none()).filter(held=OuterRef("pk")))
    rows = _held(sites).annotate(waits=waits).values(*ALIKE)
    rows = rows.annotate(count=Count("id"), first=Min(Cast("id", CharField())), asked=Count("id", filter=Q(waits=True)))
    return [
        HeldLine(
            uuid.UUID(row["first"]), row["kind"], row["site"], row["day"], row["reason"], row["count"], bool(row["asked"])
        )
        for row in rows.order_by("day", "first")[:most]
    ]  # fmt: skip


def waiting_for(second: uuid.UUID, sites: Collection[str], *, since: datetime) -> QuerySet[Opening]:
    """Return the openings at these sites that somebody asked for since then, and that this other worker could confirm."""
    asked = Opening.objects.filter(held__site__in=sites, confirmed_at=None, asked_at__gt=since)
    return asked.exclude(asked_by=str(second))


def held_line(held_id: uuid.UUID) -> HeldLine | None:
    """Return the line on which a held act stands; None when it is not held any more."""
    row = Held.objects.filter(pk=held_id).values(*ALIKE).first()
    if row is None:
        return None
    count = Held.objects.filter(**row).count()
    return HeldLine(held_id, row["kind"], row["site"], row["day"], row["reason"], count)


def openings(held_id: uuid.UUID) -> list[Opening]:
    """Return who asked to open the acts of this line and what became of it, the latest first."""
    row = Held.objects.filter(pk=held_id).values(*ALIKE).first() or {"pk": None}
    alike = Held.objects.filter(**row).values("pk")
    return list(Opening.objects.filter(held__in=alike).order_by("-asked_at"))


def _held(sites: Collection[str] | None) -> QuerySet[Held]:
    return Held.objects.all() if sites is None else Held.objects.filter(site__in=sites)


def sealed_through() -> date | None:
    """Return the last day that the anonymous journal was sealed with; None before the first sealing."""
    sealings = Batch.objects.filter(
        journal=kinds.ANONYMOUS, leaves__gt=0
    )  # a batch without leaves is a run of retention
    return sealings.order_by("-day").values_list("day", flat=True).first()


def oldest_open_day() -> date | None:
    """Return the first day of which the anonymous journal holds something that is not sealed; None when nothing is open."""
    return OpenEntry.objects.filter(journal=kinds.ANONYMOUS).order_by("day").values_list("day", flat=True).first()


def last_links() -> list[Link]:
    """Return the end of each journal's chain; a journal that was never sealed has none."""
    ends = (
        Batch.objects.filter(journal=one).order_by("number").last() for one in (kinds.ANONYMOUS, kinds.CONFIDENTIAL)
    )
    return [_link(batch) for batch in ends if batch]


def link(journal: str, number: int) -> Link | None:
    """Return the place of one batch in the chain; None where there is no such batch."""
    batch = Batch.objects.filter(journal=journal, number=number).first()
    return _link(batch) if batch else None


def _link(batch: Batch) -> Link:
    return Link(batch.journal, batch.number, batch.day, bytes(batch.chain).hex())
