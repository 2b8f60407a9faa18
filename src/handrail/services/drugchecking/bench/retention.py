"""What the sample table forgets: a code 90 days after its last statement; at 13 months what could single somebody out.

Then bench number and code, imprint, place and notes go; month, region and findings stay. Source: the drug checking reference, 3.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet

from handrail.core.journal import holds, tables
from handrail.core.journal.links import Run
from handrail.services.drugchecking.statements.readings import LABORATORY

from . import models, rules

AT_ONCE = 500
TEXTS = ("imprint", "place", "note")
Kept = Sequence[holds.Scope]


def forget(run: Run, *, today: date, kept: Kept) -> None:
    """Forget what is due today, but for what a hold keeps. A code never ends while a laboratory has yet to answer."""
    _end_codes(run, today=today, kept=kept)
    _blank(run, before=today - rules.NOTED, kept=kept)
    _let_kits_go(run, before=today - rules.NOTED)


def _end_codes(run: Run, *, today: date, kept: Kept) -> None:
    told = _free(models.BenchSample.objects.annotate(last=Max("statements__day")), kept).filter(
        last__lt=today - rules.CODE_LIVES, kit__look_up__isnull=False
    )
    due = [row.kit_id for row in told if not _pending(row)]
    for some in _in_turn(due):
        run.count("look_up_codes", models.LookUp.objects.filter(kit__in=some).delete()[0])


def _pending(row: models.BenchSample) -> bool:
    sent = row.sent.aggregate(last=Max("day"))["last"]
    return sent is not None and not row.tests.filter(method=LABORATORY, day__gte=sent, withdrawn__isnull=True).exists()


def _blank(run: Run, *, before: date, kept: Kept) -> None:
    said = Q(kit__isnull=False) | ~Q(imprint="") | ~Q(place="") | ~Q(note="")
    rows = _free(models.BenchSample.objects.filter(said, day__lt=before, sealed=True), kept)
    whose = [row for row in rows if not _pending(row)]
    noted = _free(
        models.Handling.objects.exclude(note="").filter(day__lt=before, sealed=True), kept, site="sample__site"
    )
    notes = list(noted.values_list("pk", "day"))
    days = {row.day for row in whose} | {day for _, day in notes}
    names = {model._meta.label_lower for model in (models.BenchSample, models.Handling)}
    kits = [row.kit_id for row in whose if row.kit_id]
    with tables.changing(days, batch=run.number, only=names):
        for some in _in_turn([row.pk for row in whose]):
            models.BenchSample.objects.filter(pk__in=some).update(kit=None, **dict.fromkeys(TEXTS, ""))
        for some in _in_turn([pk for pk, _ in notes]):
            models.Handling.objects.filter(pk__in=some).update(note="")
    for some in _in_turn(kits):
        models.LookUp.objects.filter(kit__in=some).delete()
        models.Kit.objects.filter(pk__in=some).delete()
    run.count("samples_blanked", len(whose))


def _let_kits_go(run: Run, *, before: date) -> None:
    """Let kits go that were printed 13 months ago and never used: their numbers come free."""
    unused = list(models.Kit.objects.filter(day__lt=before, sample__isnull=True).values_list("pk", flat=True))
    for some in _in_turn(unused):
        models.LookUp.objects.filter(kit__in=some).delete()
        models.Kit.objects.filter(pk__in=some).delete()
    run.count("kits", len(unused))


def _free(rows: QuerySet[Any], kept: Kept, *, site: str = "site") -> QuerySet[Any]:
    for one in kept:
        rows = rows.exclude(**{site: uuid.UUID(one.site), "day__gte": one.since, "day__lt": one.until})
    return rows


def _in_turn(ids: Sequence[uuid.UUID | None]) -> Iterable[list[uuid.UUID]]:
    named = [one for one in ids if one]
    return (named[start : start + AT_ONCE] for start in range(0, len(named), AT_ONCE))
