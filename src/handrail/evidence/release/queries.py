"""What has left, at its address; what waits for a second person; what may be drafted."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from handrail.core.common.refusals import Refused
from handrail.evidence.indicators import catalogue

from . import layout, models
from .gate import calendar
from .published import DOOR, Number, Published

WHOLE = "all"


@dataclass(frozen=True)
class Address:
    """Where a release stands for good: indicator, period, divided by what; and since when."""

    indicator: str
    period: str
    by: str
    released: date
    retracted: bool
    release_id: uuid.UUID

    @property
    def title(self) -> str:
        """What is counted, as a reader knows it."""
        return str(catalogue.CATALOGUE[self.indicator].title)

    @property
    def axes(self) -> list[str]:
        """By what it is divided, as a reader knows it."""
        return [layout.name(axis) for axis in self.by.split(",")]


@dataclass(frozen=True)
class Draft:
    """A release as its makers see it: the table as it would leave, and whether it has left."""

    id: uuid.UUID
    published: Published
    drafted_by: str
    shields: Mapping[tuple[str, ...], tuple[tuple[str, ...], ...]]
    is_out: bool
    retracted: bool = False


def addresses() -> list[Address]:
    """Return every release that has left, the latest period first within each indicator."""
    rows = models.Approval.objects.select_related("release__snapshot").order_by("release__snapshot__indicator")
    back = set(models.Retraction.objects.values_list("release", flat=True))
    told = [
        Address(
            row.release.snapshot.indicator, row.release.snapshot.period, row.release.by, row.day, row.pk in back, row.pk
        )
        for row in rows
    ]
    return sorted(sorted(told, key=lambda one: one.period, reverse=True), key=lambda one: (one.indicator, one.by))


def released(indicator: str, period: str, by: str) -> Published:
    """Return what left under this address. Raises Refused("nothing-to-publish") where nothing did."""
    rows = models.Approval.objects.select_related("release__snapshot")
    row = rows.filter(release__snapshot__indicator=indicator, release__snapshot__period=period, release__by=by).first()
    if row is None:
        raise Refused("nothing-to-publish")
    return _published(row.release, released=row.day, retraction=models.Retraction.objects.filter(pk=row.pk).first())


def latest_released(count: int) -> list[Published]:
    """Return what has left, or was taken back, last: the latest first, at most so many."""
    rows = models.Approval.objects.select_related("release__snapshot")
    back = models.Retraction.objects.in_bulk()
    told = [_published(row.release, released=row.day, retraction=back.get(row.pk)) for row in rows]
    order = {one.digest: (one.retracted or one.released or date.min, one.definition.id, one.period) for one in told}
    return sorted(told, key=lambda one: (order[one.digest], one.by), reverse=True)[:count]


def waiting() -> list[Draft]:
    """Return the drafts that nobody let out yet, the latest first; a draft whose table left since is none."""
    rows = models.Release.objects.select_related("snapshot").exclude(pk__in=models.Approval.objects.values("release"))
    out = {(one.indicator, one.period, one.by) for one in addresses()}
    return [
        _draft(row, is_out=False)
        for row in rows.order_by("-day", "id")
        if (row.snapshot.indicator, row.snapshot.period, row.by) not in out
    ]


def draft(release_id: uuid.UUID) -> Draft:
    """Return one release as its makers see it. Raises Refused("no-such-draft")."""
    row = models.Release.objects.select_related("snapshot").filter(pk=release_id).first()
    if row is None:
        raise Refused("no-such-draft")
    one = _draft(row, is_out=models.Approval.objects.filter(pk=row.pk).exists())
    return replace(one, retracted=models.Retraction.objects.filter(pk=row.pk).exists())


def row(release_id: uuid.UUID) -> models.Release:
    """Return one release's row. Raises Refused("no-such-draft")."""
    found = models.Release.objects.filter(pk=release_id).first()
    if found is None:
        raise Refused("no-such-draft")
    return found


def _draft(row: models.Release, *, is_out: bool) -> Draft:
    document = json.loads(row.document)
    shields = {
        _where(cell["key"], document["by"]): tuple(_where(one, document["by"]) for one in cell["for"])
        for cell in document["cells"]
        if cell["for"]
    }
    return Draft(row.pk, _published(row, released=None, retraction=None), row.drafted_by, shields, is_out)


def _published(row: models.Release, *, released: date | None, retraction: models.Retraction | None) -> Published:
    document = json.loads(row.document)
    numbers = () if retraction else tuple(_number(cell, document["by"]) for cell in document["cells"])
    return Published(
        catalogue.CATALOGUE[document["indicator"]], (), (), period=document["period"], threshold=document["threshold"],
        axes=tuple(document["by"]), numbers=numbers, by=row.by, digest=row.digest, released=released,
        retracted=retraction.day if retraction else None, why_retracted=retraction.why if retraction else "",
        ceiling=document["ceiling"], noise=document["noise"], door=DOOR,
    )  # fmt: skip


def _number(cell: Mapping[str, Any], by: list[str]) -> Number:
    value = cell["value"]
    if "step" in cell:
        return Number(_where(cell["key"], by), Decimal(value), step=Decimal(cell["step"]))
    return Number(_where(cell["key"], by), value if isinstance(value, int) else None, cell["why"])


def _where(key: list[list[str]], by: list[str]) -> tuple[str, ...]:
    placed = {pair[0]: pair[1] for pair in key}
    return tuple(placed.get(axis, WHOLE) for axis in by)


def latest(today: date, count: int) -> list[str]:
    """Return the names of the latest spans that are over: weeks, months, quarters, years."""
    names = []
    for level in (calendar.WEEK, calendar.MONTH, calendar.QUARTER, calendar.YEAR):
        one = calendar.around(today, level)
        for _ in range(count):
            one = calendar.before(one)
            names.append(one.name)
    return names
