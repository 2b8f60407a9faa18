"""Which cells may not be shown whatever stands beside them, and how far an attacker must be kept from each."""

import math
from dataclasses import dataclass

from .tables import Cell, Key, Table, sums

GUARD_BAND = 5  # a hidden number has more than this many possible values, some of them at or over the threshold
SMALL_MARGIN = 5  # times the threshold: under it, nobody or everybody of a group in one cell tells about each of them
DOMINANT_PERCENT = 10  # p % rule: nobody may learn what the largest contributor gave to within this part of it

SMALL, DOMINATED = "small", "dominated"


@dataclass(frozen=True)
class Rule:
    """What a table must pass: fewest contributors of a shown cell, the guard band above it, the part of the p % rule."""

    threshold: int
    guard_band: int = GUARD_BAND
    dominant_percent: int = DOMINANT_PERCENT

    @property
    def hidden_under(self) -> int:
        """Fewest contributors of a cell that is shown.

        Were only cells under the threshold hidden, a reader who finds out which blank is the small one would know it to be
        under the threshold. With the band a small cell may be over it too.
        """
        return self.threshold + self.guard_band


@dataclass(frozen=True)
class Judged:
    """A cell that may not be shown: why, and the movement an attacker must hold possible (below zero: downwards)."""

    why: str
    move: int


def judge(table: Table, rule: Rule) -> dict[Key, Judged]:
    """Return the cells that may not be shown, by key.

    Small: fewer contributors than the threshold and its band, but for a true zero; and a zero that is veiled. Dominated
    (amounts only): one contributor stands for so much that another could work out what they gave.
    """
    behind = veiled(table, rule)
    found = {
        key: _judge(cell, rule, zero_tells=key in behind, people=table.people) for key, cell in table.cells.items()
    }
    return {key: judged for key, judged in found.items() if judged}


def _judge(cell: Cell, rule: Rule, *, zero_tells: bool, people: bool) -> Judged | None:
    nobody = cell.contributors == 0 and cell.value == 0
    if nobody and not zero_tells:
        return None
    if cell.contributors < rule.hidden_under:
        return Judged(SMALL, _move(cell, rule) if people else _amount(cell, rule))
    if not people and _is_dominated(cell, rule):
        return Judged(DOMINATED, _amount(cell, rule))
    return None


def _move(cell: Cell, rule: Rule) -> int:
    """Say how far a count of people must seem to reach: over the threshold from below, under it from above, and the band at least."""
    if cell.value < rule.threshold:
        return max(rule.threshold - cell.value, rule.guard_band)
    return -max(cell.value - rule.threshold + 1, rule.guard_band)


def _amount(cell: Cell, rule: Rule) -> int:
    largest = cell.value if cell.largest is None else cell.largest
    return max(rule.guard_band, math.ceil(largest * rule.dominant_percent / 100))


def _is_dominated(cell: Cell, rule: Rule) -> bool:
    """Tell whether what all others gave is less than p % of the largest. Nobody knows the largest: nothing is said here.

    The second largest, who knows their own, is taken to be the attacker. Where the second is not known, they are taken to have
    given all that the others, at a unit each, leave.
    """
    if cell.largest is None:
        return False
    rest = cell.value - cell.largest - _second_at_most(cell)
    return 100 * rest < rule.dominant_percent * cell.largest


def _second_at_most(cell: Cell) -> int:
    if cell.second is not None:
        return cell.second
    left = cell.value - (cell.largest or 0) - max(0, cell.contributors - 2)
    return max(0, min(cell.largest or 0, left))


def veiled(table: Table, rule: Rule) -> set[Key]:
    """Return the cells of groups so small that not even a zero is shown in them.

    Where a group is known to be small, "none of them" and "all of them" are told of each (0 % and 100 %); and of a group that
    is hidden itself nothing is told, or its zeros would say where its people are.
    """
    found: set[Key] = set()
    for one in sums(table):
        group = table.cells[one.whole].contributors
        if 0 < group < (SMALL_MARGIN * rule.threshold if one.axis.tells else rule.hidden_under):
            found |= set(one.parts)
    return found


def own_part(cell: Cell) -> int:
    """Return what the largest contributor of a cell knows to be in it: their own part. One where nobody knows."""
    return min(cell.value, cell.largest or 1)
