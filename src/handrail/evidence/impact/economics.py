"""What arms cost and give, side by side: frontier, acceptability, value of information, tornado, budget. Draws share their random numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .engine import Array

ON_FRONTIER, DOMINATED, EXTENDED, FIRST = "on the frontier", "dominated", "extendedly dominated", "least costly"
TERMS = 4  # of the polynomial that smooths net benefit over one parameter: a cubic follows the curves of these models
Interval = tuple[float, float]


@dataclass(frozen=True)
class Standing:
    """Where an arm stands: its ratio is to the next cheaper arm of the frontier, and NaN where no ratio means anything."""

    arm: str
    cost: float
    effect: float
    status: str
    ratio: float


def frontier(arms: Sequence[str], cost: Array, effect: Array) -> list[Standing]:
    """Return the arms sorted by cost, each with its standing; a negative ratio is never a number here."""
    order = sorted(range(len(arms)), key=lambda at: (cost[at], -effect[at]))
    status = dict.fromkeys(order, ON_FRONTIER)
    best = -np.inf
    for at in order:
        if effect[at] <= best:
            status[at] = DOMINATED
        best = max(best, float(effect[at]))
    while (loser := _bent(order, status, cost, effect)) is not None:
        status[loser] = EXTENDED
    standing, last = [], None
    for at in order:
        ratio = float("nan")
        if status[at] == ON_FRONTIER:
            ratio = float("nan") if last is None else float((cost[at] - cost[last]) / (effect[at] - effect[last]))
            status[at] = FIRST if last is None else ON_FRONTIER
            last = at
        standing.append(Standing(arms[at], float(cost[at]), float(effect[at]), status[at], ratio))
    return standing


def _bent(order: Sequence[int], status: Mapping[int, str], cost: Array, effect: Array) -> int | None:
    """Return the first arm whose ratio is higher than that of the arm after it."""
    kept = [at for at in order if status[at] == ON_FRONTIER]
    for before, middle, after in zip(kept, kept[1:], kept[2:], strict=False):
        first = (cost[middle] - cost[before]) / (effect[middle] - effect[before])
        if (cost[after] - cost[middle]) / (effect[after] - effect[middle]) < first:
            return middle
    return None


def net_benefit(cost: Array, effect: Array, pay: Array) -> Array:
    """Return pay x effect - cost as (willingness, draws, arms)."""
    return np.asarray(np.asarray(pay)[:, None, None] * effect[None] - cost[None])


def acceptability(cost: Array, effect: Array, pay: Array) -> Array:
    """Return the share of draws in which each arm is best: (willingness, arms); equals share a draw, so rows sum to 1."""
    net = net_benefit(cost, effect, pay)
    best = net == net.max(axis=-1, keepdims=True)
    return np.asarray((best / best.sum(axis=-1, keepdims=True)).mean(axis=1))


def acceptability_frontier(cost: Array, effect: Array, pay: Array) -> tuple[npt.NDArray[np.intp], Array]:
    """Return, for each willingness to pay, the arm of best mean net benefit and the share of draws in which it is best."""
    chosen = net_benefit(cost, effect, pay).mean(axis=1).argmax(axis=-1)
    return chosen, acceptability(cost, effect, pay)[np.arange(len(chosen)), chosen]


def perfect_information(cost: Array, effect: Array, pay: Array) -> Array:
    """Return E[max net benefit] - max E[net benefit] for each willingness to pay; never below 0."""
    net = net_benefit(cost, effect, pay)
    return np.asarray(np.maximum(net.max(axis=-1).mean(axis=1) - net.mean(axis=1).max(axis=-1), 0.0))


def partial_information(net: Array, parameter: Array) -> float:
    """Return the expected value of knowing one parameter: net benefit (draws, arms) smoothed over it by a cubic.

    Source: regression estimate of EVPPI, Strong, Oakley & Brennan 2014, Medical Decision Making 34 (3).
    """
    if np.ptp(parameter) == 0:
        return 0.0
    z = (parameter - parameter.mean()) / parameter.std()
    basis = np.vander(z, TERMS)
    fitted = basis @ np.linalg.lstsq(basis, net, rcond=None)[0]
    return float(max(fitted.max(axis=1).mean() - fitted.mean(axis=0).max(), 0.0))


@dataclass(frozen=True)
class Swing:
    """What one parameter, moved from its low to its high end alone, does to a figure."""

    parameter: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the figure moves."""
        return abs(self.at_high - self.at_low)


def tornado(figure: Callable[[Mapping[str, float]], float], bounds: Mapping[str, Interval]) -> list[Swing]:
    """Return one swing a parameter, the widest first; all others stay at their estimate."""
    swings = [Swing(name, figure({name: low}), figure({name: high})) for name, (low, high) in bounds.items()]
    return sorted(swings, key=lambda one: (-one.width, one.parameter))


def budget_impact(people: Array, uptake_now: Array, uptake_then: Array, cost: Array) -> Array:
    """Return what a payer spends more a year, undiscounted: people (years) x change of uptake (years, arms) x cost a person (arms)."""
    return np.asarray((people[:, None] * (np.asarray(uptake_then) - np.asarray(uptake_now)) * cost).sum(axis=1))


def discounted(yearly: Array, rate: float) -> float:
    """Return a sum of years, the first at full weight; rate 0 gives the undiscounted sum that stands beside it."""
    return float((np.asarray(yearly) / (1 + rate) ** np.arange(len(yearly))).sum())
