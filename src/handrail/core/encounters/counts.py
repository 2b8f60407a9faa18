"""Counts of a month: what is left of rows that retention has taken. They only grow."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from handrail.core.common.ids import new_id
from handrail.core.common.periods import whole_months

AT_ONCE = 500


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
