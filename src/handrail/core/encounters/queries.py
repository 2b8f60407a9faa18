"""Questions about encounters."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from . import models


@dataclass(frozen=True)
class DayCount:
    """What a site's day amounts to: visits, those with a code, people served as they said."""

    visits: int
    with_code: int
    served: int


def standing() -> QuerySet[models.Encounter]:
    """Return the encounters that were not taken back."""
    return models.Encounter.objects.filter(~Exists(models.Undone.objects.filter(encounter=OuterRef("pk"))))


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
