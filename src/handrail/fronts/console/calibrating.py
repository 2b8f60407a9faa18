"""`handrail model calibrate`: draw, run, keep the nearest; with a progress bar, on several processes or machines, going on where it stood."""

import contextlib
import json as json_module
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from handrail.evidence import impact
from handrail.evidence.impact import calibration, ensemble
from handrail.evidence.impact.engine import digest

from .modelling import DATA, told

INTERRUPTED = 130  # what a shell says of an interrupted command


def calibrate(
    family: str,
    ranges: Annotated[
        Path, typer.Option(help="CSV: name, low, high. Names are settings of the family (of a set, for towns).")
    ],
    targets: Annotated[Path, typer.Option(help="CSV: name, value. A figure's name, or figure@label.")],
    to: Annotated[
        Path, typer.Option(help="The file of finished sets, a line each. There already: goes on where it stood.")
    ],
    data: Annotated[
        Path | None, typer.Option(help="The family's file or folder (default: the shared library beside the project).")
    ] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="Take the inputs that come with the house.")] = False,
    scenario: str = "default",
    settings: Annotated[list[str] | None, typer.Option("--set", help="A setting as name=value.")] = None,
    sets: Annotated[int, typer.Option(min=1, help="How many sets are drawn.")] = 200,
    seed: int = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes of this machine.")] = 1,
    keep: Annotated[int, typer.Option(min=1, help="How many of the nearest are shown.")] = 5,
    scheduler: Annotated[
        str, typer.Option(help="A Dask scheduler: tcp://127.0.0.1:PORT, or tls://HOST:PORT with the three files.")
    ] = "",
    tls_ca: Path | None = None,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Calibrate a family to what was observed; interrupted, the same command goes on where it stood."""
    chosen = impact.family(family)
    at = "" if shipped else str(data or DATA / chosen.place)
    wanted = ensemble.targets(targets)
    simulation = ensemble.Simulation(chosen.name, at, scenario, tuple(wanted), told(settings or []))
    known = ensemble.parameters(chosen.name, at, scenario)
    about = digest({"inputs": known.fingerprint, "scenario": scenario, "settings": dict(simulation.settings)})
    task = calibration.Task(ensemble.ranges(ranges), wanted, sets, seed, about)
    where = ensemble.Scheduler(scheduler, tls_ca, tls_cert, tls_key) if scheduler else None
    try:
        fitted = _run(task, simulation, to, _executor(workers, where))
    except KeyboardInterrupt:
        print(f"{to}: {len(calibration.done(task, to))} of {sets} sets are kept. The same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from None
    _tell(calibration.nearest(fitted, keep), json=json)


def _run(
    task: calibration.Task,
    simulation: ensemble.Simulation,
    to: Path,
    starting: contextlib.AbstractContextManager[Executor | None],
) -> list[calibration.Fitted]:
    """Run what is not finished, with a bar on the error stream."""
    with starting as executor:
        going = calibration.run(task, simulation, to, workers=executor)
        return list(track(going, description="Sets", total=task.sets, console=Console(stderr=True)))


@contextlib.contextmanager
def _executor(workers: int, where: ensemble.Scheduler | None) -> Iterator[Executor | None]:
    """Return what runs the sets: this process, several of this machine, or those of a scheduler.

    Raises:
        BadInput: a scheduler beyond this machine without mutual TLS, or Dask is not installed.
    """
    if where:
        with _dask(where) as executor:
            yield executor
    elif workers == 1:
        yield None
    else:
        with ensemble.processes(workers) as executor:
            yield executor


@contextlib.contextmanager
def _dask(where: ensemble.Scheduler) -> Iterator[Executor]:
    """Join a Dask scheduler that was checked; its workers are started by whoever runs it, without database address or keys."""
    ensemble.check_scheduler(where)
    try:
        import distributed  # of the extra `cluster`
    except ImportError:
        raise impact.BadInput([impact.Problem("--scheduler", 0, "Dask is not installed", "pip install distributed; or --workers on this machine")]) from None  # fmt: skip
    dask: Any = distributed  # it has no types
    files = {"tls_ca_file": where.ca, "tls_client_cert": where.cert, "tls_client_key": where.key}
    security = (
        dask.Security(require_encryption=True, **{name: str(file) for name, file in files.items()})
        if where.ca
        else None
    )
    with dask.Client(where.address, security=security, set_as_default=False) as client:
        yield client.get_executor()


def _tell(nearest: list[calibration.Fitted], *, json: bool) -> None:
    if json:
        print(json_module.dumps([asdict(one) for one in nearest]))
        return
    for one in nearest:
        drawn = "  ".join(f"{name} {value:.6g}" for name, value in one.parameters.items())
        found = "  ".join(f"{name} {value:.6g}" for name, value in one.outputs.items())
        print(f"set {one.number:<6} {100 * one.distance:6.2f} % away   {drawn}   →   {found}")
