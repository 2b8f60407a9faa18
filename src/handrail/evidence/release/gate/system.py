"""All linked tables as one system: a number each cell, a line each sum, and what an attacker knows of a cell once it is hidden.

The attacker here is stronger than any real one. They know every sum, everything printed before or elsewhere, the thresholds,
that a zero is shown unless its group is small, their own part of each cell, and, of every blank, whether it is blank for being
small or to shield another. Because of the last, pages may say so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from . import judging
from .judging import Judged, Rule
from .solver import Numbers
from .tables import Key, Sum, Table, check_sums, sums

Flags = NDArray[np.bool_]
INFINITE = np.inf


@dataclass(frozen=True)
class Bounds:
    """What an attacker knows of each cell were it hidden, beside the sums."""

    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class System:
    """Cells as numbers. `move`: how far an attacker must hold each possible to be from its value (0: it may be shown).

    `printed`: already known outside, cannot be hidden any more. `blank`: not printed now, at no loss (not `offered`, or held
    back before). `weight`: what is lost
    when a cell is hidden.
    """

    keys: tuple[Key, ...]
    value: Numbers
    move: Numbers
    judged: Mapping[Key, Judged]
    printed: Flags
    blank: Flags
    offered: Flags
    weight: Numbers
    known: Bounds
    relations: sparse.csr_array
    rule: Rule
    people: bool
    index: Mapping[Key, int] = field(repr=False)

    @cached_property
    def sensitive(self) -> Flags:
        """The cells that may not be shown."""
        return np.asarray(self.move != 0)

    def groups(self, hidden: Flags) -> NDArray[np.int32]:
        """Give those hidden cells one number that hang together through sums; -1 for cells that are not hidden."""
        held = self.relations[:, np.flatnonzero(hidden)]
        linked = abs(held.T) @ abs(held)
        _, labels = csgraph.connected_components(linked, directed=False)
        named = np.full(len(self.keys), -1, dtype=np.int32)
        named[hidden] = labels
        return named


@dataclass(frozen=True)
class Outside:
    """What is known outside already: numbers printed, in earlier releases or by others, and cells that were held back there."""

    printed: Mapping[Key, int] = field(default_factory=dict)
    held_back: frozenset[Key] = frozenset()


def build(
    tables: Sequence[Table],
    *,
    rule: Rule,
    outside: Outside | None = None,
    offered: Collection[Key] | None = None,
    rates: Mapping[Key, tuple[int, int]] | None = None,
) -> System:
    """Tie tables of one measure together. Equal keys are one cell.

    Args:
        outside: what is known already.
        offered: the cells that would be printed now; all of them when not told. The others exist and stay unprinted.
        rates: by key, the least and the most that a printed rate lets a cell be.
    Raises:
        Refused: `margins-do-not-add-up`, `negative-cell`.
    """
    outside = outside or Outside()
    cells, judged, ties = _merge(tables, rule)
    keys = tuple(sorted(cells))
    index = {key: place for place, key in enumerate(keys)}
    value = np.array([cells[key][0] for key in keys], dtype=np.float64)
    printed = np.array([key in outside.printed for key in keys], dtype=np.bool_)
    shown = np.array([offered is None or key in offered for key in keys], dtype=np.bool_)
    held = np.array([key in outside.held_back for key in keys], dtype=np.bool_)
    move = np.array([judged[key].move if key in judged else 0 for key in keys], dtype=np.float64)
    people = all(table.people for table in tables)
    own = np.array([cells[key][1] for key in keys], dtype=np.float64)
    known = _knows(value, move != 0, own, rule=rule, people=people)
    known = _narrowed(known, ~shown & ~held, {index[key]: told for key, told in (rates or {}).items()})
    return System(
        keys, value, np.where(printed, 0, move), judged, printed, ~printed & (~shown | held), shown,
        _weights(value, shown & ~held), known, _relations(ties, index), rule, people, index,
    )  # fmt: skip


def _merge(tables: Sequence[Table], rule: Rule) -> tuple[dict[Key, tuple[int, int]], dict[Key, Judged], list[Sum]]:
    cells: dict[Key, tuple[int, int]] = {}
    judged: dict[Key, Judged] = {}
    ties: dict[tuple[Key, tuple[Key, ...]], Sum] = {}
    for table in tables:
        check_sums(table)
        behind = judging.veiled(table, rule)
        cells |= {
            key: (cell.value, 0 if key in behind else judging.own_part(cell)) for key, cell in table.cells.items()
        }
        judged |= judging.judge(table, rule)
        ties |= {(one.whole, one.parts): one for one in sums(table)}
    return cells, judged, list(ties.values())


def _weights(value: Numbers, shown: Flags) -> Numbers:
    """Return what is lost with each cell: more with a larger one, so that sums go last. A hair of order makes the choice one."""
    hair = 1e-5 * np.arange(len(value))
    return np.where(shown, np.log2(2 + value) + hair / max(1, len(value)), 0.0)


def _knows(value: Numbers, small: Flags, own: Numbers, *, rule: Rule, people: bool) -> Bounds:
    """Return what the attacker knows of a cell by its blank alone."""
    if not people:  # an amount says nothing of how many gave it
        return Bounds(own, np.full(len(value), INFINITE))
    low = np.where(small, own, np.minimum(value, float(rule.hidden_under)))
    return Bounds(low, np.where(small, float(rule.hidden_under - 1), INFINITE))


def _narrowed(known: Bounds, unprinted: Flags, rates: Mapping[int, tuple[int, int]]) -> Bounds:
    """Widen for what was never up for print, whose blank says nothing; narrow by printed rates."""
    low, high = np.where(unprinted, 0.0, known.low), np.where(unprinted, INFINITE, known.high)
    for place, (least, most) in rates.items():
        low[place], high[place] = max(low[place], least), min(high[place], most)
    return Bounds(low, high)


def _relations(ties: Sequence[Sum], index: Mapping[Key, int]) -> sparse.csr_array:
    rows, columns, signs = [], [], []
    for row, tie in enumerate(ties):
        for key, sign in ((tie.whole, 1.0), *((part, -1.0) for part in tie.parts)):
            rows.append(row)
            columns.append(index[key])
            signs.append(sign)
    return sparse.csr_array((signs, (rows, columns)), shape=(len(ties), len(index)))
