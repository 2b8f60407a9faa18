"""Made-up quiet years, and made-up jumps, from a process that is not the rule's own.

People bring bags in batches that share one composition; they come from three programmes whose mix drifts; shares follow a mild
season; a result is known only after a lag, and what holds a rare thing takes longer. Nothing here is beta-binomial.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .betabinomial import tail
from .rule import MONTHS_A_YEAR, Rule

PROGRAMMES = 3
SPREAD_OF_PROGRAMMES = 0.3  # sd of log share between programmes
DRIFT_OF_MIX = 0.15  # sd a month of the log weight of each programme
SEASON = 0.15  # amplitude of a year's wave in log share
KNOWN_AT_ONCE, KNOWN_NEXT = 0.55, 0.85  # part of a month's samples known at its end, and a month later
SLOWER = 0.1  # less of the positives known at once
LEAD_IN = 14  # months before the judged year: baseline and window
HIGHEST_SHARE = 0.95

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class World:
    """How many series there are and how the bags come.

    Args:
        shares: of the substances watched, one a series; volumes: bags a month, used over and over.
        regions: each with the same series and volumes, its own luck; batch: mean bags a contributor brings, at least 1.
        by_rows: whether bags are counted where contributors ought to be.
    """

    shares: tuple[float, ...]
    volumes: tuple[int, ...]
    regions: int = 1
    batch: float = 1.0
    by_rows: bool = False

    @property
    def series(self) -> int:
        """How many series the installation watches."""
        return len(self.shares) * self.regions


@dataclass(frozen=True)
class Outcome:
    """What a rule did over made-up years: false alerts an installation-year, and their standard error."""

    years: int
    alerts: int
    a_year: float
    error: float


def months(world: World, *, years: int, rng: np.random.Generator) -> tuple[Counts, Counts]:
    """Return positives and all known at each month's end: (years, series, months), (years, series, months) with the lag in `known`.

    Counts are of contributors, or of bags where the world counts rows.
    """
    span = LEAD_IN + MONTHS_A_YEAR
    volumes = np.resize(np.asarray(world.volumes), span)
    shape = (years * world.regions, span)
    drift = np.exp(np.cumsum(rng.normal(0, DRIFT_OF_MIX, (*shape, PROGRAMMES)), axis=1))
    mix = drift / drift.sum(axis=-1, keepdims=True)
    came = rng.poisson(volumes[None, :, None] * mix / world.batch)
    k = np.empty((shape[0], len(world.shares), span), dtype=np.int64)
    n = np.empty_like(k)
    wave = 2 * np.pi * np.arange(span) / MONTHS_A_YEAR
    for number, share in enumerate(world.shares):
        lean = np.exp(rng.normal(0, SPREAD_OF_PROGRAMMES, (shape[0], 1, PROGRAMMES)))
        season = np.exp(SEASON * np.sin(wave[None, :, None] + rng.uniform(0, 2 * np.pi, (shape[0], 1, 1))))
        positive = rng.binomial(came, np.minimum(HIGHEST_SHARE, share * lean * season)).sum(axis=2)
        k[:, number], n[:, number] = _known(positive, came.sum(axis=2) - positive, world=world, rng=rng)
    return k.reshape(years, world.series, span), n.reshape(years, world.series, span)


def _known(positive: Counts, negative: Counts, *, world: World, rng: np.random.Generator) -> tuple[Counts, Counts]:
    """Return what is known at the end of each month: positives, all. Later months repair earlier ones only for the baseline.

    A month is judged with what is known at its end; that it grows afterwards only steadies the baseline, so it is left out here.
    """
    yes = rng.binomial(positive, KNOWN_AT_ONCE * (1 - SLOWER)) + _late(positive, KNOWN_NEXT - KNOWN_AT_ONCE, rng)
    no = rng.binomial(negative, KNOWN_AT_ONCE) + _late(negative, KNOWN_NEXT - KNOWN_AT_ONCE, rng)
    if world.by_rows and world.batch > 1:
        yes, no = _bags(yes, world.batch, rng), _bags(no, world.batch, rng)
    return yes, yes + no


def _late(these: Counts, part: float, rng: np.random.Generator) -> Counts:
    """Return how many of the month before became known only now: they are counted in the month in which they are known."""
    late = rng.binomial(these, part)
    late[:, 1:] = late[:, :-1].copy()
    late[:, 0] = 0
    return late


def _bags(contributors: Counts, batch: float, rng: np.random.Generator) -> Counts:
    """Return how many bags so many contributors bring: each at least one, geometric, `batch` in the mean."""
    return contributors + rng.negative_binomial(np.maximum(contributors, 1), 1 / batch) * (contributors > 0)


def fired(k: Counts, n: Counts, *, rule: Rule, watched: int) -> NDArray[np.bool_]:
    """Return where the rule fires: the same judgement as `judging.judge`, for many years at once. Months too early never fire."""
    level = rule.level(watched)
    before_k, before_n = (_summed(one) for one in (k, n))
    out = np.zeros(k.shape, dtype=bool)
    for step in range(rule.window, k.shape[-1]):
        since, base = step + 1 - rule.window, max(0, step + 1 - rule.window - rule.baseline)
        now_k, now_n = (one[..., step + 1] - one[..., since] for one in (before_k, before_n))
        k0, n0 = (one[..., since] - one[..., base] for one in (before_k, before_n))
        able = (n0 >= rule.fewest_baseline) & (now_k >= rule.fewest_positive) & (now_k * n0 > now_n * k0)
        picked = [one[able] for one in (now_k, now_n, k0, n0)]
        weights = np.array([rule.weight_of(a, b) for a, b in zip(picked[2], picked[3], strict=True)])
        chance = tail(picked[0], picked[1], k0=weights * picked[2], n0=weights * picked[3], weight=1.0)
        out[..., step][able] = chance < level
    return out


def _summed(counts: Counts) -> Counts:
    start = np.zeros((*counts.shape[:-1], 1), dtype=counts.dtype)
    return np.concatenate([start, np.cumsum(counts, axis=-1)], axis=-1)


def false_alerts(world: World, *, rule: Rule, years: int, seed: int) -> Outcome:
    """Live through quiet years and count the alerts: firings whose month before did not fire, in the last twelve months."""
    k, n = months(world, years=years, rng=np.random.default_rng(seed))
    fires = fired(k, n, rule=rule, watched=world.series)
    starts = fires[..., 1:] & ~fires[..., :-1]
    each = starts[..., -MONTHS_A_YEAR:].sum(axis=(1, 2))
    return Outcome(years, int(each.sum()), float(each.mean()), float(each.std() / np.sqrt(years)))


@dataclass(frozen=True)
class Jump:
    """A share that jumps for good after twelve quiet months, at a steady number of contributors a month."""

    before: float
    after: float
    contributors: int = 100
    series: int = 16


def power(jump: Jump, *, rule: Rule, runs: int, seed: int, within: int = 2) -> tuple[float, float]:
    """Return the part of jumps raised within so many months, and the mean month of raising among those raised (1 = the first)."""
    rng = np.random.default_rng(seed)
    share = np.concatenate([np.full(LEAD_IN, jump.before), np.full(within, jump.after)])
    n = np.full((runs, len(share)), jump.contributors)
    fires = fired(rng.binomial(n, share), n, rule=rule, watched=jump.series)[:, LEAD_IN:]
    raised = fires.any(axis=1)
    return float(raised.mean()), float((fires.argmax(axis=1)[raised] + 1).mean()) if raised.any() else float("nan")
