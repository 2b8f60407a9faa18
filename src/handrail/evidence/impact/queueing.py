"""A floor's queue, simulated: how long people wait, how many leave before a seat, how far places are used, for other numbers of them.

Arrivals come by chance at a rate that rises and falls over the day; who comes first sits first; each stays as long as somebody
stayed before (drawn from the site's own durations); who would wait longer than they bear leaves. What a simulation gives is a mean
over blocks of days with a 95 % interval of that mean: chance of the simulation, not doubt about its assumptions.

Served visits understate demand: who was never there cannot be drawn from. A wait of those who were seated says nothing of who left:
both are always told together.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BLOCKS = 20
Z_95 = 1.959963984540054  # the normal quantile at 97.5 %
SWING, WAVES = 0.6, 1.5  # rate ~ 1 + 0.6 sin(2 pi 1.5 t / T): frontline reference, 11
BEARS_LEAST, BEARS_MEAN = 10.0, 30.0  # minutes: leaves when the wait exceeds 10 + Exp(30): frontline reference, 11
P95 = 95


@dataclass(frozen=True)
class Floor:
    """One arrangement: places, minutes open a day, arrivals expected a day, and the stays (minutes) that are drawn from.

    `patient`: nobody leaves. `swing`: how far the rate rises and falls, 0 for a constant one.
    """

    places: int
    open_minutes: float
    arrivals: float
    stays: Sequence[float]
    patient: bool = False
    swing: float = SWING


@dataclass(frozen=True)
class Figure:
    """A mean over blocks, and the 95 % interval of that mean."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """Minutes waited by those who were seated (mean, 95th percentile); percent who left before a seat; percent of places' open minutes used."""

    mean_wait: Figure
    p95_wait: Figure
    left: Figure
    used: Figure


def simulate(floor: Floor, *, days: int, seed: int) -> Outcome:
    """Simulate so many days in each of twenty blocks.

    Raises:
        ValueError: there is no place, no stay to draw from, or no time.
    """
    if floor.places < 1 or not len(floor.stays) or floor.open_minutes <= 0 or days < 1:
        raise ValueError("a floor needs a place, a stay and time")
    blocks = [_block(floor, days, np.random.default_rng([seed, n])) for n in range(BLOCKS)]
    return Outcome(*(_figure([block[n] for block in blocks]) for n in range(4)))


def _figure(values: Sequence[float]) -> Figure:
    mean, half = float(np.mean(values)), Z_95 * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Figure(mean, max(0.0, mean - half), mean + half)


def _block(floor: Floor, days: int, chance: np.random.Generator) -> tuple[float, float, float, float]:
    waits: list[float] = []
    came = left = 0
    held = 0.0
    for _ in range(days):
        times = _arrivals(floor, chance)
        stays = chance.choice(np.asarray(floor.stays, dtype=float), size=len(times))
        bears = (
            np.full(len(times), np.inf) if floor.patient else BEARS_LEAST + chance.exponential(BEARS_MEAN, len(times))
        )
        came += len(times)
        free = [0.0] * floor.places
        for at, stay, most in zip(times.tolist(), stays.tolist(), bears.tolist(), strict=True):
            wait = max(0.0, free[0] - at)
            if wait > most:
                left += 1
                continue
            heapq.heapreplace(free, at + wait + stay)
            waits.append(wait)
            held += stay
    seated = np.asarray(waits) if waits else np.zeros(1)
    share = 100 * left / came if came else 0.0
    used = 100 * held / (floor.places * floor.open_minutes * days)
    return float(seated.mean()), float(np.percentile(seated, P95)), share, used


def _arrivals(floor: Floor, chance: np.random.Generator) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Draw a day's arrivals, in order: a Poisson stream, thinned to the rate of each moment (Lewis, Shedler 1979)."""
    mean = 1 + floor.swing * (1 - math.cos(2 * math.pi * WAVES)) / (2 * math.pi * WAVES)  # of the rate over the day
    most = floor.arrivals / mean * (1 + floor.swing)
    times = np.sort(chance.uniform(0, floor.open_minutes, chance.poisson(most)))
    rate = (1 + floor.swing * np.sin(2 * math.pi * WAVES * times / floor.open_minutes)) / (1 + floor.swing)
    return times[chance.uniform(size=len(times)) < rate]


def erlang_wait(*, places: int, arrivals_a_minute: float, mean_stay: float) -> float:
    """Return the mean wait (minutes) of M/M/c, where nobody leaves. Raises ValueError where more come than can be served.

    Source: Erlang 1917, the C formula; by the recursion of the B formula (Cooper 1981, Introduction to Queueing Theory, 3.9).
    """
    load = arrivals_a_minute * mean_stay
    if load >= places:
        raise ValueError("more come than can be served: the queue grows without end")
    blocked = 1.0
    for n in range(1, places + 1):
        blocked = load * blocked / (n + load * blocked)
    waits = blocked / (1 - load / places * (1 - blocked))
    return waits * mean_stay / (places - load)
