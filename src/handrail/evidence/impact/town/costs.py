"""What a month costs: people in their states, kits, ambulances, hospital; discounted by whole years from the first."""

import numpy as np

from handrail.evidence.impact.engine import Array

from .inputs import RELAP, Set

RATE = 0.03  # a year, as in the source


def weight(month: int) -> float:
    """Return the discount of a month."""
    return float((1 + RATE) ** -((month - 1) // 12))


def month(a_set: Set, at: int, living: Array, kits_given: float) -> float:
    """Return the discounted cost of people by (state, own use state) and of the kits given; after a relapse the mean of both states."""
    state = np.array([a_set[f"c.{name}"] for name in ("preb", "il.lr", "il.hr", "inact", "NODU")])
    each = np.zeros((6, 5))
    each[:5] = state[:, None]
    each[RELAP] = (state[3] + state) / 2
    return weight(at) * (float((living * each).sum()) + kits_given * (a_set["c.nlx.kit"] + a_set["c.nlx.dtb"]))


def care(a_set: Set, at: int, called: int, hospital: int) -> float:
    """Return the discounted cost of ambulances and hospital."""
    return weight(at) * (called * a_set["c.EMS"] + hospital * a_set["c.hospcare"])
