"""Early Aberration Reporting System, C1 to C3: whether a count is far above the last few."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

BASELINE = 7  # steps; Hutwagner et al. 2003, J Urban Health 80(2 Suppl 1):i89
GAP = 2  # steps that C2 and C3 leave out before the present one, so that a slow rise does not hide itself
PUBLISHED, REFERENCE = "C3-published", "C3"
ALPHA = {"C1": 0.001, "C2": 0.001, REFERENCE: 0.025, PUBLISHED: 0.025}  # one-sided; z of about 3 and 2
LOOK_BACK = 2  # earlier steps whose excess C3 adds


@dataclass(frozen=True)
class Alarms:
    """One entry a step: `upper` is NaN and `alarm` False where there is too little history to judge (`judged` False)."""

    upper: NDArray[np.float64]
    alarm: NDArray[np.bool_]
    judged: NDArray[np.bool_]


def ears(counts: ArrayLike, *, method: str = "C1", alpha: float | None = None, baseline: int = BASELINE) -> Alarms:
    """Judge each count against the `baseline` counts before it.

    Args:
        counts: counts per step, oldest first.
        method: `C1` (baseline ends at the step before), `C2` (two steps earlier), `C3-published` (C2 with its last two excesses
            added), `C3` (the same as the reference implementation computes it: the two earlier excesses alone decide).
        alpha: one-sided; None for the method's usual value.
    Raises:
        KeyError: no such method.
    Source: Fricker, Hegler and Dunfee 2008, Stat Med 27:3407, equations 1 to 3. All are for display: none publishes an alert.
    """
    level = ALPHA[method] if alpha is None else alpha
    seen = np.asarray(counts, dtype=float)
    mean, deviation = _before(seen, baseline=baseline, gap=0 if method == "C1" else GAP)
    upper = mean + norm.isf(level) * deviation
    if method in {REFERENCE, PUBLISHED}:
        centre = mean if method == PUBLISHED else seen
        upper = np.maximum(0.0, centre + deviation * (norm.isf(level) - _earlier_excess(seen, mean, deviation)))
    judged = ~np.isnan(upper)
    return Alarms(upper, np.greater(seen, upper, where=judged, out=np.zeros(len(seen), dtype=bool)), judged)


def _before(seen: NDArray[np.float64], *, baseline: int, gap: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return mean and sample deviation of the baseline before each step; NaN where it is not whole."""
    mean, deviation = np.full(len(seen), np.nan), np.full(len(seen), np.nan)
    if len(seen) > baseline + gap:
        windows = np.lib.stride_tricks.sliding_window_view(seen, baseline)[: len(seen) - baseline - gap]
        mean[baseline + gap :] = windows.mean(axis=1)
        deviation[baseline + gap :] = windows.std(axis=1, ddof=1)
    return mean, deviation


def _earlier_excess(
    seen: NDArray[np.float64], mean: NDArray[np.float64], deviation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return by how much the last two steps stood above one deviation, in deviations; NaN without them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.maximum(0.0, (seen - mean) / deviation - 1.0)
    total = np.full(len(seen), np.nan)
    total[LOOK_BACK:] = over[1:-1] + over[:-2]
    return total
