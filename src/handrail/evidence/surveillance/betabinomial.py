"""The chance of seeing so many positives, given the months before: the beta-binomial predictive rule's arithmetic.

`scipy.stats.betabinom.sf` gives 0.0 or noise around 1e-10 at national volumes; the tail is summed here from its largest term, every
term positive, so it keeps about 12 digits at any volume.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln

JEFFREYS = 0.5  # positives and negatives that stand for not knowing: Jeffreys 1946, Proc R Soc A 186:453
NEGLIGIBLE = 1e-18  # of the sum so far

Vector = NDArray[np.float64]


def tail(k: ArrayLike, n: ArrayLike, *, k0: ArrayLike, n0: ArrayLike, weight: float) -> Vector:
    """Return P(X >= k) for X of n, after k0 of n0 in the baseline: X ~ BetaBinomial(n, 1/2 + w k0, 1/2 + w (n0 - k0)).

    Args:
        k, n: positives and contributors now; k0, n0: in the baseline. Arrays of one shape, or single numbers.
        weight: how much a baseline contributor counts, above 0 and at most 1; it stands in for over-dispersion.
    """
    k, n, k0, n0 = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (k, n, k0, n0)))
    a, b = JEFFREYS + weight * k0, JEFFREYS + weight * (n0 - k0)
    middle = n * a / (a + b)
    chance = np.empty(k.shape)
    above = k >= middle
    chance[above] = _sum(k[above], n[above], a[above], b[above], up=True)
    under = ~above
    chance[under] = 1.0 - _sum(k[under] - 1, n[under], a[under], b[under], up=False)
    return np.clip(chance, 0.0, 1.0)


def _sum(first: Vector, n: Vector, a: Vector, b: Vector, *, up: bool) -> Vector:
    """Add the probabilities from `first` to the end: n, or 0 downwards."""
    total = np.zeros(first.shape)
    left = np.flatnonzero((first >= 0) & (first <= n))
    x, n, a, b = first[left], n[left], a[left], b[left]
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    term = np.exp(choose + betaln(x + a, n - x + b) - betaln(a, b))
    while len(left):
        total[left] += term
        if up:
            term = term * (n - x) * (a + x) / ((x + 1) * (b + n - x - 1))
            x = x + 1
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                term = term * x * (b + n - x) / ((n - x + 1) * (a + x - 1))
            x = x - 1
        go = (x >= 0) & (x <= n) & (term > NEGLIGIBLE * total[left])
        left, x, n, a, b, term = left[go], x[go], n[go], a[go], b[go], term[go]
    return total
