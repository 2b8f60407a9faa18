"""Rates that leave without their counts: rounded so coarsely that the count behind stays one of several."""

import math
from dataclasses import dataclass
from fractions import Fraction

from .judging import GUARD_BAND, Rule

HALF = Fraction(1, 2)
STEPS = tuple(
    map(Fraction, ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "20"])
)  # of 100, or of 1,000: finest first


@dataclass(frozen=True)
class Rate:
    """A rounded rate and its step, both as `per` says (100: percent). `low`, `high`: what the numerator can be, both included."""

    value: float
    step: float
    low: int
    high: int


def rounded(numerator: int, denominator: int, *, rule: Rule, per: int = 100) -> Rate | None:
    """Return a share, rounded to the finest step that leaves its numerator at least the guard band wide; None where it may not be shown.

    A share is not shown when its numerator, or what is left of its denominator, stands for too few: 0 % and 100 % among them.

    Args:
        numerator, denominator: counts of people, 0 <= numerator <= denominator, denominator printed.
    """
    if min(numerator, denominator - numerator) < rule.hidden_under:
        return None
    for step in STEPS:
        steps = math.floor(Fraction(numerator * per, denominator) / step + HALF)
        low, high = reach(steps, step, denominator, per=per)
        if high - low >= GUARD_BAND:
            return Rate(float(steps * step), float(step), low, high)
    return None


def reach(steps: int, step: Fraction, denominator: int, *, per: int = 100) -> tuple[int, int]:
    """Return the least and the most that a numerator can be when its rate was rounded, half up, to so many steps."""
    low, high = ((steps + side) * step * denominator / per for side in (-HALF, HALF))
    return max(0, math.ceil(low)), min(denominator, math.ceil(high) - 1)
