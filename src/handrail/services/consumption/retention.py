"""What the floor forgets: whose an overdose was after 90 days, the overdose itself after 13 months, when it becomes a count.

Visits to the floor go with their encounters. Every step repeats without harm.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from handrail.core.common.periods import later
from handrail.core.encounters.counts import MONTHS, add
from handrail.core.journal import holds, tables
from handrail.core.journal.links import Run
from handrail.core.journal.retention import PERSON_DAYS

from . import actions, models

Kept = Sequence[holds.Scope]
SHIFT_LONGEST = timedelta(
    hours=16
)  # nobody closed the shift: what ended so long ago is kept without its minutes all the same
LABEL = models.Overdose._meta.label_lower


def settle_all(*, now: datetime) -> int:
    """Let the exact times of visits go that ended in a shift which nobody closed; return how many. Who is still here stays."""
    sites = models.Floor.objects.values_list("site_id", flat=True)
    return sum(actions.settle(site_id, now=now, before=now - SHIFT_LONGEST) for site_id in sites)


def forget(run: Run, *, today: date, kept: Kept) -> None:
    """Forget what is due today, but for what a hold keeps."""
    sealed = _free(models.Overdose.objects.filter(sealed=True), kept)
    _blank(run.number, sealed.filter(day__lt=today - PERSON_DAYS))
    before = later(today, months=1 - MONTHS)
    _fold(run, sealed.filter(day__lt=before))
    old = _free(models.Incident.objects.filter(sealed=True, day__lt=before), kept)
    with tables.changing(_days(old), batch=run.number, only={models.Incident._meta.label_lower}):
        run.count("incidents", old.delete()[0])


def disown(site_id: uuid.UUID, pseudonym: str, persons: Collection[str], *, batch: int, kept: Kept) -> None:
    """Unlink an erased card: from an open visit at once; where it was joined to an overdose, every overdose of the site loses its card.

    Everybody's, so that nothing tells whose it was.
    """
    models.LiveVisit.objects.filter(site=site_id, pseudonym=pseudonym).update(pseudonym="")
    rows = _free(models.Overdose.objects.filter(site=site_id), kept)
    if rows.filter(person__in=persons).exists():
        _blank(batch, rows)


def _blank(batch: int, rows: QuerySet[models.Overdose]) -> None:
    joined = rows.exclude(person="")
    with tables.changing(_days(joined), batch=batch, only={LABEL}):
        joined.update(person="")


def _free(rows: QuerySet[Any], kept: Kept) -> QuerySet[Any]:
    for one in kept:
        rows = rows.exclude(site=uuid.UUID(one.site), day__gte=one.since, day__lt=one.until)
    return rows


def _days(rows: QuerySet[Any]) -> set[date]:
    return set(rows.order_by().values_list("day", flat=True).distinct())


def _fold(run: Run, old: QuerySet[models.Overdose]) -> None:
    """Make counts of overdoses of whole months; what came late to them goes with them."""
    for first in sorted({day.replace(day=1) for day in _days(old)}):
        rows = old.filter(day__gte=first, day__lt=later(first, months=1))
        with tables.changing({first, *_days(rows)}, batch=run.number):
            _count(rows, first)
            ids = list(rows.values_list("pk", flat=True))
            models.LateStamp.objects.filter(overdose__in=ids).delete()
            run.count("overdoses", len(ids))
            rows.delete()


def _count(rows: QuerySet[models.Overdose], first: date) -> None:
    counted: dict[tuple[uuid.UUID, str, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(("events", "naloxone", "oxygen_only", "ambulance"), 0)
    )
    for row in rows:
        told = counted[row.site_id, row.type, row.outcome]
        told["events"] += 1
        told["naloxone"] += row.doses > 0
        told["oxygen_only"] += row.oxygen and not row.doses
        told["ambulance"] += row.ambulance
    for (site_id, kind, outcome), told in sorted(counted.items(), key=str):
        add(models.OverdoseMonth, told, site_id=site_id, day=first, type=kind, outcome=outcome)
