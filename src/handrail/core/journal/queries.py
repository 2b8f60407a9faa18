"""Questions to the journal."""

from dataclasses import dataclass
from datetime import date

from . import kinds
from .models import Batch, Held


@dataclass(frozen=True)
class Link:
    """One batch's place in the chain of its journal."""

    journal: str
    number: int
    day: date
    chain: str


def held() -> list[Held]:
    """Return what is held for review, the oldest day first: kind, site, day, reason; the body stays sealed."""
    return list(Held.objects.order_by("day", "id").defer("sealed"))


def sealed_through() -> date | None:
    """Return the last day that the anonymous journal was sealed with; None before the first sealing."""
    sealings = Batch.objects.filter(
        journal=kinds.ANONYMOUS, leaves__gt=0
    )  # a batch without leaves is a run of retention
    return sealings.order_by("-day").values_list("day", flat=True).first()


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
