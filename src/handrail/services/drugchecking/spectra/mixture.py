"""Take a mixture's mass spectra apart into pure ones, all collision voltages at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from handrail.core.common.refusals import Refused

from .spectrum import MASS, Spectrum, Vector

BIN = 1.0  # Da: unit mass; narrower bins break when the calibration drifts. Drug checking reference, section 13
REPORTED_FROM = 0.05  # share of the fit; set on 500 mixtures made of the open pure spectra, see the test
ALIKE = 0.98  # cosine of two pure spectra, over all voltages, above which they are told as a group
RELATED = 0.95  # cosine at any one voltage above which two may stand for one another
RESOLVED_FROM = (
    0.30  # of the two: a related part below it may be the other's misfit, so both are told as a group; same mixtures
)

Voltages = Mapping[int, Spectrum]


@dataclass(frozen=True)
class Component:
    """A substance, or several that cannot be told apart here, and its share of what was fitted (not of the sample)."""

    names: tuple[str, ...]
    share: float
    reported: bool


@dataclass(frozen=True)
class Unmixed:
    """Components, the largest first; how much of the signal they explain, and what is left over (relative norm)."""

    components: tuple[Component, ...]
    explained: float
    residual: float
    voltages: tuple[int, ...]

    @property
    def reported(self) -> frozenset[str]:
        """Names at or above the cut-off; a group counts with all its names."""
        return frozenset(name for one in self.components if one.reported for name in one.names)


def unmix(mixture: Voltages, pure: Mapping[str, Voltages], *, voltages: Sequence[int] | None = None) -> Unmixed:
    """Fit a mixture by non-negative least squares: every voltage normalised, all stacked, one weight a substance.

    Args:
        voltages: which to use; None for all that the mixture and every pure substance have.
    Raises:
        Refused: `spectrum-unit` (no mass spectrum), `no-shared-voltage`.
    """
    if any(one.kind != MASS for spectra in (mixture, *pure.values()) for one in spectra.values()):
        raise Refused("spectrum-unit", expected="m/z")
    shared = set(mixture).intersection(*pure.values()) if pure else set()
    used = tuple(sorted(shared if voltages is None else shared & set(voltages)))
    if not used:
        raise Refused("no-shared-voltage")
    top = max(float(one.x.max()) for spectra in (mixture, *pure.values()) for one in spectra.values())
    bins = int(top / BIN) + 2
    names = list(pure)
    design = np.column_stack([_stacked(pure[name], used, bins) for name in names])
    target = _stacked(mixture, used, bins)
    weights, rest = nnls(design, target)
    fitted = design @ weights
    components = _components(names, weights, _alike(design, len(used)))
    explained = float(np.minimum(fitted, target).sum() / target.sum())
    return Unmixed(components, explained, float(rest / np.linalg.norm(target)), used)


def _stacked(spectra: Voltages, voltages: Sequence[int], bins: int) -> Vector:
    """Return intensities by unit mass, each voltage adding up to 1, one voltage after the other."""
    return np.concatenate([_binned(spectra[one], bins) for one in voltages])


def _binned(spectrum: Spectrum, bins: int) -> Vector:
    counts: Vector = np.bincount(
        np.rint(spectrum.x / BIN).astype(int), weights=np.maximum(spectrum.y, 0.0), minlength=bins
    ).astype(float)
    return counts / max(float(counts.sum()), np.finfo(float).tiny)


def _alike(design: Vector, voltages: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which pairs cannot be told apart over all voltages, and which may stand for one another at one of them."""
    together = _cosines(design) >= ALIKE
    each = [_cosines(one) >= RELATED for one in np.split(design, voltages)]
    return together, np.logical_or.reduce(each)


def _cosines(columns: Vector) -> Vector:
    length = np.maximum(np.linalg.norm(columns, axis=0), np.finfo(float).tiny)
    cosines: Vector = (columns.T @ columns) / np.outer(length, length)
    return cosines


def _components(
    names: list[str], weights: Vector, alike: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> tuple[Component, ...]:
    """Join what cannot be told apart, and what is too small beside its like; say each one's share of the fit."""
    shares = weights / max(float(weights.sum()), np.finfo(float).tiny)
    left, told = [int(one) for one in np.argsort(-shares, kind="stable")], []
    while left:
        group = [left[0], *(one for one in left[1:] if _joined(left[0], one, shares, alike))]
        left = [one for one in left if one not in group]
        share = float(shares[group].sum())
        told.append(Component(tuple(sorted(names[one] for one in group)), share, share >= REPORTED_FROM))
    return tuple(sorted(told, key=lambda one: (-one.share, one.names)))


def _joined(first: int, other: int, shares: Vector, alike: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> bool:
    together, related = alike
    if together[first, other]:
        return True
    doubtful = REPORTED_FROM <= shares[other] < RESOLVED_FROM * (shares[first] + shares[other])
    return bool(related[first, other] and doubtful)
