"""Farrington flexible: whether a count is above what the same weeks of earlier years, their trend and their spread allow.

Written from Noufaily et al. 2013, Stat Med 32:1206, and Farrington et al. 1996, J R Stat Soc A 159:547. Where the paper leaves a
choice, the choice is the one by which the reference implementation's published alarms on open series come out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom, poisson
from scipy.stats import t as student

LARGEST_RESIDUAL = 2.58  # Anscombe deviations; past outbreaks above it weigh less. Noufaily et al. 2013, section 3.4
FEWEST, RECENT = 5, 4  # fewer than five reports in four steps is not judged. Farrington et al. 1996, section 3.8
YEARS_FOR_A_TREND = 3
MOST_STEPS, CONVERGED = 25, 1e-8  # of the fitting, as a usual GLM's

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """How far back to look: `years` b, half-window `window` w, `periods` a year is cut into, `left_out` latest steps."""

    years: int = 4
    window: int = 3
    periods: int = 10
    left_out: int = 26
    steps_a_year: int = 52
    alpha: float = 0.05
    trend_p: float = 0.05


@dataclass(frozen=True)
class Judgement:
    """One step judged: expected count, dispersion, upper bound (NaN when too few reports), alarm, whether a trend was used."""

    expected: float
    dispersion: float
    upper: float
    alarm: bool
    trend: bool


@dataclass(frozen=True)
class _Fit:
    coefficients: Vector
    mean: Vector
    dispersion: float
    trend_p: float
    converged: bool


def farrington_flexible(counts: ArrayLike, *, at: int, settings: Settings | None = None) -> Judgement:
    """Judge the count at one step (index from 0) by those before it.

    Raises:
        ValueError: fewer than `years` whole years, and half a window, lie before the step; or no model fits.
    """
    how = settings or Settings()
    seen = np.asarray(counts, dtype=float)
    if at < how.years * how.steps_a_year + how.window:
        raise ValueError("too little history")
    steps, groups = _reference(at, how)
    response = seen[steps]
    fit = _fit(response, steps, groups, how, trend=True)
    now = np.zeros(groups.shape[1])
    now[0], now[-1] = 1.0, at
    expected = float(np.exp(now @ fit.coefficients)) if fit.converged else np.inf
    trend = bool(how.years >= YEARS_FOR_A_TREND and fit.trend_p < how.trend_p and expected <= response.max())
    if not trend:
        fit = _fit(response, steps, groups, how, trend=False)
        expected = float(np.exp(fit.coefficients[0]))
    if not fit.converged:
        raise ValueError("no model fits")
    upper = _upper(expected, fit.dispersion, alpha=how.alpha)
    if seen[at - RECENT + 1 : at + 1].sum() < FEWEST:
        return Judgement(expected, fit.dispersion, np.nan, alarm=False, trend=trend)
    return Judgement(expected, fit.dispersion, upper, alarm=bool(seen[at] > upper), trend=trend)


def _reference(at: int, how: Settings) -> tuple[NDArray[np.int64], Vector]:
    """Return the steps that are looked back at, and their design: 1, a column a period but the present one, the step."""
    period = np.full(at + 1, -1)
    present = how.periods - 1  # the period of the windows around the same step of each year
    period[at - how.window : at + 1] = present
    for year in range(1, how.years + 1):
        middle = at - year * how.steps_a_year
        period[middle - how.window : middle + how.window + 1] = present
        first = middle + how.window + 1
        between = np.arange(first, first + how.steps_a_year - 2 * how.window - 1)
        for number, block in enumerate(np.array_split(between, how.periods - 1) if how.periods > 1 else ()):
            period[block] = number
    period[at - how.left_out : at + 1] = -1
    steps = np.flatnonzero(period >= 0)
    columns = [np.ones(len(steps)), *((period[steps] == p).astype(float) for p in range(present)), steps.astype(float)]
    return steps, np.column_stack(columns)


def _fit(response: Vector, steps: NDArray[np.int64], groups: Vector, how: Settings, *, trend: bool) -> _Fit:
    """Fit once, weigh past outbreaks down, fit again."""
    design = groups if trend else groups[:, :-1]
    first = _poisson(design, response, np.ones(len(response)))
    if not first.converged:
        return first
    weights = _weights(response, first, design)
    again = _poisson(design, response, weights)
    padded = again.coefficients if trend else np.append(again.coefficients, 0.0)
    return _Fit(padded, again.mean, max(again.dispersion, 1.0), again.trend_p, again.converged)


def _poisson(design: Vector, response: Vector, weights: Vector) -> _Fit:
    """Fit a log-linear quasi-Poisson model by reweighted least squares. Source: McCullagh and Nelder 1989, section 2.5."""
    centre = design.mean(axis=0) * (
        np.arange(design.shape[1]) == design.shape[1] - 1
    )  # the step alone is large: centred
    shift = design - centre if design.shape[1] > 1 and design[:, -1].max() > 1 else design
    mean, before, converged = response + 0.1, np.inf, False
    root = np.empty(0)
    for _ in range(MOST_STEPS):
        working = np.log(mean) + (response - mean) / mean
        root = np.sqrt(weights * mean)
        coefficients, *_ = np.linalg.lstsq(shift * root[:, None], working * root, rcond=None)
        mean = np.exp(shift @ coefficients)
        ratio = np.where(response > 0, response, 1.0) / mean
        deviance = 2 * float(
            np.sum(weights * (np.where(response > 0, response * np.log(ratio), 0.0) - (response - mean)))
        )
        if abs(deviance - before) / (abs(deviance) + 0.1) < CONVERGED:
            converged = True
            break
        before = deviance
    free = len(response) - design.shape[1]
    dispersion = float(np.sum(weights * (response - mean) ** 2 / mean)) / free
    covariance = np.linalg.inv((shift * root[:, None]).T @ (shift * root[:, None]))
    # The reference's test of the trend divides by the spread of the relative residuals, not by the dispersion.
    relative = float(np.sum(weights * ((response - mean) / mean) ** 2)) / free
    statistic = abs(coefficients[-1]) / np.sqrt(covariance[-1, -1] * relative)
    if shift is not design:
        coefficients = coefficients.copy()
        coefficients[0] -= coefficients[-1] * centre[-1]
    return _Fit(coefficients, mean, dispersion, float(2 * student.sf(statistic, free)), converged)


def _weights(response: Vector, fit: _Fit, design: Vector) -> Vector:
    """Return weights that make past outbreaks count less; their sum is the number of steps."""
    root = design * np.sqrt(fit.mean)[:, None]
    leverage = np.einsum("ij,ji->i", root, np.linalg.pinv(root))
    anscombe = 1.5 * (response ** (2 / 3) * fit.mean ** (-1 / 6) - np.sqrt(fit.mean))
    residual = anscombe / np.sqrt(max(fit.dispersion, 1.0) * (1 - leverage))
    raw = np.where(residual > LARGEST_RESIDUAL, residual**-2.0, 1.0)
    scaled: Vector = raw * len(response) / raw.sum()
    return scaled


def _upper(expected: float, dispersion: float, *, alpha: float) -> float:
    """Return the upper bound of a negative binomial (Poisson where there is no over-dispersion) of this mean."""
    if dispersion > 1:
        return float(nbinom.ppf(1 - alpha, expected / (dispersion - 1), 1 / dispersion))
    return float(poisson.ppf(1 - alpha, expected))
