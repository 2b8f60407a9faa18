"""Frozen periods: the exact cells of an indicator as they stood at the first draft, and what came late for earlier ones."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from handrail.core.common import keys
from handrail.core.common.ids import new_id
from handrail.evidence.indicators import catalogue, exact, parts

from . import ceilings, models, regions, thresholds
from .gate import calendar, noise
from .gate.tables import NO_SUM, TOTAL, Axis, Cell, Key, Table, every_key, key_of

LATE_PERIODS = 3  # how many earlier periods are asked for late news; later than that nobody corrects a figure
TELLS = frozenset(
    {exact.KIND, exact.CODE}
)  # what a node of these says of a person; a place says nothing more than where
TIME = "time"  # the axis of spans
BETWEEN = "\x1f"  # between the nodes of one cell, in the snapshot's text


@dataclass(frozen=True)
class Frozen:
    """One snapshot, read: its row, every cell by where it stands on the indicator's axes, the signed ceiling it was counted by (or none).

    `regions`: by site, the region it lay in. `keys`: the cell keys that pick the noise of those that may be noised. `held`: places of which a quarter or year of people tells nothing, because a month of theirs is small.
    """

    row: models.Snapshot
    cells: Mapping[parts.Where, parts.Exact]
    seen: Mapping[str, Mapping[str, int]]
    ceiling: int | None = None
    held: frozenset[parts.Where] = frozenset()
    keys: Mapping[parts.Where, int] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


def freeze(indicator: str, period: calendar.Period, *, today: date) -> Frozen:
    """Return the period as it was frozen, freezing it now when nobody did.

    What was recorded late for up to three earlier frozen periods is added here, so that no printed figure has to change.
    """
    row = models.Snapshot.objects.filter(indicator=indicator, period=period.name).first()
    if row:
        return read(row)
    if share := catalogue.CATALOGUE[indicator].share_of:
        return _freeze_as(freeze(share[0], period, today=today), indicator, period, today=today)
    if period.level == catalogue.CATALOGUE[indicator].grid:
        return _freeze(indicator, period, today=today)
    return _freeze_months(indicator, period, today=today)


def read(row: models.Snapshot) -> Frozen:
    """Open a snapshot. Raises Refused("not-openable") when it is not what was frozen."""
    told = json.loads(keys.ring().decrypt(bytes(row.body), about=_about(row)))
    cells = {tuple(where.split(BETWEEN)): parts.Exact(*numbers) for where, numbers in told["cells"].items()}
    held = frozenset(tuple(where.split(BETWEEN)) for where in told.get("held", ()))
    cell_keys = {tuple(where.split(BETWEEN)): key for where, key in told.get("keys", {}).items()}
    return Frozen(row, cells, told["seen"], told.get("ceiling"), held, cell_keys, told["regions"])


def _freeze(indicator: str, period: calendar.Period, *, today: date) -> Frozen:
    ceiling, placed = ceilings.ceiling(indicator, period), _regions(indicator)
    live = _live(indicator, period, ceiling=ceiling, placed=placed)
    seen = {period.name: _leaves(live)}
    earlier = _earlier(indicator, period)
    for before in earlier:
        seen[before.row.period] = _leaves(_live(indicator, calendar.period(before.row.period)))
    late = {} if catalogue.CATALOGUE[indicator].people else _late(earlier, seen)  # who came late may be counted already
    cells = _with_late(live, late, placed)
    told = {
        "seen": seen,
        "ceiling": ceiling,
        "keys": _written(_cell_keys(indicator, period, placed)),
        "regions": placed,
    }
    return _keep(indicator, period, told, cells, today=today)


def _regions(indicator: str) -> dict[str, str]:
    """Return the regions that a period is frozen with; none for people, who are never added over places."""
    return {} if catalogue.CATALOGUE[indicator].people else dict(regions.in_force())


def _cell_keys(indicator: str, period: calendar.Period, placed: Mapping[str, str]) -> dict[parts.Where, int]:
    """Return the cell keys of an indicator that may be noised: the same contributors have the same key, now and later."""
    if not catalogue.CATALOGUE[indicator].may_be_noised:
        return {}
    secret = bytes.fromhex(keys.ring().pseudonym("release", "cell-key"))
    behind = exact.behind(indicator, since=period.since, until=period.until, regions=placed)
    return {where: noise.cell_key(secret, names) for where, names in behind.items()}


def _written(numbers: Mapping[parts.Where, int]) -> dict[str, int]:
    return {BETWEEN.join(where): number for where, number in sorted(numbers.items())}


def _freeze_as(base: Frozen, indicator: str, period: calendar.Period, *, today: date) -> Frozen:
    """Freeze a share as the indicator it is a share of was frozen."""
    told = {"seen": {}, "ceiling": base.ceiling, "regions": dict(base.regions)}
    return _keep(indicator, period, told, base.cells, today=today)


def _freeze_months(indicator: str, period: calendar.Period, *, today: date) -> Frozen:
    """Freeze a quarter or year: its months first, in their order, and then no more than their sum. Late news is in a month by then."""
    months = [freeze(indicator, month, today=today) for month in calendar.months(period)]
    cells = parts.together([month.cells for month in months])
    held: set[parts.Where] = set()
    if catalogue.CATALOGUE[indicator].people:  # one person in two months is one: months are not added
        least = thresholds.rule(indicator).hidden_under
        held = {where for month in months for where, cell in month.cells.items() if 0 < cell.contributors < least}
        cells = exact.people(period.name) or {(parts.WHOLE,) * len(exact.axes(indicator)): parts.Exact(0, 0, 0, 0)}
    placed = months[0].regions if all(month.regions == months[0].regions for month in months) else {}
    if not placed:  # a region that was another in another month is none of the whole
        cells = {where: cell for where, cell in cells.items() if not where[0].startswith(regions.REGION)}
    named = {where for month in months for where in month.keys}
    cell_keys = {where: sum(month.keys.get(where, 0) for month in months) % noise.SPAN for where in named}
    told: dict[str, Any] = {
        "seen": {}, "held": [BETWEEN.join(where) for where in sorted(held & set(cells))], "keys": _written(cell_keys),
        "ceiling": max((month.ceiling for month in months if month.ceiling), default=None), "regions": dict(placed),
    }  # fmt: skip
    return _keep(indicator, period, told, cells, today=today)


def _keep(
    indicator: str, period: calendar.Period, told: dict[str, Any], cells: Mapping[parts.Where, parts.Exact], *, today: date
) -> Frozen:  # fmt: skip
    """Write a snapshot and read it back."""
    body = told | {"cells": {BETWEEN.join(where): [*vars(cell).values()] for where, cell in sorted(cells.items())}}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    row = models.Snapshot(
        id=new_id(), indicator=indicator, version=catalogue.CATALOGUE[indicator].version, period=period.name, day=today,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )  # fmt: skip
    row.body = keys.ring().encrypt(text, about=_about(row))
    row.save(force_insert=True)
    return read(row)


def _about(row: models.Snapshot) -> str:
    return f"release_snapshot|body|{row.id}"


def _live(
    indicator: str, period: calendar.Period, *, ceiling: int | None = None, placed: Mapping[str, str] | None = None
) -> dict[parts.Where, parts.Exact]:
    told = exact.exact(indicator, since=period.since, until=period.until, ceiling=ceiling, regions=placed)
    whole = (parts.WHOLE,) * len(exact.axes(indicator))
    return told or {whole: parts.Exact(0, 0, 0, 0)}


def _leaves(cells: Mapping[parts.Where, parts.Exact]) -> dict[str, int]:
    return {BETWEEN.join(where): cell.value for where, cell in sorted(cells.items()) if _is_leaf(where)}


def _is_leaf(where: parts.Where) -> bool:
    return parts.WHOLE not in where and not where[0].startswith(regions.REGION)


def _earlier(indicator: str, period: calendar.Period) -> list[Frozen]:
    names, one = [], period
    for _ in range(LATE_PERIODS):
        one = calendar.before(one)
        names.append(one.name)
    rows = models.Snapshot.objects.filter(indicator=indicator, period__in=names).order_by("period")
    return [read(row) for row in rows]


def _late(earlier: Sequence[Frozen], seen: Mapping[str, Mapping[str, int]]) -> dict[parts.Where, int]:
    """Return what earlier periods hold now beyond what was last seen of them, by smallest cell."""
    late: dict[parts.Where, int] = {}
    for before in earlier:
        name = before.row.period
        last = next((one.seen[name] for one in reversed(earlier) if name in one.seen), {})
        for where in sorted({*seen[name], *last}):
            if more := seen[name].get(where, 0) - last.get(where, 0):
                place = tuple(where.split(BETWEEN))
                late[place] = late.get(place, 0) + more
    return late


def _with_late(
    live: Mapping[parts.Where, parts.Exact], late: Mapping[parts.Where, int], placed: Mapping[str, str]
) -> dict[parts.Where, parts.Exact]:
    """Add late units to the cells they belong to and to every sum above; a cell never falls below zero.

    All late units may be one person's: they count towards the largest.
    """
    cells = dict(live)
    for place, more in late.items():
        leaf = cells.get(place, parts.Exact(0, 0, 0, 0))
        added = max(more, -leaf.value)
        for where in parts.above(place, placed):
            cell = cells.get(where, parts.Exact(0, 0, 0, 0))
            value = cell.value + added
            largest = min(value, cell.largest + max(0, added))
            cells[where] = parts.Exact(
                value, cell.contributors or (1 if value else 0), largest, min(cell.second, value)
            )
    return cells


def table(frozen: Frozen, by: Sequence[str], *, nodes: Mapping[str, Sequence[str]] | None = None) -> Table:
    """Return a frozen period as a table divided by some of its axes; the others are summed over.

    `nodes`: by axis, the nodes it has; those of this period when not told.
    """
    names, people = exact.axes(frozen.row.indicator), catalogue.CATALOGUE[frozen.row.indicator].people
    at: Key = ((TIME, frozen.row.period),)
    nodes = nodes or nodes_of([frozen])
    above = {exact.PLACE: frozen.regions}
    axes = [_axis(name, nodes[name], sums=not people, above=above.get(name, {})) for name in by]
    cells: dict[Key, Cell] = {}
    for where, cell in frozen.cells.items():
        placed = dict(zip(names, where, strict=True))
        if all(node == parts.WHOLE for name, node in placed.items() if name not in by):
            key = key_of([*((name, TOTAL if node == parts.WHOLE else node) for name, node in placed.items()), *at])
            cells[key] = Cell(cell.value, cell.contributors, cell.largest, cell.second)
    return Table(tuple(axes), _filled(axes, cells, at), people=people, at=at)


def moved(frozen: Frozen, by: Sequence[str]) -> dict[Key, int]:
    """Return the values of a frozen period's table, each moved by the noise that its cell key picks."""
    names = exact.axes(frozen.row.indicator)
    keys_of = {
        key_of([*zip(names, where, strict=True), (TIME, frozen.row.period)]): key for where, key in frozen.keys.items()
    }
    return {key: noise.noised(cell.value, keys_of.get(key, 0)) for key, cell in table(frozen, by).cells.items()}


def nodes_of(spans: Sequence[Frozen]) -> dict[str, list[str]]:
    """Return, by axis, every node that one of these spans has."""
    names = exact.axes(spans[0].row.indicator)
    found = {name: {where[place] for one in spans for where in one.cells} for place, name in enumerate(names)}
    return {name: sorted(nodes - {parts.WHOLE}) for name, nodes in found.items()}


def _axis(name: str, nodes: Sequence[str], *, sums: bool, above: Mapping[str, str]) -> Axis:
    """Make an axis of a table: a place stands under its region, all else under the whole; people have no sums."""
    whole = TOTAL if sums else NO_SUM
    return Axis(name, {node: above.get(node, whole) for node in nodes}, tells=name in TELLS)


def _filled(axes: Sequence[Axis], cells: Mapping[Key, Cell], at: Key) -> dict[Key, Cell]:
    return {key: cells.get(key, Cell(0, 0, 0, 0)) for key in every_key(axes, at=at)}
