"""Many runs of a family, by processes of one machine or a scheduler of many: each worker reads published inputs and knows no database and no key."""

import ipaddress
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .engine import Parameters, Result, Scenario
from .families import family, run
from .tables import BadInput, Findings, Problem, read
from .town import inputs as town_inputs
from .town import model as town

SECRETS = ("HANDRAIL_", "DJANGO_", "PG", "DATABASE_")  # names that begin so never reach a worker


@lru_cache(maxsize=2)
def parameters(name: str, data: str, scenario: str) -> Parameters:
    """Read a family's inputs once a process; no folder means those that come with the house.

    Raises:
        BadInput: none come with the house.
    """
    chosen = family(name)
    if data:
        return chosen.read(Path(data), Scenario(scenario))
    if chosen.shipped is None:
        raise BadInput([Problem("command", 0, f"--shipped for {name}", "--data: no inputs of this family come with the house")])  # fmt: skip
    return chosen.shipped()


@dataclass(frozen=True)
class Simulation:
    """A run of a family with drawn numbers in place of settings (of a set's own parameters, for towns), answering what targets name."""

    family: str
    data: str  # folder or workbook; empty for what comes with the house
    scenario: str
    targets: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, drawn: Mapping[str, float], seed: int) -> dict[str, float]:
        """Run once.

        Raises:
            BadInput: a drawn name is no setting, or a target no figure.
        """
        known = parameters(self.family, self.data, self.scenario)
        if self.family == town_inputs.FAMILY:
            return self._town(known, drawn, seed)
        result = run(known, Scenario(self.scenario, {**self.settings, **drawn}), seed=seed)
        return {name: figure(result, name) for name in self.targets}

    def _town(self, known: Parameters, drawn: Mapping[str, float], seed: int) -> dict[str, float]:
        """Run a set of towns with its own parameters replaced; its outputs are those of the published calibration."""
        template = int(self.settings.get("sets", min(known.inputs.sets)))
        unknown = sorted(set(drawn) - set(known.inputs.sets[template]))
        found = town.fit(known.inputs, template, drawn, seed) if not unknown else {}
        problems = [Problem("ranges", 0, name, "a parameter of the sets") for name in unknown]
        problems += [Problem("targets", 0, name, f"one of {', '.join(found)}") for name in self.targets if found and name not in found]  # fmt: skip
        if problems:
            raise BadInput(problems)
        return {name: found[name] for name in self.targets}


def figure(result: Result, name: str) -> float:
    """Return a figure by name, or by name and label as `prevalence@10.0`.

    Raises:
        BadInput: there is no such figure or label.
    """
    known, _, label = name.partition("@")
    one = result.figures.get(known)
    if one is not None and not one.axes and not label:
        return float(one.values)
    if one is not None and len(one.axes) == 1 and label in one.labels[one.axes[0]]:
        return float(one.values[one.labels[one.axes[0]].index(label)])
    raise BadInput([Problem("targets", 0, name, f"a figure, or figure@label; figures are {', '.join(result.figures)}")])


def ranges(file: Path) -> dict[str, tuple[float, float]]:
    """Read ranges: name, low, high.

    Raises:
        BadInput: a cell is missing or no number.
    """
    findings, table = Findings(), read(file, needs=("name", "low", "high"))
    found = {row.text("name"): (row.amount("low", findings), row.amount("high", findings)) for row in table}
    findings.stop()
    return found


def targets(file: Path) -> dict[str, float]:
    """Read what was observed: name, value.

    Raises:
        BadInput: a cell is missing or no number.
    """
    findings, table = Findings(), read(file, needs=("name", "value"))
    found = {row.text("name"): row.amount("value", findings) for row in table}
    findings.stop()
    return found


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Start workers of this machine, anew and without the environment's secrets; what is not yet begun is dropped at the end."""
    with without_secrets():
        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
        try:
            yield pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def without_secrets() -> Iterator[None]:
    """Take database addresses and keys out of the environment for a while: a process started meanwhile never had them."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(SECRETS)}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def environment() -> list[str]:
    """Return the names of this process's environment: asked of a worker, it tells what reached it."""
    return sorted(os.environ)


@dataclass(frozen=True)
class Scheduler:
    """Where a Dask scheduler answers, and the three files of mutual TLS."""

    address: str
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


def check_scheduler(asked: Scheduler) -> None:
    """Let a scheduler of this machine pass, and any other only with mutual TLS: the stock one has no sign-in and unpickles what it is sent.

    Raises:
        BadInput: it lies beyond this machine without TLS and all three files, or one of them is not there.
    """
    parts = urlsplit(asked.address)
    files = {"--tls-ca": asked.ca, "--tls-cert": asked.cert, "--tls-key": asked.key}
    if parts.scheme not in {"tcp", "tls"} or not parts.hostname:
        raise BadInput([Problem("--scheduler", 0, asked.address, "an address like tcp://127.0.0.1:8786 or tls://host:8786")])  # fmt: skip
    if parts.scheme == "tcp" and not _is_here(parts.hostname):
        raise BadInput([Problem("--scheduler", 0, asked.address, "tls:// with --tls-ca, --tls-cert and --tls-key: beyond this machine only mutual TLS")])  # fmt: skip
    if parts.scheme == "tls" and (gone := [name for name, file in files.items() if file is None or not file.is_file()]):
        raise BadInput([Problem(name, 0, "no such file", "a PEM file, for mutual TLS") for name in gone])


def _is_here(host: str) -> bool:
    """Tell whether an address is this machine's own; a name is not: it may be another's tomorrow."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
