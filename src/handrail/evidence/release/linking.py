"""What hangs together with a table: its own smallest cells, and months with the quarters and years that they make."""

from collections.abc import Mapping
from dataclasses import dataclass

from handrail.evidence.indicators import catalogue, exact

from . import freezing, models
from .freezing import TIME, Frozen
from .gate import calendar
from .gate.tables import NO_SUM, Axis, Cell, Key, Table
from .regions import REGION


@dataclass(frozen=True)
class Linked:
    """Tables that share cells with one that is drafted; the spans they are of; zeros that everybody knows (a place that was not there yet)."""

    tables: tuple[Table, ...]
    periods: tuple[str, ...]
    zeros: Mapping[Key, int]


def linked(frozen: Frozen) -> Linked:
    """Return what must be looked at together with a frozen span.

    A month stands alone until its quarter or year is drafted or has left; from then on all their months hang together. Weeks stand
    alone. Counts of people are never added over time.
    """
    axes, people = exact.axes(frozen.row.indicator), catalogue.CATALOGUE[frozen.row.indicator].people
    spans = [frozen] if people else _spans(frozen)
    nodes = freezing.nodes_of(spans)
    tables = [freezing.table(one, axes, nodes=_own(nodes, one)) for one in spans]
    zeros = {
        key: 0
        for one, filled in zip(spans, tables, strict=True)
        for key in set(filled.cells) - set(freezing.table(one, axes).cells)
    }
    if len(spans) > 1:
        tables.append(_over_time(spans, tables))
    return Linked(tuple(tables), tuple(one.row.period for one in spans), zeros)


def _own(nodes: Mapping[str, list[str]], frozen: Frozen) -> dict[str, list[str]]:
    """Return the nodes that a span has among these: a region that is none of its own was not zero there, it was not."""
    own = set(frozen.regions.values())
    return {axis: [node for node in told if not node.startswith(REGION) or node in own] for axis, told in nodes.items()}


def _spans(frozen: Frozen) -> list[Frozen]:
    """Return the spans that hang together with this one through sums over time, itself among them."""
    own = calendar.period(frozen.row.period)
    holding = [one for one in (own, *calendar.above(own)) if one.level != own.level or own.level in COARSE]
    in_play = [one for one in holding if one == own or _has_left(frozen.row.indicator, one.name)]
    if not in_play:
        return [frozen]
    widest = max(in_play, key=lambda one: one.until - one.since)
    found = {month.name: _read(frozen.row.indicator, month.name) for month in calendar.months(widest)}
    for month in calendar.months(widest):
        for one in calendar.above(month):
            if one.since >= widest.since and one.until <= widest.until and one.name not in found:
                found[one.name] = _read(frozen.row.indicator, one.name)
    return [frozen if one.row.period == frozen.row.period else one for one in found.values() if one]


COARSE = (calendar.QUARTER, calendar.YEAR)


def _has_left(indicator: str, period: str) -> bool:
    rows = models.Release.objects.filter(snapshot__indicator=indicator, snapshot__period=period)
    return rows.filter(pk__in=models.Approval.objects.values("release")).exists()


def _read(indicator: str, period: str) -> Frozen | None:
    row = models.Snapshot.objects.filter(indicator=indicator, period=period).first()
    return freezing.read(row) if row else None


def _over_time(spans: list[Frozen], tables: list[Table]) -> Table:
    """Tie the cells of months to those of the quarters and years that are frozen: each is the sum of the widest spans under it."""
    periods = [calendar.period(one.row.period) for one in spans]
    parents = {one.name: _parent(one, periods) for one in periods}
    cells: dict[Key, Cell] = {key: cell for one in tables for key, cell in one.cells.items()}
    return Table((Axis(TIME, parents, tells=False),), cells, people=False)


def _parent(one: calendar.Period, periods: list[calendar.Period]) -> str:
    """Return the narrowest frozen span that holds this one and is another."""
    above = [other.name for other in calendar.above(one) if other in periods]
    return above[0] if above else NO_SUM
