"""What evidence may know of exchange. Each column names its unit; encounters taken back are left out."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet, Sum

from handrail.core.encounters import queries as encounters

from . import models


@dataclass(frozen=True)
class ItemOut:
    """Units of one item given out in a span. `counts_as_syringe`: sets in one unit (0 or 1)."""

    item: str
    category: str
    counts_as_syringe: int
    units: int


def items_out(*, since: date, until: date, site_id: uuid.UUID | None = None) -> list[ItemOut]:
    """Return units given out by item, site-local days, `until` not included. Source: exchange lines, direction out."""
    rows = _standing(since=since, until=until, site_id=site_id).filter(direction="out")
    told = rows.values_list("item_id", "item__category", "item__counts_as_syringe").annotate(units=Sum("amount"))
    return [ItemOut(*row) for row in told.order_by("item_id")]


def visits_with_exchange(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return how many encounters exchange took part in. Source: encounters, service mark."""
    rows = encounters.standing().filter(day__gte=since, day__lt=until, services__contains="exchange")
    return rows.filter(**({"site": site_id} if site_id else {})).count()


def contributors(*, since: date, until: date, site_id: uuid.UUID | None = None) -> tuple[int, int]:
    """Return (distinct codes, visits without a code) of the span: what a release may count as contributors."""
    rows = encounters.standing().filter(day__gte=since, day__lt=until, services__contains="exchange")
    rows = rows.filter(**({"site": site_id} if site_id else {}))
    coded = rows.exclude(person="").values("person").distinct().count()
    return coded, rows.filter(person="").count()


def _standing(*, since: date, until: date, site_id: uuid.UUID | None) -> QuerySet[models.Line]:
    rows = models.Line.objects.filter(day__gte=since, day__lt=until, encounter__in=encounters.standing())
    return rows.filter(encounter__site=site_id) if site_id else rows
