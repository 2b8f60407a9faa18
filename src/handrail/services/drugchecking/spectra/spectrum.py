"""What an instrument's file says, in one form whichever file it came in."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from handrail.core.common.refusals import Refused

INFRARED, RAMAN, MASS = "infrared", "raman", "mass"
WAVENUMBER, MZ = "1/cm", "m/z"
ABSORBANCE, REFLECTANCE, INTENSITY, UNKNOWN = "absorbance", "reflectance", "intensity", "unknown"

LARGEST_BYTES = 8_000_000  # a file; the largest fixture has 860 kB
MOST_POINTS = 200_000  # a spectrum
HIGHEST_WAVENUMBER = 50_000.0  # 1/cm: 200 nm, past any infrared or Raman axis
HIGHEST_MZ = 10_000.0
LEAST_TRANSMITTANCE = 1e-6  # absorbance 6: below it a detector sees nothing
LARGEST_FRACTION = 1.5  # transmittance above it is told in percent

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Spectrum:
    """One spectrum: x ascending in 1/cm or m/z, y of the same length.

    Infrared y is absorbance, or is kept as told where it cannot be made one (`y_unit` reflectance, intensity or unknown). `facts` are
    the file's own words, by its own names: precursor, adduct, licence, contributor and so on.
    """

    kind: str
    x: Vector
    y: Vector
    y_unit: str
    title: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def x_unit(self) -> str:
        """The unit of x."""
        return MZ if self.kind == MASS else WAVENUMBER

    @property
    def flagged(self) -> bool:
        """Whether the unit of y is not one that can be compared with a library."""
        return self.kind == INFRARED and self.y_unit not in {ABSORBANCE}


def spectrum(
    kind: str, x: Vector, y: Vector, *, y_unit: str, title: str = "", facts: dict[str, str] | None = None
) -> Spectrum:
    """Put a spectrum in order: x ascending, finite, in its axis.

    Raises:
        Refused: `spectrum-cut` (no point, or more x than y), `spectrum-number`, `spectrum-axis`, `spectrum-too-large`.
    """
    if len(x) != len(y) or len(x) == 0:
        raise Refused("spectrum-cut")
    if len(x) > MOST_POINTS:
        raise Refused("spectrum-too-large", most=MOST_POINTS)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise Refused("spectrum-number")
    highest = HIGHEST_MZ if kind == MASS else HIGHEST_WAVENUMBER
    lowest = -highest if kind == RAMAN else 0.0  # anti-Stokes lies below zero
    if x.min() < lowest or x.max() > highest or (kind != MASS and len(x) > 1 and x.min() == x.max()):
        raise Refused("spectrum-axis", expected=f"{'m/z' if kind == MASS else 'cm⁻¹'}, {lowest:g}–{highest:g}")
    order = np.argsort(x, kind="stable")
    return Spectrum(kind, x[order], y[order], y_unit, title.strip()[:200], facts or {})


def as_absorbance(y: Vector, *, told: str) -> tuple[Vector, str]:
    """Return y as absorbance where its unit allows, else as it came with its unit.

    Args:
        told: the file's word for the unit, in capitals.
    """
    if told.startswith(("TRANSMIT", "%T")):
        fraction = y / 100 if told.startswith("%") or "PERCENT" in told or y.max() > LARGEST_FRACTION else y
        return -np.log10(np.maximum(fraction, LEAST_TRANSMITTANCE)), ABSORBANCE
    if told.startswith(("ABSORB", "MOLAR ABSORP")) or "ABSORPTIVITY" in told:
        return y, ABSORBANCE
    if told.startswith("REFLECT"):
        return y, REFLECTANCE
    if told.startswith(("ARBITRARY", "COUNT", "INTENSITY", "RAMAN", "RELATIVE")):
        return y, INTENSITY
    return y, UNKNOWN
