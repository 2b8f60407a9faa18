"""Which cells to hide beside the small ones, so that nothing small can be worked out: chosen and proven by linear programming.

For each cell that may not be shown a *shift* is sought: another table, in whole numbers, that says everything the attacker
knows and in which the cell stands as far away as its rule asks. What a shift moves must be hidden; among all shifts the one is
taken that loses least (Kelly, Golden and Assad 1992, Networks 22; Fischetti and Salazar 2001, Management Science 47, give the
exact problem, of which this is the usual sequential heuristic). The shifts are kept: they are the proof, and can be checked by
adding up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from . import solver
from .attacker import Space, in_doubt, spaces, widest_known
from .solver import NEAR, Numbers, is_whole
from .system import Flags, System
from .tables import Key, say_key

SHIELD, HELD_BEFORE, UNPRINTED = "shield", "held-before", "unprinted"
FREE = 1e-4  # what it costs to move a unit of a cell that is hidden anyway: little, so that shifts stay short
TOGETHER = 12  # cells hidden for, before all that hangs together is proven anew
MOST_TRIALS = 120  # cells that are tried to be shown again, the dearest first
ROUNDS = 12  # of proving many cells by one programme


class CannotHide(Exception):  # noqa: N818  -- nothing broke: this table cannot leave like this
    """Some cells stay known whatever else is hidden: too much around them is printed already."""

    def __init__(self, cells: tuple[Key, ...]) -> None:
        super().__init__("; ".join(map(say_key, cells)))
        self.cells = cells


@dataclass(frozen=True)
class Shift:
    """Another table that is possible: the cells that differ and what they are in it."""

    places: NDArray[np.intp]
    values: Numbers


@dataclass
class Pattern:
    """What is hidden, why, and how far each hidden cell can be moved: `low` and `high` stand in shifts that were found.

    `for_whom` names, for a shield, the cells that it was hidden for.
    """

    system: System
    hidden: Flags
    low: Numbers
    high: Numbers
    for_whom: dict[int, set[int]] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)

    def why(self, key: Key) -> str:
        """Return why a cell is blank; empty where it is not."""
        place = self.system.index[key]
        if not self.hidden[place]:
            return ""
        if self.system.sensitive[place]:
            return self.system.judged[key].why
        if self.system.blank[place]:
            return HELD_BEFORE if self.system.offered[place] else UNPRINTED
        return SHIELD

    def shields(self, key: Key) -> list[Key]:
        """Return the cells for which this one is hidden."""
        return sorted(self.system.keys[place] for place in self.for_whom.get(self.system.index[key], ()))

    @property
    def lost(self) -> float:
        """The information lost: the weights of what could have been shown and is not."""
        return float(self.system.weight[self.hidden & ~self.system.sensitive].sum())

    def open_cells(self) -> NDArray[np.intp]:
        """Return the hidden cells that are not proven yet, those first that must move furthest."""
        lacking = np.flatnonzero(self.hidden & ~self._blank_by_choice() & ~self.proven)
        return lacking[np.argsort(-np.abs(self.system.move[lacking]), kind="stable")]

    def _blank_by_choice(self) -> Flags:
        """Cells that nobody would print: only the small among them must stay unknown."""
        return self.system.blank & ~self.system.sensitive

    @property
    def proven(self) -> Flags:
        """Tell of each cell whether shifts were found that keep it as unknown as its rule asks."""
        system, rule = self.system, self.system.rule
        wide = self.high - self.low >= rule.guard_band
        reached = np.where(
            system.move > 0, self.high >= system.value + system.move, self.low <= system.value + system.move
        )
        return wide & (reached | ~system.sensitive)

    def learn(self, values: Numbers, places: NDArray[np.intp]) -> None:
        """Widen what is proven by another table that is possible, and keep it."""
        differs = values != self.system.value[places]
        shift = Shift(places[differs], values[differs])
        if (values < self.low[places]).any() or (values > self.high[places]).any():
            self.shifts.append(shift)
            self._widen(shift)

    def _widen(self, shift: Shift) -> None:
        self.low[shift.places] = np.minimum(self.low[shift.places], shift.values)
        self.high[shift.places] = np.maximum(self.high[shift.places], shift.values)

    def showing(self, place: int) -> "Pattern":
        """Return the same with one cell shown, and of the shifts those that leave it where it is."""
        hidden = self.hidden.copy()
        hidden[place] = False
        fewer = Pattern(self.system, hidden, self.system.value.copy(), self.system.value.copy(), self.for_whom)
        for shift in self.shifts:
            if place not in shift.places:
                fewer.shifts.append(shift)
                fewer._widen(shift)
        return fewer


def choose(system: System) -> Pattern:
    """Return what to hide so that every hidden cell is proven to be unknown. The same tables give the same choice.

    Raises:
        CannotHide: for some cells no shift exists.
    """
    barred = (
        system.known.high - system.known.low < system.rule.guard_band
    )  # a printed rate would give them away: no shields
    while True:
        try:
            return _choose(system, barred)
        except CannotHide as caught:
            unfit = np.array([system.index[key] for key in caught.cells])
            if system.sensitive[unfit].any():
                raise
            barred = barred.copy()  # shields that could not be kept unknown themselves: go on without them
            barred[unfit] = True


def _choose(system: System, barred: Flags) -> Pattern:
    hidden = (system.sensitive | system.blank) & ~system.printed
    pattern = Pattern(system, hidden, system.value.copy(), system.value.copy())
    prove_many(pattern)
    mover = _Mover(system, barred & ~hidden)
    while len(left := pattern.open_cells()):
        for place in left[:TOGETHER]:
            if not pattern.proven[place]:  # the shift of another may have proven it
                _hide_for(pattern, int(place), mover)
        prove_many(pattern)
    _show_again(pattern)
    return pattern


def prove_many(pattern: Pattern) -> None:
    """Prove as many hidden cells as one programme can move at once, and again while that helps."""
    for space in spaces(pattern.system, pattern.hidden):
        for _ in range(ROUNDS):
            before = len(left := _open_in(pattern, space))
            if not before:
                break
            _push(pattern, space, left)
            if len(_open_in(pattern, space)) == before:
                break


def _open_in(pattern: Pattern, space: Space) -> NDArray[np.intp]:
    """Return the places within a space whose cells are not proven."""
    return np.flatnonzero(np.isin(space.places, pattern.open_cells()))


def _push(pattern: Pattern, space: Space, left: NDArray[np.intp]) -> None:
    """Move all open cells of a space as far as they ask, together, as well as that goes."""
    system, size = pattern.system, len(space.places)
    value = system.value[space.places]
    wanted = np.where(system.move[space.places] == 0, float(system.rule.guard_band), system.move[space.places])
    sign = np.sign(wanted[left])
    gained = sparse.coo_array((-sign, (np.arange(len(left)), left)), shape=(len(left), size))
    rows = sparse.csr_array(
        sparse.hstack([gained, sparse.eye_array(len(left))])
    )  # gained by a cell <= sign * (x - value)
    cost = np.concatenate([np.zeros(size), -np.ones(len(left))])
    box = np.append(space.low, np.zeros(len(left))), np.append(space.high, np.abs(wanted[left]))
    none = sparse.csr_array((space.sums.shape[0], len(left)))
    ties = sparse.csr_array(sparse.hstack([space.sums, none]))
    x = solver.least(cost, ties, space.right, box=box, at_most=(rows, -sign * value[left]))
    if x is not None:
        _learn_whole(pattern, space.places, x[:size])


def _learn_whole(pattern: Pattern, places: NDArray[np.intp], x: Numbers) -> None:
    """Take a possible table as proof when it is in whole numbers."""
    if is_whole(x):
        pattern.learn(np.round(x), places)


class _Mover:
    """Finds the shift of one cell that loses least, over every cell that can still be hidden."""

    def __init__(self, system: System, barred: Flags) -> None:
        self.system = system
        there = (system.value > 0) | system.sensitive | system.blank  # a zero that is shown is never hidden
        self.free = np.flatnonzero(~system.printed & there & ~barred)
        self.sums = system.relations[:, self.free]
        both = sparse.hstack([self.sums, -self.sums]).tocsr()
        self.both = both[np.flatnonzero(np.diff(both.indptr))]
        self.up = system.known.high[self.free] - system.value[self.free]
        self.down = system.value[self.free] - system.known.low[self.free]
        self.at = {int(place): at for at, place in enumerate(self.free)}

    def shift(self, place: int, move: float, hidden: Flags) -> Numbers | None:
        """Return how far each free cell moves in the shift that loses least; None where there is none."""
        price = np.where(hidden[self.free], FREE, self.system.weight[self.free] + FREE)
        cost, box = np.concatenate([price, price]), self._box(place, move)
        if box is None:
            return None
        x = solver.least(cost, self.both, np.zeros(self.both.shape[0]), box=box)
        if x is None:
            return None
        moved = x[: len(self.free)] - x[len(self.free) :]
        if is_whole(moved):
            return np.asarray(np.round(moved))
        near = hidden[self.free] | (np.abs(moved) > NEAR)  # first among the cells the broken shift moves
        found = self._whole(cost, box, near)
        return found if found is not None else self._whole(cost, box, np.ones_like(near))

    def _box(self, place: int, move: float) -> tuple[Numbers, Numbers] | None:
        half, at = len(self.free), self.at[place]
        if (self.up if move > 0 else self.down)[at] < abs(move):
            return None
        low, high = np.zeros(2 * half), np.concatenate([self.up, self.down])
        there, back = (at, half + at) if move > 0 else (half + at, at)
        low[there] = high[there] = abs(move)
        high[back] = 0.0
        return low, high

    def _whole(self, cost: Numbers, box: tuple[Numbers, Numbers], among: Flags) -> Numbers | None:
        """Find a shift in whole numbers that moves no other cells than these; a good one is enough."""
        half, at = len(self.free), np.flatnonzero(np.concatenate([among, among]))
        low, high = (bound[at] for bound in box)
        x = solver.least_whole(cost[at], self.both[:, at], np.zeros(self.both.shape[0]), box=(low, high))
        if x is None:
            return None
        moved = np.zeros(2 * half)
        moved[at] = x
        return np.asarray(moved[:half] - moved[half:])


def _hide_for(pattern: Pattern, place: int, mover: _Mover) -> None:
    """Hide what the shift of one cell moves, and keep the shift as proof."""
    system = pattern.system
    moved = _best(pattern, place, mover)
    if moved is None:
        raise CannotHide((system.keys[place],))
    changed = np.flatnonzero(moved)
    for at in mover.free[changed]:
        if not pattern.hidden[at]:
            pattern.hidden[at] = True
        if not system.sensitive[at]:
            pattern.for_whom.setdefault(int(at), set()).add(place)
    pattern.learn((system.value[mover.free] + moved)[changed], mover.free[changed])


def _best(pattern: Pattern, place: int, mover: _Mover) -> Numbers | None:
    """Return the shift that loses least among those that prove the cell."""
    for move in _moves(pattern, place):
        moved = mover.shift(place, move, pattern.hidden)
        if moved is not None:
            return moved
    return None


def _moves(pattern: Pattern, place: int) -> Iterator[float]:
    """Yield the movements that would prove a cell: what its rule asks; for a shield, the band either way."""
    move, band = float(pattern.system.move[place]), float(pattern.system.rule.guard_band)
    if move:
        yield move
    else:
        yield from (band, -band)


def _show_again(pattern: Pattern) -> None:
    """Show what turned out to be hidden for nothing, the dearest first: each stays hidden unless all is proven without it."""
    system = pattern.system
    extra = np.flatnonzero(pattern.hidden & ~system.sensitive & ~system.blank)
    for place in extra[np.argsort(-system.weight[extra], kind="stable")][:MOST_TRIALS]:
        trial = pattern.showing(int(place))
        if all(_prove_each(trial, space) for space in spaces(system, trial.hidden)):
            pattern.hidden, pattern.low, pattern.high, pattern.shifts = (
                trial.hidden,
                trial.low,
                trial.high,
                trial.shifts,
            )
            pattern.for_whom.pop(int(place), None)


def _prove_each(pattern: Pattern, space: Space) -> bool:
    """Prove the cells of a space together, then one by one; stop at the first that cannot be."""
    left = _open_in(pattern, space)
    if len(left):
        _push(pattern, space, left)
    for at in left:
        place = space.places[at]
        way = -1.0 if pattern.system.move[place] < 0 else 1.0
        for cost in (-way, way):
            if not pattern.proven[place]:
                x = space.solve(cost * (np.arange(len(space.places)) == at))
                if x is not None:
                    _learn_whole(pattern, space.places, x)
        if not pattern.proven[place]:
            return False
    return True


def unsound(pattern: Pattern) -> list[Shift]:
    """Return the shifts that are no proof: a sum does not hold in them, a shown cell differs, or the attacker knows better."""
    system, found = pattern.system, []
    for shift in pattern.shifts:
        table = system.value.copy()
        table[shift.places] = shift.values
        holds = np.abs(system.relations @ table).max(initial=0.0) == 0 and pattern.hidden[shift.places].all()
        within = (table >= system.known.low) & (table <= system.known.high)
        if not (holds and within[shift.places].all()):
            found.append(shift)
    return found


def audit(pattern: Pattern) -> tuple[Key, ...]:
    """Return the hidden cells that an attacker narrows too far, asked of the attacker and not of the shifts."""
    system = pattern.system
    asked = pattern.hidden & ~(system.blank & ~system.sensitive)
    low, high = widest_known(system, pattern.hidden, asked)
    return tuple(system.keys[place] for place in np.flatnonzero(asked & in_doubt(system, low, high)))
