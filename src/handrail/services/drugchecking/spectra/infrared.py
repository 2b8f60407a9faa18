"""Search and unmix infrared spectra with a library that the site brings. None comes with Handrail, and no accuracy is claimed."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from handrail.core.common.refusals import Refused

from .spectrum import ABSORBANCE, INFRARED, Spectrum, Vector

STEP = 2.0  # 1/cm, of the common grid
LEAST_OVERLAP = 500.0  # 1/cm that two spectra must share
LIMITS = (
    "Infrared sees little below 5 to 10 % of a mixture, at most five or six parts of it, and only what the library holds; sugars look "
    "alike, salts and crystal forms shift bands, water and the crystal's correction bend the base line."
)  # drug checking reference, sections 4 and 13


@dataclass(frozen=True)
class Match:
    """A library spectrum and its hit quality: correlation of first derivatives, -1 to 1."""

    name: str
    quality: float


@dataclass(frozen=True)
class Parts:
    """Weights by name that add up to 1, the share of the signal they explain, and the relative residual."""

    weights: Mapping[str, float]
    explained: float
    residual: float


def rank(query: Spectrum, library: Mapping[str, Spectrum]) -> list[Match]:
    """Return the library's spectra by hit quality, the best first.

    Raises:
        Refused: `spectrum-unit` (not absorbance), `spectrum-axis` (too little in common).
    """
    told = [Match(name, _quality(*_common(query, one))) for name, one in library.items()]
    return sorted(told, key=lambda one: (-one.quality, one.name))


def unmix(query: Spectrum, library: Mapping[str, Spectrum]) -> Parts:
    """Fit a spectrum by a short list of library spectra and a flat base line, no weight below zero.

    Raises:
        Refused: `spectrum-unit`, `spectrum-axis`, `not-a-spectrum` (an empty list).
    """
    if not library:
        raise Refused("not-a-spectrum")
    for one in (query, *library.values()):
        _check(one)
    low = max(one.x[0] for one in (query, *library.values()))
    high = min(one.x[-1] for one in (query, *library.values()))
    grid = _grid(low, high)
    columns = [np.interp(grid, one.x, one.y) for one in library.values()]
    design = np.column_stack(
        [column / max(float(np.linalg.norm(column)), 1e-12) for column in columns] + [np.ones(len(grid))]
    )
    target = np.interp(grid, query.x, query.y)
    weights, rest = nnls(design, np.maximum(target, 0.0))
    total = max(float(weights[:-1].sum()), np.finfo(float).tiny)
    size = max(float(np.linalg.norm(target)), np.finfo(float).tiny)
    shares = {name: float(one / total) for name, one in zip(library, weights, strict=False)}
    return Parts(shares, max(0.0, 1.0 - float(rest / size) ** 2), float(rest / size))


def _check(spectrum: Spectrum) -> None:
    if spectrum.kind != INFRARED or spectrum.y_unit != ABSORBANCE:
        raise Refused("spectrum-unit", expected="absorbance or transmittance over cm⁻¹")


def _grid(low: float, high: float) -> Vector:
    if high - low < LEAST_OVERLAP:
        raise Refused("spectrum-axis", expected=f"{LEAST_OVERLAP:g} cm⁻¹ in common")
    return np.arange(low, high, STEP)


def _common(one: Spectrum, other: Spectrum) -> tuple[Vector, Vector]:
    _check(one)
    _check(other)
    grid = _grid(max(one.x[0], other.x[0]), min(one.x[-1], other.x[-1]))
    return np.gradient(np.interp(grid, one.x, one.y)), np.gradient(np.interp(grid, other.x, other.y))


def _quality(a: Vector, b: Vector) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size > 0 else 0.0
