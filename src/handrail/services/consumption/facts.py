"""What evidence may know of the floor. Visits taken back are left out; a tap by mistake is no overdose."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from handrail.core.encounters import counts
from handrail.core.encounters import queries as encounters

from . import models
from .rules import flow, overdoses


@dataclass(frozen=True)
class Visits:
    """Visits of a span, by how they ended. Unit: visits. `used`: consumption occurred; only these are an overdose's denominator."""

    used: int
    left_before_seat: int
    left_without_using: int

    @property
    def came(self) -> int:
        """Everybody who arrived."""
        return self.used + self.left_before_seat + self.left_without_using


def visits(*, since: date, until: date, site_id: uuid.UUID | None = None) -> Visits:
    """Return visits to the floor by how they ended, site-local days, `until` not included. Source: stays, and the months' counts."""
    told = dict(_stays(since, until, site_id).values_list("outcome").annotate(n=Count("pk")))
    past = counts.within(models.Month.objects.all(), since=since, until=until)
    past = past.filter(site=site_id) if site_id else past
    for outcome, n in past.values_list("outcome").annotate(n=Sum("visits")):
        told[outcome] = told.get(outcome, 0) + n
    return Visits(*(told.get(name, 0) for name in flow.OUTCOMES))


def _stays(since: date, until: date, site_id: uuid.UUID | None) -> QuerySet[models.Stay]:
    rows = models.Stay.objects.filter(day__gte=since, day__lt=until)
    undone = encounters.undone(since=since, until=until)
    rows = rows.exclude(encounter__in=undone) if undone.exists() else rows
    return rows.filter(site=site_id) if site_id else rows


@dataclass(frozen=True)
class Durations:
    """Of those who were seated: how many waited so many seconds, by the seconds; and for how long places were held in all."""

    waits: Mapping[int, int]
    held: int


def durations(*, since: date, until: date, site_id: uuid.UUID) -> Durations:
    """Return how long people waited for a seat and held one. Older than 13 months is not known any more. Source: stays."""
    rows = _stays(since, until, site_id).exclude(outcome=flow.LEFT_BEFORE_SEAT).order_by()
    told = list(rows.values_list("wait_s").annotate(n=Count("pk"), held=Sum("stay_s")))
    return Durations({wait: n for wait, n, _ in told}, sum(held for _, _, held in told))


@dataclass(frozen=True)
class Stays:
    """What the planner reads: minutes that places were held, each; arrivals a day; the share that left before a seat."""

    minutes: list[float]
    arrivals: int
    days: int
    left: int


def stays(*, since: date, until: date, site_id: uuid.UUID) -> Stays:
    """Return the durations that a queue can be simulated from. Source: stays."""
    rows = _stays(since, until, site_id).order_by()
    told = list(rows.values_list("outcome", "stay_s"))
    left = sum(outcome == flow.LEFT_BEFORE_SEAT for outcome, _ in told)
    days = rows.values("day").distinct().count()
    return Stays([s / 60 for outcome, s in told if outcome != flow.LEFT_BEFORE_SEAT and s], len(told), days, left)


@dataclass(frozen=True)
class Overdoses:
    """Overdoses of a span. Unit: events. `ambulance`: called, declined too. `mistakes` are in no other number."""

    events: int
    naloxone: int
    oxygen_only: int
    ambulance: int
    mistakes: int


def count_overdoses(*, since: date, until: date, site_id: uuid.UUID | None = None) -> Overdoses:
    """Return overdoses of a span, site-local days, `until` not included. Source: overdose records, and the months' counts."""
    rows = models.Overdose.objects.filter(day__gte=since, day__lt=until)
    past = counts.within(models.OverdoseMonth.objects.all(), since=since, until=until)
    if site_id:
        rows, past = rows.filter(site=site_id), past.filter(site=site_id)
    real, mistake = ~Q(outcome=overdoses.MISTAKE), Q(outcome=overdoses.MISTAKE)
    now = rows.aggregate(
        events=Count("pk", filter=real), naloxone=Count("pk", filter=real & Q(doses__gt=0)),
        oxygen_only=Count("pk", filter=real & Q(doses=0, oxygen=True)), ambulance=Count("pk", filter=real & Q(ambulance=True)),
        mistakes=Count("pk", filter=mistake),
    )  # fmt: skip
    then = past.aggregate(
        events_=Sum("events", filter=real, default=0), naloxone_=Sum("naloxone", filter=real, default=0),
        oxygen_only_=Sum("oxygen_only", filter=real, default=0), ambulance_=Sum("ambulance", filter=real, default=0),
        mistakes_=Sum("events", filter=mistake, default=0),
    )  # fmt: skip
    return Overdoses(**{name: now[name] + then[f"{name}_"] for name in now})


@dataclass(frozen=True)
class Contributed:
    """What one contributor stands for at one site in one month; `person` is blank where there is no code. Unit: events."""

    site: str
    person: str
    month: str
    how: str
    events: int


def visits_by_person(*, since: date, until: date) -> list[Contributed]:
    """Return visits where consumption occurred, by site, person, month and route (as said, blank where not). Source: stays."""
    rows = _stays(since, until, None).filter(outcome=flow.USED).annotate(month=TruncMonth("day"))
    told = rows.values_list("site__name", "encounter__person", "month", "route").annotate(n=Count("pk"))
    return [Contributed(site, person, f"{month:%Y-%m}", route, n) for site, person, month, route, n in told]


def overdoses_by_response(*, since: date, until: date) -> list[Contributed]:
    """Return overdoses by site, month and response: naloxone, oxygen only, neither. Joined to a card where the person asked. Source: records."""
    rows = models.Overdose.objects.filter(day__gte=since, day__lt=until).exclude(outcome=overdoses.MISTAKE)
    rows = rows.annotate(month=TruncMonth("day"))
    found: dict[tuple[str, str, str, str], int] = {}
    for site, person, month, doses, oxygen in rows.values_list("site__name", "person", "month", "doses", "oxygen"):
        how = "naloxone" if doses else "oxygen only" if oxygen else "neither"
        key = (site, person, f"{month:%Y-%m}", how)
        found[key] = found.get(key, 0) + 1
    return [Contributed(*key, n) for key, n in sorted(found.items())]
