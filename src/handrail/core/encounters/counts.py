"""Counts of a month: what is left of rows that retention has taken. They only grow."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import TruncMonth

from handrail.core.common.ids import new_id
from handrail.core.common.periods import later, whole_months
from handrail.core.journal import tables
from handrail.core.journal.holds import Scope
from handrail.core.journal.links import Run

AT_ONCE = 500
MONTHS = 13  # privacy rules 2.5: then aggregates only; a month goes as a whole, when its first day is that old


def add(model: type[Any], counts: dict[str, int], **key: Any) -> None:
    """Add to a row of counts, making it where there is none."""
    row, _ = model.objects.get_or_create(**key, defaults={"id": new_id()} | dict.fromkeys(counts, 0))
    grown = {name: F(name) + more for name, more in counts.items() if more}
    if grown:
        model.objects.filter(pk=row.pk).update(**grown)


def within(rows: QuerySet[Any], *, since: date, until: date) -> QuerySet[Any]:
    """Return the counts of the months that lie wholly in a span: part of a month is not known any more."""
    return rows.filter(day__in=whole_months(since, until))


def in_turn(ids: Sequence[uuid.UUID]) -> Iterable[Sequence[uuid.UUID]]:
    """Return ids in handfuls that a statement can hold."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


@dataclass(frozen=True)
class Passing:
    """Rows with a `day` that become counts of their month.

    `place` names the column with the site, `by` what is counted apart, `sums` what is added up, by the count's own column.
    """

    rows: type[Any]
    counts: type[Any]
    place: str
    by: Sequence[str]
    sums: Mapping[str, Any]


def fold_months(run: Run, passing: Passing, *, today: date, kept: Sequence[Scope]) -> int:
    """Make counts of the sealed rows of whole months that are over 13 months ago, and let them go; return how many went."""
    old = passing.rows.objects.filter(sealed=True, day__lt=later(today, months=1 - MONTHS))
    for one in kept:
        old = old.exclude(**{f"{passing.place}_id": uuid.UUID(one.site)}, day__gte=one.since, day__lt=one.until)
    gone = 0
    firsts = old.order_by().annotate(first=TruncMonth("day")).values_list("first", flat=True).distinct()
    for first in sorted(set(firsts)):
        month = old.filter(day__gte=first, day__lt=later(first, months=1))
        days = set(month.order_by().values_list("day", flat=True))
        with tables.changing({first, *days}, batch=run.number):
            for told in month.order_by().values(f"{passing.place}_id", *passing.by).annotate(**passing.sums):
                add(passing.counts, {name: told.pop(name) for name in passing.sums}, day=first, **told)
            gone += month.delete()[0]
    return gone
