"""Questions about encounters."""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncMonth

from handrail.core.common.ids import part_id
from handrail.core.journal import entering

from . import models

RECORDED = ("window.visit", "window.tally")


@dataclass(frozen=True)
class DayCount:
    """What a site's day amounts to: visits, those with a code, people served as they said."""

    visits: int
    with_code: int
    served: int


def is_standing(encounter: str) -> Combinable:
    """Return the condition that the encounter in this column of a row was not taken back: looked up row by row, never by a list of all."""
    return ~Exists(models.Undone.objects.filter(encounter=OuterRef(encounter)))


def standing() -> QuerySet[models.Encounter]:
    """Return the encounters that were not taken back."""
    return models.Encounter.objects.filter(is_standing("pk"))


def standing_at(site_id: uuid.UUID, *, since: date, until: date) -> QuerySet[models.Encounter]:
    """Return a site's standing encounters of a span of its days, `until` not included: one walk of the index by site and day."""
    undone = models.Undone.objects.filter(day__gte=since, day__lt=until).values("encounter")
    return models.Encounter.objects.filter(site=site_id, day__gte=since, day__lt=until).exclude(pk__in=undone)


def undone(*, since: date, until: date) -> QuerySet[models.Undone, Any]:
    """Return the ids of a span's encounters that were taken back."""
    return models.Undone.objects.filter(day__gte=since, day__lt=until).values("encounter")


def count_day(site_id: uuid.UUID, day: date) -> DayCount:
    """Count a site's day."""
    found = standing().filter(site=site_id, day=day).aggregate(
        visits=Count("pk"), with_code=Count("pk", filter=~Q(person="")), served=Sum("served_for", default=0)
    )  # fmt: skip
    return DayCount(**found)


@dataclass(frozen=True)
class Visits:
    """Visits of one person (blank: all visits without a code) at one site in one month, and for how many they were, as they said."""

    site: str
    person: str
    month: str
    visits: int
    served: int


def visits_by_person(*, since: date, until: date) -> list[Visits]:
    """Return standing visits by site, person and month; site-local days, `until` not included."""
    rows = standing().filter(day__gte=since, day__lt=until).annotate(month=TruncMonth("day"))
    told = rows.values_list("site__name", "person", "month").annotate(visits=Count("pk"), served=Sum("served_for"))
    return [Visits(site, person, f"{month:%Y-%m}", *rest) for site, person, month, *rest in told]


@dataclass(frozen=True)
class SpanCount:
    """What a site's span amounts to: visits, people served as they said, visits with a code, distinct people of one month."""

    visits: int
    served: int
    with_code: int
    people: int


def count_span(site_id: uuid.UUID, *, since: date, until: date) -> SpanCount:
    """Count a site's standing visits of a span; `people` are told apart within one month only."""
    found = standing_at(site_id, since=since, until=until).aggregate(
        visits=Count("pk"), served=Sum("served_for", default=0), with_code=Count("pk", filter=~Q(person="")),
        people=Count("person", distinct=True, filter=~Q(person="")),
    )  # fmt: skip
    return SpanCount(**found)


def months(*, since: date) -> list[tuple[uuid.UUID, date]]:
    """Return each site and month (its first day) that has visits from a day on, in their order."""
    told = standing().filter(day__gte=since).annotate(month=TruncMonth("day")).values_list("site", "month").distinct()
    return sorted(told, key=lambda one: (str(one[0]), one[1]))


@dataclass(frozen=True)
class VisitRow:
    """One standing visit, as an export reads it: `person` is the month pseudonym, blank for nobody."""

    id: uuid.UUID
    day: date
    served_for: int
    person: str


def rows(*, since: date, until: date, site_id: uuid.UUID) -> Iterator[VisitRow]:
    """Yield a site's standing visits of a span, in no order that says anything."""
    told = standing_at(site_id, since=since, until=until).order_by("id")
    for row in told.values_list("id", "day", "served_for", "person").iterator(chunk_size=5000):
        yield VisitRow(*row)


def recorded_in(
    shifts: Collection[uuid.UUID], *, site_id: uuid.UUID, since: date, until: date
) -> list[Mapping[str, Any]]:
    """Return what was stated of the standing visits and tallies that these shifts recorded at a site, `until` not included."""
    told = (
        entering.signed_by({str(one) for one in shifts}, kinds_of=RECORDED, since=since, until=until) if shifts else []
    )
    mine = {part_id(entry.id, "encounter"): entry for entry in told if entry.site == str(site_id)}
    undone = models.Undone.objects.filter(day__gte=since, day__lt=until).values_list("pk", flat=True)
    gone = set(undone)
    return [entry.body for encounter, entry in mine.items() if encounter not in gone]
