"""One calling convention for every family: `run(parameters, scenario, *, seed, draws) -> Result`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LABEL = "modelled, not observed"
VERSION = "3"  # of the models' arithmetic: a change of any figure raises it, so that a kept run says what made it


@dataclass(frozen=True)
class Parameters:
    """What a family reads: its own checked inputs, and the fingerprint (SHA-256) of every file they came from."""

    family: str
    inputs: Any
    sources: Mapping[str, str]

    @property
    def fingerprint(self) -> str:
        """One hash over the family and all its files; stored with every run."""
        return digest({"family": self.family, "sources": dict(self.sources)})


@dataclass(frozen=True)
class Scenario:
    """A named question to a family, with its settings; what is not set keeps the family's default."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """Return a setting as a number."""
        return float(self.settings.get(name, default))

    def switch(self, name: str, *, default: bool) -> bool:
        """Return a setting that is on or off."""
        said = self.settings.get(name, default)
        return said if isinstance(said, bool) else str(said).lower() in {"1", "true", "yes", "on"}


@dataclass(frozen=True)
class Named:
    """A figure or an array of figures: its unit, its axes by name, the labels along each axis."""

    values: Array
    unit: str
    axes: tuple[str, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, values: Any, unit: str, **axes: Any) -> "Named":
        """Name an array: each keyword is an axis with its labels, in the array's order."""
        labels = {axis: tuple(str(one) for one in along) for axis, along in axes.items()}
        return cls(np.asarray(values, dtype=np.float64), unit, tuple(axes), labels)


@dataclass(frozen=True)
class Result:
    """What a run gave. Never changed: a changed input is another run."""

    family: str
    scenario: Scenario
    seed: int
    draws: int
    figures: Mapping[str, Named]
    provenance: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def value(self, name: str) -> float:
        """Return a single figure."""
        return float(self.figures[name].values)

    def as_json(self) -> dict[str, Any]:
        """Write the run as plain data; figures keep every digit."""
        return {
            "label": LABEL,
            "family": self.family,
            "scenario": {"name": self.scenario.name, "settings": dict(self.scenario.settings)},
            "seed": self.seed,
            "draws": self.draws,
            "figures": {name: _plain(one) for name, one in self.figures.items()},
            "notes": list(self.notes),
            "provenance": dict(self.provenance),
        }


def made(
    parameters: Parameters,
    scenario: Scenario,
    figures: Mapping[str, Named],
    *,
    seed: int,
    draws: int,
    notes: tuple[str, ...] = (),
) -> Result:
    """Put figures together with where they came from."""
    provenance = {
        "family": parameters.family,
        "version": VERSION,
        "inputs": dict(parameters.sources),
        "fingerprint": parameters.fingerprint,
        "effects": [],
    }
    return Result(parameters.family, scenario, seed, draws, figures, provenance, notes)


def citing(result: Result, *effects: str) -> Result:
    """Say which rows of the parameter library a run took, by id."""
    return replace(result, provenance={**result.provenance, "effects": list(effects)})


def digest(plain: Any) -> str:
    """Return the SHA-256 of plain data in canonical JSON."""
    return hashlib.sha256(json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def interval(values: Array, *, level: float = 0.95) -> tuple[float, float]:
    """Return the central interval of draws; without draws, two NaN."""
    if values.size == 0:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _plain(one: Named) -> dict[str, Any]:
    """Return a figure as plain data; what has no value is null, never a number."""
    values = json.loads(
        json.dumps(one.values.tolist()).replace("NaN", "null").replace("-Infinity", "null").replace("Infinity", "null")
    )
    return {
        "values": values,
        "unit": one.unit,
        "axes": list(one.axes),
        "labels": {a: list(b) for a, b in one.labels.items()},
    }
