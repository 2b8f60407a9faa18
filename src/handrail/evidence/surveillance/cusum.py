"""Cumulative sums, which tell whether a small excess goes on and on."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

REFERENCE, LIMIT = 1.04, 2.26  # deviations; Rossi, Lampugnani and Marchi 1999, Stat Med 18:2111, as the peer's defaults


def rossi(counts: ArrayLike, *, mean: float) -> NDArray[np.float64]:
    """Return Poisson counts as near-normal deviations. Source: Rossi, Lampugnani and Marchi 1999, Stat Med 18:2111."""
    seen = np.asarray(counts, dtype=float)
    near: NDArray[np.float64] = (seen - 3 * mean + 2 * np.sqrt(seen * mean)) / (2 * np.sqrt(mean))
    return near


def cusum(
    counts: ArrayLike, *, mean: float, reference: float = REFERENCE, limit: float = LIMIT
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Add up what stands above the expected mean; alarm while the sum is at or over the limit. It is not reset by an alarm.

    Args:
        counts: counts per step, oldest first.
        mean: expected count a step, above zero.
        reference, limit: in deviations.
    """
    excess = rossi(counts, mean=mean) - reference
    sums = np.empty(len(excess))
    held = 0.0
    for step, one in enumerate(excess):
        held = max(0.0, held + one)
        sums[step] = held
    return sums, sums >= limit
