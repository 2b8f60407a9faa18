"""How a parameter spreads: from its interval, or from a spread that the reader asked for. Drawn once, shared by every arm."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .engine import Array

Z = 1.959963984540054  # the normal quantile at 97.5 %: an interval is read as a central 95 % one


@dataclass(frozen=True)
class Uncertain:
    """An estimate with its interval (NaN where the source gave none) and the kind of amount it is."""

    name: str
    estimate: float
    low: float = math.nan
    high: float = math.nan
    kind: str = "amount"  # probability | amount | ratio | fixed

    @property
    def has_interval(self) -> bool:
        """Whether the source gave both ends."""
        return not (math.isnan(self.low) or math.isnan(self.high))


def draw(parameters: Mapping[str, Uncertain], *, seed: int, draws: int, spread: float = 0.0) -> dict[str, Array]:
    """Draw every parameter by its own stream, so that adding one moves no other.

    A probability is a beta, an amount a gamma, a ratio a log-normal. `spread` is the coefficient of variation for parameters without
    an interval: a wish of the reader, said beside the figure; 0 keeps them at their estimate.
    """
    return {
        name: _one(one, np.random.default_rng([seed, _key(name)]), draws, spread) for name, one in parameters.items()
    }


def _key(name: str) -> int:
    """Return a stable number of a name (not Python's hash, which differs from run to run)."""
    return int.from_bytes(name.encode()[:32].ljust(32, b"\0"), "big") % (2**63)


def _one(one: Uncertain, rng: np.random.Generator, draws: int, spread: float) -> Array:
    width = (one.high - one.low) / (2 * Z) if one.has_interval else spread * abs(one.estimate)
    if one.kind == "fixed" or width <= 0 or not math.isfinite(width):
        return np.full(draws, one.estimate)
    if one.kind == "ratio":
        log_width = math.log(one.high / one.low) / (2 * Z) if one.has_interval else math.sqrt(math.log1p(spread**2))
        return rng.lognormal(math.log(one.estimate), log_width, draws)
    if one.kind == "probability":
        return _beta(one.estimate, width, rng, draws)
    shape = (one.estimate / width) ** 2
    return rng.gamma(shape, one.estimate / shape, draws)


def _beta(mean: float, width: float, rng: np.random.Generator, draws: int) -> Array:
    """Return a beta of this mean and standard deviation; at 0 or 1 there is nothing to spread, and a spread too wide for a beta is narrowed."""
    if not 0 < mean < 1:
        return np.full(draws, mean)
    variance = min(width**2, 0.9 * mean * (1 - mean))
    size = mean * (1 - mean) / variance - 1
    return rng.beta(mean * size, (1 - mean) * size, draws)
