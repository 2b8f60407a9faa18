"""Find in a library what a mass spectrum may be of. A technician confirms; nothing here releases a result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .library import SAME_PRECURSOR, Entry, Library, Packed, pack, part, precursor
from .scores import COSINE, PREPARE, TOLERANCE, against
from .spectrum import Spectrum

SET_GAP = 0.10  # of score: closer than this, what shares the precursor is told as a group. Set on the open library, see the test
TOP = 10
AT_ONCE = 32  # queries without a precursor; with them the pairs of peaks stay under some 50 MB


@dataclass(frozen=True)
class Hit:
    """A library spectrum, how alike it is (0 to 1) and by how many peaks."""

    entry: Entry
    score: float
    matched: int


@dataclass(frozen=True)
class Found:
    """The best hit of each key, best first; the gap to the second; the keys that cannot be told from the first by this.

    `widened` says that no precursor was known, so the whole library was searched.
    """

    hits: tuple[Hit, ...]
    gap: float
    group: frozenset[str]
    widened: bool


def search(query: Spectrum, library: Library, *, method: str = COSINE, top: int = TOP) -> Found:
    """Compare one spectrum with a library's; `method` is `cosine` or `entropy`."""
    return search_many([query], library, method=method, top=top)[0]


def search_many(
    queries: Sequence[Spectrum],
    library: Library,
    *,
    method: str = COSINE,
    without: Sequence[str] | None = None,
    top: int = TOP,
) -> list[Found]:
    """Compare many spectra with a library's: each with those of its precursor, or with all where its own is not known.

    Args:
        without: for each query a contributor whose spectra are left out.
    """
    masses = np.array([np.nan if (mass := precursor(one)) is None else mass for one in queries])
    packed = pack(PREPARE[method](one) for one in queries)
    ranked: list[list[tuple[float, int, int]]] = [[] for _ in queries]
    for some, places, peaks in _rounds(masses, library, method):
        score, matched = against(part(packed, some), peaks, method=method, tolerance=TOLERANCE[method])
        near = np.isnan(masses[some])[:, None] | (
            np.abs(library.precursors[places] - masses[some][:, None]) <= SAME_PRECURSOR
        )
        for row, query in enumerate(some):
            able = np.flatnonzero(near[row])
            ranked[query] += zip(
                score[row, able].tolist(), matched[row, able].tolist(), places[able].tolist(), strict=True
            )
    out = without or [""] * len(queries)
    return [
        _found(
            sorted(one, key=lambda hit: (-hit[0], -hit[1])),
            library,
            out[number],
            top,
            widened=bool(np.isnan(masses[number])),
        )
        for number, one in enumerate(ranked)
    ]


def _rounds(
    masses: NDArray[np.float64], library: Library, method: str
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Packed]]:
    """Yield which queries to compare with which spectra, so that few pairs are compared in vain."""
    for places, peaks in zip(library.chains, library.packed_by_mass(method), strict=True):
        low, high = library.precursors[places[0]] - SAME_PRECURSOR, library.precursors[places[-1]] + SAME_PRECURSOR
        some = np.flatnonzero((masses >= low) & (masses <= high))
        if len(some):
            yield some, places, peaks
    unknown = np.flatnonzero(np.isnan(masses))
    for begin in range(0, len(unknown), AT_ONCE):
        yield unknown[begin : begin + AT_ONCE], np.arange(len(library.entries)), library.packed(method)


def _found(ranked: list[tuple[float, int, int]], library: Library, without: str, top: int, *, widened: bool) -> Found:
    hits: dict[str, Hit] = {}
    for score, matched, place in ranked:
        entry = library.entries[place]
        if entry.key not in hits and (not without or entry.contributor != without):
            hits[entry.key] = Hit(entry, min(1.0, score), matched)
            if len(hits) >= top:
                break
    told = tuple(hits.values())
    return Found(told, _gap(told), _group(told, library), widened=widened)


def _gap(hits: tuple[Hit, ...]) -> float:
    return hits[0].score - (hits[1].score if len(hits) > 1 else 0.0) if hits else 0.0


def _group(hits: tuple[Hit, ...], library: Library) -> frozenset[str]:
    """Return the first key with those of its precursor that score as well as it, but for the set gap."""
    if not hits:
        return frozenset()
    alike = library.group_of(hits[0].entry.key)
    near = {hit.entry.key for hit in hits if hit.entry.key in alike and hits[0].score - hit.score <= SET_GAP}
    return frozenset(near)
