"""Questions about returns: which calibration holds, what came back and how that is known."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from handrail.core.encounters import queries as encounters
from handrail.services.exchange import models
from handrail.services.exchange import rules as exchange

from . import rules

Told = tuple[uuid.UUID, rules.Estimate]  # the calibration it was made with, and what it says


def in_force(site_id: uuid.UUID, of: str, *, day: date) -> models.Calibration | None:
    """Return the calibration that holds on a day: the latest of that day or before; None where there is none."""
    rows = models.Calibration.objects.filter(site=site_id, of=of, day__lte=day)
    return rows.order_by("-day", "-number", "pk").first()


def calibrations(site_id: uuid.UUID) -> list[models.Calibration]:
    """Return every calibration of a site, the latest first."""
    return list(models.Calibration.objects.filter(site=site_id).order_by("of", "-day", "-number"))


def estimator() -> Callable[..., Told | None]:
    """Return a function that estimates one return (`site_id=`, `day=`), asking for each calibration once; None where nothing tells."""
    kept: dict[tuple[uuid.UUID, str, date], models.Calibration | None] = {}

    def estimate(back: exchange.Return, *, site_id: uuid.UUID, day: date) -> Told | None:
        of = {exchange.WEIGHT: rules.WEIGHT, exchange.CONTAINER: back.item}.get(back.method)
        if of is None:
            return None
        if (key := (site_id, of, day)) not in kept:
            kept[key] = in_force(site_id, of, day=day)
        row = kept[key]
        if row is None:
            return None
        factor = rules.Factor(row.of, row.mean, row.sd, row.n)
        if back.method == exchange.WEIGHT:
            return row.pk, rules.by_weight((back.gross_g or 0) - (back.tare_g or 0), factor)
        return row.pk, rules.by_fill(back.fill_percent or 0, factor)

    return estimate


@dataclass(frozen=True)
class Bin:
    """One weighing of the site bin, and what was said to have gone into it since the one before."""

    day: date
    value: int
    low: int
    high: int
    said: int


def bins(site_id: uuid.UUID, *, most: int = 12) -> list[Bin]:
    """Return the latest weighings of a site, each beside what it replaces."""
    rows = list(models.Weighing.objects.filter(site=site_id).order_by("-day", "pk")[: most + 1])
    days = [row.day for row in rows]
    told = []
    for n, row in enumerate(rows[:most]):
        before = next((day for day in days[n + 1 :] if day < row.day), date.min)
        first = days.index(row.day) == n  # weighed twice in a day: what was said that day went into the first
        said = _said(site_id, after=before, until=row.day) if first else 0
        told.append(Bin(row.day, row.amount, row.low, row.high, said))
    return told


def not_yet_weighed(site_id: uuid.UUID) -> int:
    """Return what was said to have gone into the site bin since it was last weighed."""
    return _said(site_id, after=last_weighed(site_id) or date.min, until=date.max)


def last_weighed(site_id: uuid.UUID) -> date | None:
    """Return the day on which the site bin was last weighed; None before the first time."""
    last: date | None = models.Weighing.objects.filter(site=site_id).aggregate(last=Max("day"))["last"]
    return last


def _said(site_id: uuid.UUID, *, after: date, until: date) -> int:
    rows = models.Line.objects.filter(
        encounter__site=site_id, encounter__in=encounters.standing(), direction="in", method=exchange.SAID,
        day__gt=after, day__lte=until,
    )  # fmt: skip
    return _sum(rows)


def _sum(rows: QuerySet[Any], column: str = "amount") -> int:
    total: int = rows.aggregate(total=Sum(column, default=0))["total"]
    return total


@dataclass(frozen=True)
class Term:
    """One way in which it is known what came back. `low` and `high` are None where no interval is invented."""

    way: str
    value: int
    low: int | None = None
    high: int | None = None


def came_back(*, since: date, until: date, site_id: uuid.UUID) -> list[Term]:
    """Return what came back to a site in a span, each way of knowing apart; site-local days, `until` not included.

    What was said to go into a bin that has been weighed by now is not among them: the bin is. Ways: `bin` (weighed site bins),
    `said` (not yet weighed, or into no bin of ours), `weight`, `container`, `counted`, `area`. Those without a calibration are
    left out: they are no number. Source: lines, direction in; weighings; returns to the area.
    """
    lines = models.Line.objects.filter(
        encounter__site=site_id, encounter__in=encounters.standing(), direction="in", day__gte=since, day__lt=until
    )
    weighed = last_weighed(site_id) or date.min
    said = lines.filter(Q(method=exchange.APART) | Q(method=exchange.SAID, day__gt=weighed))
    span = {"site": site_id, "day__gte": since, "day__lt": until}
    return [
        _term("bin", models.Weighing.objects.filter(**span)),
        Term("said", _sum(said)),
        *(
            _term(way, lines.filter(method=way, calibration__isnull=False))
            for way in (exchange.WEIGHT, exchange.CONTAINER)
        ),
        Term("counted", _sum(lines.filter(method=exchange.COUNTED))),
        _area(models.AreaReturn.objects.filter(**span, amount__isnull=False)),
    ]


def _term(way: str, rows: QuerySet[Any]) -> Term:
    """Add up estimates; their bounds are added too, which is wider than they need be: containers are weighed by one calibration."""
    return Term(way, _sum(rows), _sum(rows, "low"), _sum(rows, "high"))


def _area(rows: QuerySet[models.AreaReturn]) -> Term:
    """Add up returns to the area; what was said there has no interval and counts as said on both sides."""
    sums = {"value": Sum("amount", default=0)} | {
        side: Sum(Coalesce(side, "amount"), default=0) for side in ("low", "high")
    }
    return Term("area", **rows.aggregate(**sums))
