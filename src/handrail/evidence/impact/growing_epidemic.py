"""Family (c), where an epidemic still grows: calibrated to a prevalence in a year, then treated (Fraser 2018, Scott County)."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize

from .engine import Array
from .transmission import Flow, least, multipliers, shares, walk

STEEP = 3.0  # logarithm of the largest rate and factor tried: 20 infections a year
EXACT = 1e-6  # how near the calibration must come, in prevalence and in the logarithm of growth


@dataclass(frozen=True)
class Growth:
    """What is known of the place. Rates a year; defaults are Fraser 2018 table 1 (middle of each range)."""

    prevalence: float = 0.553
    prevalence_year: float = 2015.0
    stopping: float = 1 / 12.5  # 5 to 20 years of injecting
    death: float = 0.0057 + 0.0014  # drug-related and other
    clearance: float = 0.255  # 22 to 29 %
    people_from: float = 2008.0
    people_until: float = 2013.0
    people_factor: float = 2.5  # 2- to 3-fold more people 2008-2013
    infection_from: float = 2010.0
    infection_factor: float = 5.5  # 4- to 7-fold more new infections a year
    covered_from: float = 2016.5  # half way: full coverage by mid-2017
    treated_from: float = 2017.0
    cured: float = 0.90  # 85 to 95 %
    effects: str = "fraser"


@dataclass(frozen=True)
class Start:
    """The calibrated place: infection rate long before, its factor, and how many more people start injecting."""

    beta: float
    factor: float
    arriving: float


@lru_cache(maxsize=32)
def calibrate(place: Growth) -> Start:
    """Return the infection rate and its factor that give the prevalence in its year and the growth of new infections; refuse where none does.

    Raises:
        ValueError: no infection rate gives both.
    """
    mu = place.stopping + place.death
    arriving = 1 + (place.people_factor - 1) / (1 - math.exp(-mu * (place.people_until - place.people_from)))

    def off(logs: Array) -> list[float]:
        rate, factor = np.exp(np.clip(logs, -STEEP, STEEP))
        tried = Start(float(rate), float(factor), arriving)
        now = history(place, tried, until=place.prevalence_year)[2]
        then = history(place, tried, until=place.infection_from)[2]
        return [float(now[0]) - place.prevalence, math.log(now[2] / then[2] / place.infection_factor)]

    found = optimize.root(off, [math.log(2.2 * mu / (1 - place.clearance)), math.log(2.5)])
    if not found.success or max(abs(one) for one in off(found.x)) > EXACT:
        raise ValueError("no infection rate gives this prevalence and this growth together")
    return Start(math.exp(found.x[0]), math.exp(found.x[1]), arriving)


def history(place: Growth, start: Start, *, until: float, steps: int = 6) -> tuple[Array, Array, Array]:
    """Return S, C and (prevalence, incidence, new infections a year) at a time, from the standing start before growth."""
    mu = place.stopping + place.death
    standing = max(1 - mu / ((1 - place.clearance) * start.beta), 1e-4)
    none = shares(0.0, 0.0)
    s, c = none * (1 - standing), none * standing
    at = place.people_from
    for end, factor in ((min(place.infection_from, until), 1.0), (until, start.factor)):
        if end > at:
            flow = _flow(place, start, factor=factor, oat=0.0, nsp=0.0)
            s, c, _ = walk(flow, s, c, end - at, steps_per_year=steps)
            at = end
    return (
        s,
        c,
        _now(
            _flow(place, start, factor=1.0 if until <= place.infection_from else start.factor, oat=0.0, nsp=0.0), s, c
        ),
    )


def _flow(place: Growth, start: Start, *, factor: float, oat: float, nsp: float, treated: Array | float = 0.0) -> Flow:
    r = multipliers(place.effects)
    mu = place.stopping + place.death
    beta = np.array([start.beta * factor])
    return Flow(beta, r, shares(oat, nsp), mu, place.clearance, np.asarray(treated), start.arriving)


def _now(flow: Flow, s: Array, c: Array) -> Array:
    new = flow.slopes(s, c)[2].sum()
    return np.array([c.sum() / (s.sum() + c.sum()), new / s.sum(), new])


def treatments_needed(
    place: Growth, *, fall: float, by: float, oat: float, nsp: float, of: str = "prevalence"
) -> float:
    """Return the treatments a year per 1,000 people (at the start of treatment) with which prevalence or incidence ends `fall` lower by a year.

    The number of treatments is fixed, as in the source; people, and the epidemic, go on growing.
    """
    start = calibrate(place)
    s, c, _ = history(place, start, until=place.covered_from)
    s, c, _ = walk(
        _flow(place, start, factor=start.factor, oat=oat, nsp=nsp), s, c, place.treated_from - place.covered_from
    )
    people = float(s.sum() + c.sum())
    at = {"prevalence": 0, "incidence": 1}[of]
    first = _now(
        _flow(place, start, factor=start.factor, oat=0.0, nsp=0.0), *history(place, start, until=place.treated_from)[:2]
    )[at]

    def end(treated: Array) -> Array:
        flow = _flow(place, start, factor=start.factor, oat=oat, nsp=nsp, treated=treated * people * place.cured)
        shape = (*treated.shape, len(s))
        return np.asarray(
            walk(flow, np.broadcast_to(s, shape), np.broadcast_to(c, shape), by - place.treated_from)[2][-1, :, at]
        )

    return 1000 * least(end, float(first) * (1 - fall), most=0.6)
