"""From what each contributor stands for to the cells of a table: sums, contributors at least, the largest of them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

WHOLE = "all"

Where = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What one contributor stands for in one smallest cell: a node an axis, units. `who` is blank where there is no code.

    `month`: pseudonyms are made anew each month, so people are told apart within one only.
    """

    where: Where
    who: str
    month: str
    visits: int
    units: int


@dataclass(frozen=True)
class Exact:
    """One cell, exact: its value, contributors at least, and the most units that the largest and the second of them can stand for."""

    value: int
    contributors: int
    largest: int
    second: int


@dataclass
class _Heap:
    """What a cell gathers."""

    value: int = 0
    without: int = 0
    visits_without: int = 0
    of: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


def cells(
    parts: Iterable[Part], *, ceiling: int | None = None, regions: Mapping[str, str] | None = None
) -> dict[Where, Exact]:
    """Return every cell that these parts make, sums over each axis too (under WHOLE).

    Contributors are the larger of distinct codes of one month and of visits without a code over the signed ceiling of visits a
    person (`ceiling`); without one, all visits without a code may be one person, whose units count as one contribution.
    """
    heaps: dict[Where, _Heap] = defaultdict(_Heap)
    for part in parts:
        for where in above(part.where, regions):
            heap = heaps[where]
            heap.value += part.units
            if part.who:
                heap.of[part.month, part.who] += part.units
            else:
                heap.without += part.units
                heap.visits_without += part.visits
    return {where: _exact(heap, ceiling=ceiling) for where, heap in heaps.items()}


def together(spans: Sequence[Mapping[Where, Exact]]) -> dict[Where, Exact]:
    """Return the cells of spans that follow one another as the cells of the whole.

    People are told apart within a month only: contributors are those of the fullest span, at least; the largest of each may be
    the same person, at most.
    """
    found: dict[Where, Exact] = {}
    for where in sorted({where for span in spans for where in span}):
        cells = [span[where] for span in spans if where in span]
        value = sum(cell.value for cell in cells)
        largest, second = (min(value, sum(getattr(cell, name) for cell in cells)) for name in ("largest", "second"))
        found[where] = Exact(value, max(cell.contributors for cell in cells), largest, second)
    return found


def above(where: Where, regions: Mapping[str, str] | None = None) -> list[Where]:
    """Return a smallest cell and every sum that holds it. `regions`: by place, the first of the axes, the region it lies in, if any."""
    region = (regions or {}).get(where[0])
    places = (where[0], *([region] if region else []), WHOLE)
    return list(product(places, *((node, WHOLE) for node in where[1:])))


def _exact(heap: _Heap, *, ceiling: int | None) -> Exact:
    months: dict[str, list[int]] = defaultdict(list)
    for (month, _), units in heap.of.items():
        months[month].append(units)
    codes = max((len(units) for units in months.values()), default=0)
    without = math.ceil(heap.visits_without / ceiling) if ceiling else min(1, heap.visits_without)
    heavy = math.ceil(heap.without / max(1, without)) if ceiling else heap.without
    ranked = [sorted(units, reverse=True) for units in months.values()]
    first, next_one = (
        sum(units[n] for units in ranked if len(units) > n) for n in (0, 1)
    )  # one may lead in every month
    largest, second = sorted((heavy, first, next_one), reverse=True)[:2]
    return Exact(heap.value, max(codes, without), min(largest, heap.value), min(second, heap.value))
