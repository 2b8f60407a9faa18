"""Questions to naloxone's own rows, and where a lot went."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from handrail.core.encounters import queries as encounters
from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock
from handrail.core.supplies.recalls import NOT_READ, Went

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


def went(item: str, lot_id: UUID, since: date | None) -> list[Went]:
    """Return where a lot went, by site, channel and basis; what went out of the item with its lot not read, from `since` on.

    Encounters taken back are left out; so is what is older than 13 months, which is kept as counts without lots.
    """
    rows = models.Dispense.objects.filter(encounter__in=encounters.standing())
    unread = rows.filter(item=item, lot=None, day__gte=since) if since else rows.none()
    told = []
    for found, basis in ((rows.filter(lot=lot_id), None), (unread, NOT_READ)):
        named = found.order_by().values_list("encounter__site__name", "encounter__channel", "lot_basis")
        told += [
            Went(site, channel, basis or read, visits, coded, units)
            for site, channel, read, visits, coded, units in named.annotate(
                visits=Count("encounter", distinct=True),
                coded=Count("encounter", distinct=True, filter=~Q(encounter__person="")),
                total=Sum("units"),
            )
        ]
    return sorted(told, key=lambda one: (one.site, one.channel, one.basis))
