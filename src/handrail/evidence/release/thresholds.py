"""The one register of thresholds. Of those that apply to an indicator the highest wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from .gate.judging import Rule


@dataclass(frozen=True)
class Threshold:
    """Fewest contributors behind a figure that leaves, who asks for it, and for which indicator (empty: for all)."""

    contributors: int
    asked_by: str
    indicator: str = ""


REGISTER: tuple[Threshold, ...] = (
    Threshold(contributors=11, asked_by="CMS cell size suppression policy (hhs.gov): 1 to 10 are not shown"),
)


def in_force(indicator: str, *, register: Sequence[Threshold] = REGISTER) -> int:
    """Return the fewest contributors that a figure of this indicator needs."""
    return max(one.contributors for one in register if one.indicator in ("", indicator))


def rule(indicator: str) -> Rule:
    """Return what a table of this indicator must pass."""
    return Rule(in_force(indicator))
