"""Questions to naloxone's own rows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock

from . import models, rules


@dataclass(frozen=True)
class Choices:
    """What the form offers besides its own words: sites as (id, name), products as (code, name), months as `2026-03`."""

    areas: list[tuple[str, str]]
    products: list[tuple[str, str]]
    months: list[str]


def choices(today: date) -> Choices:
    """Return what can be chosen today."""
    products = sorted((item.code, item.name) for item in stock.items().values() if item.category == rules.CATEGORY)
    return Choices([(str(one.id), one.name) for one in org.sites()], products, rules.months_back(today))


@dataclass(frozen=True)
class Heard:
    """Reports of a span as staff see them: the days' reports in the order of their random ids, which may be pairs, and how many came at once."""

    reports: list[rules.Told]
    like: dict[UUID, int]
    flooded: int


def heard(*, since: date, until: date, areas: Collection[UUID]) -> Heard:
    """Return what was told near these sites, or nowhere in particular; days of telling, `until` not included."""
    rows = models.ReversalReport.objects.filter(day__gte=since, day__lt=until)
    found = [told(row) for row in rows.order_by("-day", "pk") if row.area_id is None or row.area_id in areas]
    counted = [one for one in found if not one.flood]
    return Heard(counted, rules.likely_same(counted), Counter(one.flood for one in found)[True])


def told(row: Any) -> rules.Told:
    """Return a row as staff see it."""
    return rules.Told(
        row.pk, row.day, row.area_id, row.ago, row.month, row.doses, row.at_least, row.outcome, row.told_by, row.flood
    )
