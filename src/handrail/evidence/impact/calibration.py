"""Calibration without a likelihood: draw sets from ranges, run them, keep those whose outputs lie nearest to what was observed.

Every finished set is a line of a file, so an interrupted calibration goes on where it stood; sets are independent, so processes share them.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .engine import Array, digest
from .tables import BadInput, Problem

Simulate = Callable[[Mapping[str, float], int], Mapping[str, float]]  # (parameters, seed) -> outputs by name


@dataclass(frozen=True)
class Task:
    """What is calibrated: ranges of parameters, observed targets, how many sets, from which seed."""

    ranges: Mapping[str, tuple[float, float]]
    targets: Mapping[str, float]
    sets: int
    seed: int
    about: str = ""  # what is run: a fingerprint of family, inputs and settings

    @property
    def fingerprint(self) -> str:
        """Tell one task from another: a file of another task is never continued."""
        return digest(
            {
                "ranges": {k: list(v) for k, v in self.ranges.items()},
                "targets": dict(self.targets),
                "sets": self.sets,
                "seed": self.seed,
                **({"about": self.about} if self.about else {}),
            }
        )


def check(task: Task, *, file: str = "ranges") -> None:
    """Refuse ranges that are none and targets that nothing can be measured against.

    Raises:
        BadInput: with every one.
    """
    problems = [
        Problem(file, 0, f"{name} from {low:g} to {high:g}", "low <= high")
        for name, (low, high) in task.ranges.items()
        if not low <= high
    ]
    problems += [
        Problem(file, 0, f"target {name} is {value:g}", "a number other than 0")
        for name, value in task.targets.items()
        if not value
    ]
    if problems:
        raise BadInput(problems)


def draws(task: Task) -> list[dict[str, float]]:
    """Return a Latin hypercube over the ranges: each parameter's range is met evenly however few the sets."""
    rng = np.random.default_rng(task.seed)
    columns = {
        name: low + (high - low) * (rng.permutation(task.sets) + rng.random(task.sets)) / task.sets
        for name, (low, high) in task.ranges.items()
    }
    return [{name: float(column[at]) for name, column in columns.items()} for at in range(task.sets)]


def distance(found: Mapping[str, float], targets: Mapping[str, float]) -> float:
    """Return the root mean square of relative differences from the targets."""
    return float(np.sqrt(np.mean([((found[name] - value) / value) ** 2 for name, value in targets.items()])))


@dataclass(frozen=True)
class Fitted:
    """A finished set: its number, parameters, outputs and distance."""

    number: int
    parameters: Mapping[str, float]
    outputs: Mapping[str, float]
    distance: float


def done(task: Task, file: Path) -> dict[int, Fitted]:
    """Return what an earlier, perhaps interrupted, calibration finished; a half line at the end counts for nothing.

    Raises:
        BadInput: the file belongs to another task.
    """
    if not file.exists():
        return {}
    lines = file.read_text(encoding="utf-8").split("\n")
    whole = [json.loads(line) for line in lines[:-1] if line]  # the last has no newline: it was cut off
    if whole and whole[0].get("task") != task.fingerprint:
        raise BadInput([Problem(file.name, 1, "another calibration", "a file of this calibration, or none")])
    return {
        one["number"]: Fitted(one["number"], one["parameters"], one["outputs"], one["distance"]) for one in whole[1:]
    }


def run(task: Task, simulate: Simulate, file: Path, *, workers: Executor | None = None) -> Iterator[Fitted]:
    """Run what is not finished yet and yield each set as it is; every one is a line of the file before it is yielded."""
    check(task)
    known, proposed = done(task, file), draws(task)
    _begin(task, file, known)
    left = [number for number in range(task.sets) if number not in known]
    yield from known.values()
    jobs = [(proposed[number], task.seed + number) for number in left]
    outputs = workers.map(simulate, *zip(*jobs, strict=True)) if workers and jobs else (simulate(*job) for job in jobs)
    with file.open("a", encoding="utf-8") as lines:
        for number, found in zip(left, outputs, strict=True):
            one = Fitted(number, proposed[number], dict(found), distance(found, task.targets))
            lines.write(
                json.dumps(
                    {"number": number, "parameters": one.parameters, "outputs": one.outputs, "distance": one.distance}
                )
                + "\n"
            )
            lines.flush()
            yield one


def _begin(task: Task, file: Path, known: Mapping[int, Fitted]) -> None:
    """Write the file anew with whole lines only: a half line of an interruption is dropped."""
    head = json.dumps({"task": task.fingerprint})
    rows = [
        json.dumps(
            {"number": one.number, "parameters": one.parameters, "outputs": one.outputs, "distance": one.distance}
        )
        for one in known.values()
    ]
    part = file.with_suffix(f"{file.suffix}.part")
    part.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    part.replace(file)


def nearest(fitted: Sequence[Fitted], keep: int) -> list[Fitted]:
    """Return the sets with the smallest distances."""
    return sorted(fitted, key=lambda one: (one.distance, one.number))[:keep]


def ranks(truth: Array, posterior: Array) -> Array:
    """Return the rank of each true value among its posterior draws: uniform where the calibration is right.

    Source: Talts et al. 2018, simulation-based calibration.
    """
    return np.asarray((posterior < truth[:, None]).sum(axis=1), dtype=np.float64)


def unevenness(found: Array, draws_each: int, *, bins: int = 10) -> float:
    """Return the chi-square of ranks over bins, divided by its mean: near 1 where ranks are uniform."""
    counts, _ = np.histogram(found, bins=bins, range=(0, draws_each + 1))
    expected = len(found) / bins
    return float(((counts - expected) ** 2 / expected).sum() / (bins - 1))
