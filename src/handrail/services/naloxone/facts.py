"""What evidence may know of naloxone. Encounters taken back are left out."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from handrail.core.encounters import counts
from handrail.core.encounters import queries as encounters

from . import models, rules


def doses_out(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return naloxone doses given out (units times doses a unit), site-local days, `until` not included.

    Of months older than 13 months only whole ones are known. Source: dispenses, and the months' counts.
    """
    rows = models.Dispense.objects.filter(encounters.is_standing("encounter_id"), day__gte=since, day__lt=until)
    rows = rows.filter(encounter__site=site_id) if site_id else rows
    past = counts.within(models.Month.objects.all(), since=since, until=until)
    return _doses(rows) + _doses(past.filter(site=site_id) if site_id else past)


def _doses(rows: QuerySet[models.Dispense] | QuerySet[models.Month]) -> int:
    doses: int = rows.aggregate(doses=Sum(F("units") * F("item__doses_per_unit"), default=0))["doses"]
    return doses


@dataclass(frozen=True)
class Doses:
    """Doses that one contributor was given at one site in one month. `person` as exchange tells it: blank for visits without a code."""

    site: str
    person: str
    month: str
    visits: int
    doses: int


def doses_by_person(*, since: date, until: date) -> list[Doses]:
    """Return doses given out by site, person and month; site-local days, `until` not included. Source: dispenses."""
    rows = models.Dispense.objects.filter(encounters.is_standing("encounter_id"), day__gte=since, day__lt=until)
    told = rows.annotate(month=TruncMonth("day")).values_list("encounter__site__name", "encounter__person", "month").annotate(
        visits=Count("encounter", distinct=True), doses=Sum(F("units") * F("item__doses_per_unit"))
    )  # fmt: skip
    return [Doses(site, person, f"{month:%Y-%m}", *rest) for site, person, month, *rest in told]


def doses_at(*, since: date, until: date, site_id: uuid.UUID) -> int:
    """Return a site's doses given out in a span, in one sum over its visits' index. Source: dispenses."""
    return _doses(
        models.Dispense.objects.filter(encounter__in=encounters.standing_at(site_id, since=since, until=until))
    )


def doses_by_encounter(*, since: date, until: date, site_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return naloxone doses given out at each encounter of a site that had some. Source: dispenses."""
    rows = models.Dispense.objects.filter(encounter__in=encounters.standing_at(site_id, since=since, until=until))
    return dict(rows.values_list("encounter").annotate(doses=Sum(F("units") * F("item__doses_per_unit"))))


@dataclass(frozen=True)
class Reports:
    """What people told us of naloxone's use. `stated` told their doses, `doses` adds those up; a missing count is in neither.

    `survived`, `died`: of those that said how it ended. `ambulance`: one was called; `said_ambulance`: said whether.
    """

    reports: int
    stated: int
    doses: int
    survived: int
    died: int
    ambulance: int
    said_ambulance: int


def reports(*, since: date, until: date, site_id: uuid.UUID | None = None) -> Reports:
    """Return the reports told in a span, by the day of telling, `until` not included; those of a flood are left out.

    Of months older than 13 months only whole ones are known. Source: reversal reports, and the months' counts.
    """
    rows = models.ReversalReport.objects.filter(day__gte=since, day__lt=until, flood=False)
    past = counts.within(models.ReversalMonth.objects.filter(flood=False), since=since, until=until)
    if site_id:
        rows, past = rows.filter(area=site_id), past.filter(area=site_id)
    told: Counter[str] = Counter()
    for one in (*_by_answer(rows, NOW), *_by_answer(past, THEN)):
        told.update({name: one[f"n_{name}"] for name in ("reports", "stated", "doses")})
        told.update({answer: one["n_reports"] for answer in (one["outcome"], one["ambulance"]) if answer})
    said = told["called"] + told["not-called"]
    return Reports(
        told["reports"], told["stated"], told["doses"], told[rules.OK], told[rules.DIED], told["called"], said
    )


NOW = {"n_reports": Count("pk"), "n_stated": Count("doses"), "n_doses": Sum("doses", default=0)}
THEN = {f"n_{name}": Sum(name, default=0) for name in ("reports", "stated", "doses")}


def _by_answer(rows: QuerySet[Any], sums: dict[str, Any]) -> list[dict[str, Any]]:
    return list(rows.order_by().values("outcome", "ambulance").annotate(**sums))
