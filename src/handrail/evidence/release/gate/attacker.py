"""The attacker: from all that is known, the least and the most that each hidden cell can be. Linear programming by HiGHS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from . import solver
from .solver import NEAR, Numbers
from .system import Bounds, Flags, System


@dataclass(frozen=True)
class Space:
    """What is possible of some hidden cells that hang together: x with `sums` x = `right`, low <= x <= high."""

    places: NDArray[np.intp]
    sums: sparse.csr_array
    right: Numbers
    low: Numbers
    high: Numbers

    def solve(self, cost: Numbers) -> Numbers | None:
        """Return the possible values for which the cost is least; None when there is no end to it."""
        return solver.least(cost, self.sums, self.right, box=(self.low, self.high))


def spaces(system: System, hidden: Flags, known: Bounds | None = None) -> list[Space]:
    """Return what is possible of the hidden cells, a space for those that hang together, when all others are known."""
    known = known or system.known
    labels = system.groups(hidden)
    right = -(system.relations @ np.where(hidden, 0.0, system.value))
    order = np.argsort(labels, kind="stable")
    order = order[labels[order] >= 0]
    found = []
    for places in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1) if len(order) else []:
        sums = system.relations[:, places]
        rows = np.flatnonzero(np.diff(sums.indptr))
        found.append(Space(places, sums[rows], right[rows], known.low[places], known.high[places]))
    return found


@dataclass(frozen=True)
class Interval:
    """What an attacker can say of one hidden cell: at least, at most; whole numbers."""

    place: int
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.high - self.low


def intervals(system: System, hidden: Flags, known: Bounds | None = None) -> list[Interval]:
    """Return the interval of every hidden cell, by place. No end is infinite where a sum or a bound holds it."""
    found = []
    for space in spaces(system, hidden, known):
        for at, place in enumerate(space.places):
            low, high = (_end(space, at, sign) for sign in (1.0, -1.0))
            found.append(Interval(int(place), np.ceil(low - NEAR), np.floor(high + NEAR)))
    return sorted(found, key=lambda one: one.place)


def _end(space: Space, at: int, sign: float) -> float:
    cost = np.zeros(len(space.places))
    cost[at] = sign
    x = space.solve(cost)
    return float(x[at]) if x is not None else -sign * np.inf


def widest_known(system: System, hidden: Flags, asked: Flags, known: Bounds | None = None) -> tuple[Numbers, Numbers]:
    """Return, for the cells asked about, a least and a most that are possible, at least as far apart as their rule asks where they can be.

    Quicker than every interval: all cells still in doubt are pushed together first, then one by one; each answer tells of all.
    """
    low, high = system.value.copy(), system.value.copy()
    for space in spaces(system, hidden, known):
        for cost in _questions(
            space, lambda: asked & in_doubt(system, low, high), np.where(system.move < 0, -1.0, 1.0)
        ):
            x = space.solve(cost)
            if x is not None:
                low[space.places] = np.minimum(low[space.places], x)
                high[space.places] = np.maximum(high[space.places], x)
    return low, high


def in_doubt(system: System, low: Numbers, high: Numbers) -> Flags:
    """Tell which cells are not known to be wide enough: narrower than the band, or not seen as far as their rule asks."""
    target = system.value + system.move
    reached = np.where(system.move > 0, high >= target - NEAR, low <= target + NEAR)
    return np.asarray((high - low < system.rule.guard_band - NEAR) | ~(reached | (system.move == 0)))


def _questions(space: Space, doubtful: Callable[[], Flags], way: Numbers) -> Iterator[Numbers]:
    """Yield what to push: all cells in doubt away from where their rule asks, and there; then each still in doubt, both ways."""
    for sign in (1.0, -1.0, 1.0, -1.0):
        if doubtful()[space.places].any():
            yield sign * way[space.places] * doubtful()[space.places]
    for at, place in enumerate(space.places):
        for sign in (-1.0, 1.0):
            if doubtful()[place]:
                yield sign * way[place] * (np.arange(len(space.places)) == at)
