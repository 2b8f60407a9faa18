"""The one register of thresholds. Of those that apply to an indicator the highest wins."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """Fewest contributors behind a figure that leaves, who asks for it, and for which indicator (empty: for all)."""

    contributors: int
    asked_by: str
    indicator: str = ""


REGISTER: tuple[Threshold, ...] = (
    Threshold(contributors=11, asked_by="CMS cell size suppression policy (hhs.gov): 1 to 10 are not shown"),
)

GUARD_BAND = 5  # a hidden number must have at least this many possible values, some of them at or over the threshold


def in_force(indicator: str, *, register: Sequence[Threshold] = REGISTER) -> int:
    """Return the fewest contributors that a figure of this indicator needs."""
    return max(one.contributors for one in register if one.indicator in ("", indicator))


def held_back_under(threshold: int) -> int:
    """Return the count under which a cell is held back: the threshold and a guard band.

    Were only cells under the threshold held back, being held back would say "under the threshold", and a reader who knows
    the total could pin it there. With the band a hidden cell may be over the threshold too.
    """
    return threshold + GUARD_BAND
