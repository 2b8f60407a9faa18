"""Questions about encounters."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

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
