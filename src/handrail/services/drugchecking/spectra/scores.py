"""How alike two mass spectra are: greedy cosine of square roots, and spectral entropy."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from .library import Packed, precursor
from .spectrum import Spectrum, Vector

COSINE, ENTROPY = "cosine", "entropy"
TOLERANCE = {COSINE: 0.01, ENTROPY: 0.02}  # Da; drug checking reference, section 13, and Li et al. 2021
BELOW_PRECURSOR = 0.5  # Da: peaks from here up are the precursor itself
FEWEST_PEAKS = 2
NOISE = 0.01  # of the highest peak. Li et al. 2021, Nat Methods 18:1524
ENTROPY_WEIGHTED = 3.0  # below this entropy intensities are flattened; same

Peaks = tuple[Vector, Vector]


def below_precursor(spectrum: Spectrum) -> Peaks:
    """Return the peaks below the precursor, all of them where that would leave fewer than two."""
    mass = precursor(spectrum)
    keep = spectrum.y > 0
    if mass is not None:
        below = keep & (spectrum.x < mass - BELOW_PRECURSOR)
        keep = below if below.sum() >= FEWEST_PEAKS else keep
    return spectrum.x[keep], spectrum.y[keep]


def for_cosine(spectrum: Spectrum) -> Peaks:
    """Return peaks whose squares add up to 1: square roots of intensity."""
    mz, y = below_precursor(spectrum)
    root = np.sqrt(y)
    return mz, root / max(float(np.sqrt(np.sum(root**2))), np.finfo(float).tiny)


def for_entropy(spectrum: Spectrum) -> Peaks:
    """Return peaks that add up to 1: merged, without noise, flattened where there are few."""
    return weighted(*merged(*below_precursor(spectrum), apart=2 * TOLERANCE[ENTROPY]))


PREPARE: Mapping[str, Callable[[Spectrum], Peaks]] = {COSINE: for_cosine, ENTROPY: for_entropy}


def merged(mz: Vector, y: Vector, *, apart: float) -> Peaks:
    """Join peaks that lie closer than `apart`, highest first; drop noise; let intensities add up to 1.

    m/z are compared in single precision, as instruments' software keeps them. Source: Li et al. 2021, Nat Methods 18:1524, methods.
    """
    keep = (mz > 0) & (y > 0)
    mz32, y32 = mz[keep].astype(np.float32), y[keep].astype(np.float32)
    order = np.argsort(mz32)
    mz32, y32 = mz32[order], y32[order]
    while len(mz32) > 1 and not bool(np.all(np.diff(mz32) >= apart)):
        mz32, y32 = _join(mz32, y32, apart)
    high = y32 >= NOISE * y32.max() if len(y32) else np.zeros(0, dtype=bool)
    mz32, y32 = mz32[high], y32[high]
    return mz32.astype(float), (y32 / y32.sum() if len(y32) else y32).astype(float)


def _join(
    mz: NDArray[np.float32], y: NDArray[np.float32], apart: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    left, joined = y.copy(), []
    for peak in np.argsort(y)[::-1]:
        if left[peak] <= 0:
            continue
        first = int(peak)
        while first > 0 and mz[peak] - mz[first - 1] <= apart:
            first -= 1
        last = int(peak) + 1
        while last < len(mz) and mz[last] - mz[peak] <= apart:
            last += 1
        total = left[first:last].sum()
        joined.append((np.float32((left[first:last] * mz[first:last]).sum() / total), total))
        left[first:last] = 0
    joined.sort()
    return np.array([m for m, _ in joined], dtype=np.float32), np.array([i for _, i in joined], dtype=np.float32)


def weighted(mz: Vector, y: Vector) -> Peaks:
    """Flatten intensities of a spectrum with little entropy. Source: Li et al. 2021, equation 3."""
    entropy = -float(np.sum(y * np.log(y))) if len(y) else 0.0
    if entropy < ENTROPY_WEIGHTED and len(y):
        y = y ** (0.25 + 0.25 * entropy)
        y = y / y.sum()
    return mz, y


def against(queries: Packed, packed: Packed, *, method: str, tolerance: float) -> tuple[Vector, NDArray[np.int64]]:
    """Score spectra against packed ones. Returns scores and matched peaks, a row a query and a column a packed spectrum."""
    mine, theirs = _pairs(queries.mz, packed, tolerance)
    pair = queries.owner[mine] * packed.count + packed.owner[theirs]
    a, b = queries.intensity[mine], packed.intensity[theirs]
    worth = a * b if method == COSINE else _shared(a, b)
    apart = 2 * tolerance
    doubtful = np.flatnonzero(queries.crowded(apart)[queries.owner[mine]] | packed.crowded(apart)[packed.owner[theirs]])
    ours, others = (
        mine[doubtful] * packed.count + packed.owner[theirs[doubtful]],
        pair[doubtful] * len(packed.mz) + theirs[doubtful],
    )
    keep = np.ones(len(pair), dtype=bool)
    keep[doubtful] = _one_to_one(pair[doubtful], ours, others, worth[doubtful])
    pair, worth = pair[keep], worth[keep]
    size = queries.count * packed.count
    score = np.bincount(pair, weights=worth, minlength=size) / (1 if method == COSINE else 2)
    matched = np.bincount(pair, minlength=size)
    return score.reshape(queries.count, packed.count), matched.reshape(queries.count, packed.count)


def _shared(a: Vector, b: Vector) -> Vector:
    both: Vector = (a + b) * np.log2(a + b) - a * np.log2(a) - b * np.log2(b)
    return both


def _pairs(mz: Vector, packed: Packed, tolerance: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every pair of a query peak and a packed peak within the tolerance."""
    low = np.searchsorted(packed.sorted_mz, mz - tolerance, side="left")
    count = np.searchsorted(packed.sorted_mz, mz + tolerance, side="right") - low
    mine = np.repeat(np.arange(len(mz)), count)
    place = np.arange(len(mine)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    return mine, packed.by_mz[place]


def _one_to_one(
    pair: NDArray[np.int64], ours: NDArray[np.int64], theirs: NDArray[np.int64], worth: Vector
) -> NDArray[np.bool_]:
    """Return whether a greedy choice, the most worth first, would take each: within a pair of spectra no peak is used twice.

    Args:
        ours, theirs: the peak of the query, and of the packed spectrum, each told apart by the spectrum it is compared with.
    """
    twice = _repeated(ours) | _repeated(theirs)
    keep = ~np.isin(pair, np.unique(pair[twice])) if twice.any() else np.ones(len(pair), dtype=bool)
    left = np.flatnonzero(~keep)
    left = left[np.argsort(-worth[left], kind="stable")]
    while len(left):
        first, also = np.zeros(len(left), dtype=bool), np.zeros(len(left), dtype=bool)
        first[np.unique(ours[left], return_index=True)[1]] = True
        also[np.unique(theirs[left], return_index=True)[1]] = True
        taken = left[first & also]
        keep[taken] = True
        left = left[~(np.isin(ours[left], ours[taken]) | np.isin(theirs[left], theirs[taken]))]
    return keep


def _repeated(ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    order = np.argsort(ids, kind="stable")
    same = np.zeros(len(ids), dtype=bool)
    next_to = ids[order][1:] == ids[order][:-1]
    same[order[1:]] |= next_to
    same[order[:-1]] |= next_to
    return same
