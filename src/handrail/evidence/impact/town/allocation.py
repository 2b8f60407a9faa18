"""Where kits go when there are only so many: town by town, so that modelled deaths fall most.

Towns meet only their own kits, and what a kit changes falls with the kits already there, so the split with equal margins is the best:
the marginal effect is the same in every town that gets any. A greedy split, part by part, stands beside it; both are judged on fresh seeds.
"""

import heapq
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from handrail.evidence.impact.engine import Array

from . import cells
from .inputs import NODU, Place, Set
from .kits import ARMS_FROM, Arm, Job, Stock

YEARS = 3  # 2020 to 2022: the years in which extra kits are given
PARTS = 200  # into which a greedy split divides the budget
FRESH = 1_000_000  # seeds of the judgement start here: none was used to choose


@dataclass(frozen=True)
class Need:
    """What each town and own use state would meet without extra kits: overdoses a month, people, kits in circulation a person."""

    overdoses: Array  # (town, use) a month
    people: Array  # (town, use)
    held: Array  # (town,) kits a person
    spared: float  # how much less often a witnessed overdose is fatal where naloxone is at hand
    adjust: float
    stays: float  # share of kits that stay from one month to the next
    weights: Array  # (use,)

    def fewer(self, kits: Array) -> Array:
        """Return modelled deaths fewer over the years, by town, for kits a year by town."""
        share = self.people * self.weights
        share = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
        months = np.arange(1, 12 * YEARS + 1)
        stock = (1 - self.stays**months) / (1 - self.stays) / 12  # of one kit a year
        each = kits[:, None, None] * share[:, :, None] * stock / np.maximum(self.people, 1.0)[:, :, None]
        gained = np.exp(-self.adjust * self.held)[:, None, None] * -np.expm1(-self.adjust * each)
        return np.asarray(self.spared * (self.overdoses[:, :, None] * gained).sum(axis=(1, 2)))


@dataclass(frozen=True)
class Ensemble:
    """Needs under several calibrated sets: a split is judged by its mean over them, so that no single set decides it."""

    needs: tuple[Need, ...]

    @property
    def held(self) -> Array:
        """Kits in circulation a person, by town, the mean of the sets."""
        return np.asarray(np.mean([one.held for one in self.needs], axis=0))

    @property
    def people(self) -> Array:
        """People by town and own use state, the mean of the sets."""
        return np.asarray(np.mean([one.people for one in self.needs], axis=0))

    def fewer(self, kits: Array) -> Array:
        """Return modelled deaths fewer over the years, by town: the mean of the sets."""
        return np.asarray(np.mean([one.fewer(kits) for one in self.needs], axis=0))


def need(place: Place, a_set: Set, *, seed: int, weights: Array | None = None) -> Need:
    """Return what towns would meet, from one run without extra kits: rates by own use state, times each town's people."""
    job = Job(12 * YEARS + ARMS_FROM - 1, Arm("SQ"), seed)
    result = cells.run(place, a_set, job)
    people = cells.by_use(result.people)
    rate = result.by_use[-YEARS:].sum(axis=0) / (12 * YEARS) / np.maximum(people.sum(axis=0), 1)
    stock = Stock(place, a_set, job.arm)
    for month in range(1, job.months + 1):
        stock.month(month, people)
    held = stock.town / np.maximum(people.sum(axis=1), 1)
    at_hand = cells.outcomes(a_set, np.array([0.0, 1.0]))[..., 1].sum(axis=(1, 2))
    spared = float(at_hand[0] - at_hand[1])
    return Need(
        rate * people,
        people,
        held,
        spared,
        a_set["nlx.adj"] / a_set["cap"],
        1 - a_set["r.LossExp"],
        np.ones(5) if weights is None else weights,
    )


def equal_margins(wanted: Need | Ensemble, budget: float) -> Array:
    """Return kits a year by town with the same marginal effect wherever any go, summing to the budget."""
    low, high = 0.0, float(_margin(wanted, np.zeros(len(wanted.held))).max())
    for _ in range(60):
        price = (low + high) / 2
        low, high = (price, high) if _at_price(wanted, price, budget).sum() > budget else (low, price)
    kits = _at_price(wanted, high, budget)
    return np.asarray(kits * budget / max(float(kits.sum()), 1e-300))


def _margin(wanted: Need | Ensemble, kits: Array) -> Array:
    """Return the effect of one kit more, by town."""
    return wanted.fewer(kits + 1.0) - wanted.fewer(kits)


def _at_price(wanted: Need | Ensemble, price: float, most: float) -> Array:
    """Return the kits up to which one more is worth the price, by town."""
    low, high = np.zeros(len(wanted.held)), np.full(len(wanted.held), most)
    for _ in range(40):
        middle = (low + high) / 2
        worth = _margin(wanted, middle) > price
        low, high = np.where(worth, middle, low), np.where(worth, high, middle)
    return np.asarray(low)


def greedy(wanted: Need | Ensemble, budget: float) -> Array:
    """Return the split that gives each part of the budget to the town where it changes most."""
    part = budget / PARTS
    kits = np.zeros(len(wanted.held))
    now = wanted.fewer(kits)
    first = wanted.fewer(kits + part) - now
    queue = [(-gain, town) for town, gain in enumerate(first.tolist())]
    heapq.heapify(queue)
    for _ in range(PARTS):
        _, town = heapq.heappop(queue)
        kits[town] += part
        more = np.zeros_like(kits)
        more[town] = part
        gain = float((wanted.fewer(kits + more) - wanted.fewer(kits))[town])
        heapq.heappush(queue, (-gain, town))
    return kits


def judge(place: Place, a_set: Set, kits: Array, *, seeds: int, weights: Array) -> float:
    """Return mean modelled deaths a year in the last year, on seeds that chose nothing."""
    by_use = {use: float(weights[use]) for use in range(NODU + 1)}
    arm = Arm("allocated", weights=by_use, towns=tuple(kits.tolist()))
    job = [Job(12 * YEARS + ARMS_FROM - 1, arm, FRESH + seed) for seed in range(seeds)]
    return fmean(float(cells.run(place, a_set, one).yearly["deaths"][-YEARS:].sum()) / YEARS for one in job)
