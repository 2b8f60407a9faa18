"""The models, each beside its floor or its own plain form in the same run; processor seconds, because machines are shared."""

import contextlib
import gc
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from statistics import median

import numpy as np

from handrail.evidence.impact import Scenario, run, sensitivity
from handrail.evidence.impact.burnet import databook
from handrail.evidence.impact.town import cells, inputs, persons
from handrail.evidence.impact.town import model as town
from handrail.evidence.impact.town.kits import ARMS, Job
from handrail.fronts.console import trial
from handrail.fronts.console.modelling import DATA

from .figures import Figure

MILLION = 16  # times the 63,131 people of the published place
MONTHS = 12
TURNS = 3
PLANNER_BAR_MS = 300.0
MOVED = (
    ("naloxone", "community_then", range(3000, 19_000, 400)), ("consumption-site", "hours", [*range(19)] * 2),
    ("hepatitis-c", "oat", [*range(0, 61, 5)] * 3), ("hiv", "nsp", [*range(0, 61, 5)] * 3),
)  # fmt: skip
CALIBRATED_BUDGET_MS = 96.0  # 4 minutes on 2 cores for 1,000 sets x 5 scenarios


def models() -> Iterator[Figure]:
    """Measure every family that has a goal."""
    place: inputs.Place = inputs.load(DATA).inputs
    yield from microsim(place)
    yield memory(place)
    yield from calibration(place)
    yield allocation()
    yield from psa()
    yield from burnet()
    yield from planner()


def cpu(work: Callable[[], object]) -> float:
    """Return the processor seconds of one call, after the garbage of others is gone."""
    gc.collect()
    first = time.process_time()
    work()
    return time.process_time() - first


def microsim(place: inputs.Place) -> Iterator[Figure]:
    """Nanoseconds per person and month, beside one random number, one threshold and one byte a person in the same run."""
    people = MILLION * len(place.people.state)
    job = Job(MONTHS, ARMS["SQ"], seed=1, times=MILLION)
    begin = Job(0, ARMS["SQ"], seed=1, times=MILLION)
    ours, floors = [], []
    for _ in range(TURNS):
        ours.append(
            (
                cpu(lambda: persons.run(place, place.sets[1], job))
                - cpu(lambda: persons.run(place, place.sets[1], begin))
            )
            / people
            / MONTHS
            * 1e9
        )
        floors.append(cpu(lambda: floor(people)) / people / MONTHS * 1e9)
    ratio = median(theirs / mine for mine, theirs in zip(ours, floors, strict=True))
    yield Figure(
        "microsim-ns",
        round(median(ours), 2),
        "ns/person-month",
        people,
        "random number, threshold, byte",
        round(median(floors), 2),
        round(ratio, 3),
    )
    few = cpu(lambda: cells.run(place, place.sets[1], Job(84, ARMS["SQ"], seed=1)))
    many = cpu(lambda: cells.run(place, place.sets[1], Job(84, ARMS["SQ"], seed=1, times=MILLION)))
    yield Figure(
        "microsim-cells-ms",
        round(many * 1e3, 1),
        "ms",
        people,
        "cells of a sixteenth of the people",
        round(few * 1e3, 1),
        round(few / many, 3),
    )


def floor(people: int) -> None:
    """Draw a number a person and month, compare it, store a byte."""
    rng, store = np.random.Generator(np.random.SFC64(1)), np.empty(people, dtype=np.bool_)
    for _ in range(MONTHS):
        for first in range(0, people, persons.BLOCK):
            here = store[first : first + persons.BLOCK]
            np.less(rng.random(len(here), dtype=np.float32), np.float32(0.02), out=here)


def memory(place: inputs.Place) -> Figure:
    """Megabytes that a run of a million people takes at its peak, over what is loaded."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    persons.run(place, place.sets[1], Job(MONTHS, ARMS["SQ"], seed=1, times=MILLION))
    peak = (tracemalloc.get_traced_memory()[1] - before) / 1e6
    tracemalloc.stop()
    return Figure(
        "microsim-mb", round(peak, 1), "MB", MILLION * len(place.people.state), "bar", 40.0, round(40.0 / peak, 3)
    )


def calibration(place: inputs.Place) -> Iterator[Figure]:
    """Milliseconds for one calibrated set over 84 months in one scenario, beside what 4 minutes on 2 cores leave for each of 5,000."""
    some = list(place.sets)[:4]
    seconds = cpu(
        lambda: [cells.run(place, place.sets[n], Job(84, arm, seed=n)) for n in some for arm in ARMS.values()]
    )
    each = seconds / (len(some) * len(ARMS)) * 1e3
    yield Figure(
        "calibration-run-ms",
        round(each, 1),
        "ms",
        12,
        "4 minutes on 2 cores for 5,000",
        CALIBRATED_BUDGET_MS,
        round(CALIBRATED_BUDGET_MS / each, 3),
    )


def allocation() -> Figure:
    """Seconds to split kits over 39 towns and judge four splits on fresh seeds, beside the bar of 30."""
    parameters = inputs.load(DATA)
    seconds = cpu(
        lambda: town.run(parameters, Scenario("allocate", {"kits": 10_000, "weights": "il.hr=1;NODU=0.133"}), draws=10)
    )
    return Figure("allocation-39-towns", round(seconds, 2), "s", 39, "bar", 30.0, round(30.0 / seconds, 3))


def psa() -> Iterator[Figure]:
    """Return the sensitivity job in seconds of one core, and its step beside its own plain form."""
    draws = sensitivity.sample(10_000, seed=1)
    ours = median(cpu(lambda: sensitivity.run(draws, months=240)) for _ in range(TURNS))
    few = sensitivity.sample(20, seed=1)
    plain = cpu(lambda: sensitivity.plainly(few, months=240)) * 10_000 / 20
    yield Figure(
        "psa-j1", round(ours, 3), "s", 10_000, "one draw after another", round(plain, 2), round(plain / ours, 1)
    )
    yield Figure("psa-j1-ns", round(ours / (10_000 * 240 * sensitivity.STATES) * 1e9, 2), "ns/state-step", 10_000)


def burnet() -> Iterator[Figure]:
    """Seconds for all scenarios as point estimates and with 100 sampled runs, beside the published tool's time (another machine)."""
    parameters = databook.load(DATA / "burnet")
    for name, draws, theirs in (("burnet-point", 0, 19.0), ("burnet-sampled", 100, 52 * 60.0)):
        seconds = cpu(partial(run, parameters, Scenario("all"), seed=0, draws=draws))
        yield Figure(
            name, round(seconds, 3), "s", 14, "published tool, as published", theirs, round(theirs / seconds, 1)
        )


def planner() -> Iterator[Figure]:
    """Milliseconds from a moved slider to its answer, over HTTP, the slowest twentieth, each with another position; the bar is 300."""
    with trial.house() as house:
        house.up()
        with contextlib.closing(house.client("ash")) as client:
            for name, slider, positions in MOVED:
                taken = [_moved(client, f"/desk/plan/{name}?{slider}={one}") for one in positions]
                slowest = sorted(taken)[int(len(taken) * 0.95)]
                yield Figure(
                    f"planner-{name}-ms",
                    round(slowest, 1),
                    "ms",
                    len(taken),
                    "bar",
                    PLANNER_BAR_MS,
                    round(PLANNER_BAR_MS / slowest, 2),
                )


def _moved(client: trial.Client, path: str) -> float:
    first = time.perf_counter()
    status, _ = client.get(path)
    if status != HTTPStatus.OK:
        raise RuntimeError(f"{path} gave {status}")
    return (time.perf_counter() - first) * 1e3


BENCHES: dict[str, Callable[[], Iterator[Figure]]] = {"models": models}
