"""An attacker of one's own: every printed number is a sum of smallest cells, and nothing else of the gate is used.

They know each sum that was ever printed, by whom ever, that a count is not below zero, what they gave themselves, and the rates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

Atom = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """A number that is known: the smallest cells it sums, and the least and the most it is (alike for a printed count)."""

    atoms: frozenset[Atom]
    low: float
    high: float


def known(atoms: Iterable[Atom], value: float) -> Told:
    """Return a printed count."""
    return Told(frozenset(atoms), value, value)


def interval(
    asked: frozenset[Atom], told: Sequence[Told], *, own: Mapping[Atom, int] | None = None
) -> tuple[float, float]:
    """Return the least and the most that a sum of smallest cells can be; whole numbers."""
    places = {atom: at for at, atom in enumerate(sorted({atom for one in told for atom in one.atoms} | asked))}
    rows = np.zeros((len(told), len(places)))
    for row, one in enumerate(told):
        rows[row, [places[atom] for atom in one.atoms]] = 1
    low, high = np.array([one.low for one in told]), np.array([one.high for one in told])
    box = [((own or {}).get(atom, 0), None) for atom in places]
    cost = np.zeros(len(places))
    cost[[places[atom] for atom in asked]] = 1
    ends = []
    for sign in (1, -1):
        found = linprog(
            sign * cost, A_ub=np.vstack([rows, -rows]), b_ub=np.concatenate([high, -low]), bounds=box, method="highs"
        )
        ends.append(found.fun * sign if found.status == 0 else sign * -np.inf)
    return float(np.ceil(ends[0] - 1e-6)), float(np.floor(ends[1] + 1e-6))


@dataclass
class Tally:
    """How an attack went: hidden cells, those known to the unit, those narrowed under five."""

    hidden: int = 0
    exact: int = 0
    narrow: int = 0

    def count(self, ends: tuple[float, float]) -> None:
        """Add one hidden cell by its interval."""
        self.hidden += 1
        self.exact += ends[1] - ends[0] < 1
        self.narrow += ends[1] - ends[0] < 5
