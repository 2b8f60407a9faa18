"""A library of mass spectra, each with the licence and the source it came with, packed for search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from handrail.core.common.refusals import Refused

from .spectrum import MASS, Spectrum, Vector

SAME_PRECURSOR = 0.01  # Da; drug checking reference, section 13
KEY_BLOCK = 14  # letters: the first block of an InChIKey, which joins salts, isotopes and stereo forms


@dataclass(frozen=True)
class Entry:
    """What a library spectrum is of, and under which terms it may be used. `key` is the first block of the InChIKey."""

    name: str
    key: str
    precursor: float | None
    licence: str
    source: str
    contributor: str


def entry(spectrum: Spectrum) -> Entry:
    """Read an entry from a spectrum's facts, by MSP's names. Raises Refused("spectrum-no-licence") without licence or source."""
    facts = spectrum.facts
    licence, source = facts.get("LICENSE", facts.get("LICENCE", "")), facts.get("DB#", facts.get("SOURCE", ""))
    if not licence or not source:
        raise Refused("spectrum-no-licence")
    key = facts.get("INCHIKEY", "")[:KEY_BLOCK] or spectrum.title.casefold()
    return Entry(spectrum.title, key, precursor(spectrum), licence, source, facts.get("CONTRIBUTOR", ""))


def precursor(spectrum: Spectrum) -> float | None:
    """Return the precursor's m/z, None where the file does not tell it."""
    try:
        return float(spectrum.facts["PRECURSORMZ"])
    except (KeyError, ValueError):
        return None


@dataclass(frozen=True)
class Packed:
    """Peaks of many spectra end to end: `mz` and `intensity` by spectrum, then m/z; `start` has one more entry than spectra."""

    mz: Vector
    intensity: Vector
    start: NDArray[np.int64]

    @property
    def count(self) -> int:
        """How many spectra there are."""
        return len(self.start) - 1

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """Which spectrum each peak belongs to."""
        return np.repeat(np.arange(self.count), np.diff(self.start))

    def crowded(self, apart: float) -> NDArray[np.bool_]:
        """Return which spectra have two peaks closer than that: only there one peak may fit two."""
        close = np.diff(self.mz, append=np.inf) <= apart
        close[self.start[1:-1] - 1] = False  # the next peak is another spectrum's
        return np.bincount(self.owner[close], minlength=self.count) > 0

    @cached_property
    def by_mz(self) -> NDArray[np.int64]:
        """The peaks' places in the order of their m/z, over all spectra."""
        return np.argsort(self.mz, kind="stable")

    @cached_property
    def sorted_mz(self) -> Vector:
        """The m/z of all peaks, ascending."""
        return self.mz[self.by_mz]


def pack(peaks: Iterable[tuple[Vector, Vector]]) -> Packed:
    """Lay the peaks of spectra end to end."""
    told = list(peaks)
    start = np.concatenate([[0], np.cumsum([len(mz) for mz, _ in told])]).astype(np.int64)
    empty = np.empty(0)
    return Packed(
        np.concatenate([empty, *(mz for mz, _ in told)]), np.concatenate([empty, *(y for _, y in told)]), start
    )


def part(packed: Packed, places: NDArray[np.int64]) -> Packed:
    """Return only these spectra, in this order."""
    return pack(
        (
            packed.mz[packed.start[one] : packed.start[one + 1]],
            packed.intensity[packed.start[one] : packed.start[one + 1]],
        )
        for one in places
    )


class Library:
    """Mass spectra with their entries, ready for search by either score."""

    def __init__(self, spectra: Sequence[Spectrum]) -> None:
        """Take every spectrum in. Raises Refused: `spectrum-no-licence`, `spectrum-unit` (no mass spectrum)."""
        if any(one.kind != MASS for one in spectra):
            raise Refused("spectrum-unit", expected="m/z")
        self.spectra = tuple(spectra)
        self.entries = tuple(entry(one) for one in spectra)
        self.precursors = np.array([np.nan if one.precursor is None else one.precursor for one in self.entries])
        self._packed: dict[str, Packed] = {}
        self._by_mass: dict[str, tuple[Packed, ...]] = {}

    def packed(self, method: str) -> Packed:
        """Return all peaks, prepared for one score; made once."""
        from .scores import PREPARE

        if method not in self._packed:
            self._packed[method] = pack(PREPARE[method](one) for one in self.spectra)
        return self._packed[method]

    def packed_by_mass(self, method: str) -> tuple[Packed, ...]:
        """Return the peaks of each chain of `chains` apart; made once."""
        if method not in self._by_mass:
            whole = self.packed(method)
            self._by_mass[method] = tuple(part(whole, places) for places in self.chains)
        return self._by_mass[method]

    @cached_property
    def chains(self) -> tuple[NDArray[np.int64], ...]:
        """The places of spectra whose precursors lie in one row, each within 0.01 Da of the next. Without one: in none."""
        known = np.flatnonzero(~np.isnan(self.precursors))
        order = known[np.argsort(self.precursors[known], kind="stable")]
        breaks = np.flatnonzero(np.diff(self.precursors[order]) > SAME_PRECURSOR) + 1
        return tuple(one for one in np.split(order, breaks) if len(one))

    @cached_property
    def isomer_groups(self) -> tuple[frozenset[str], ...]:
        """Keys that share a precursor, so that a mass cannot tell them apart; each group of two or more."""
        groups = (frozenset(self.entries[place].key for place in places) for places in self.chains)
        return tuple(one for one in groups if len(one) > 1)

    def group_of(self, key: str) -> frozenset[str]:
        """Return the keys that share a precursor with this one, itself among them."""
        return next((one for one in self.isomer_groups if key in one), frozenset({key}))
