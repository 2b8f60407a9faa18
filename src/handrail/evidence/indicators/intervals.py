"""Intervals for counted shares. They answer for counting error only: not for who came, and not for batches that came together."""

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054  # the normal quantile at 97.5 %, for a two-sided 95 % interval


@dataclass(frozen=True)
class Share:
    """A part of a whole, as shares of one: the figure and its 95 % Wilson interval."""

    part: int
    whole: int
    value: float
    low: float
    high: float


def wilson(part: int, whole: int) -> Share:
    """Return a share with its 95 % score interval.

    Args:
        part, whole: counts, 0 <= part <= whole and whole >= 1.
    Raises:
        ValueError: the counts are none of that.
    Source: Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference,
        Journal of the American Statistical Association 22 (158), 209-212.
    """
    if not 0 <= part <= whole or whole < 1:
        raise ValueError("a share needs 0 <= part <= whole and whole >= 1")
    value, squared = part / whole, Z_95**2
    centre = (value + squared / (2 * whole)) / (1 + squared / whole)
    half = Z_95 / (1 + squared / whole) * math.sqrt(value * (1 - value) / whole + squared / (4 * whole**2))
    return Share(part, whole, value, max(0.0, centre - half), min(1.0, centre + half))
