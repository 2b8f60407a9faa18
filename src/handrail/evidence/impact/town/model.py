"""Family (d1) as a question: arms of extra kits in towns, over calibrated sets, in one of three ways of drawing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from handrail.evidence.impact.engine import Array, Named, Parameters, Result, Scenario, made
from handrail.evidence.impact.tables import Findings, Row

from . import allocation, cells, parity, persons
from .inputs import FIRST_YEAR, STATES, Place, Set
from .kits import ARMS, USES, Arm, Job

FROZEN, SOURCE_INDEPENDENT, INDEPENDENT = "frozen", "source-independent", "independent"
MODES = (FROZEN, SOURCE_INDEPENDENT, INDEPENDENT)
CALIBRATED_MODE = (
    FROZEN  # the published sets were calibrated on draws that never change: for those only may an area be named
)
ENGINES: Mapping[str, Callable[..., cells.Run]] = {"cells": cells.run, "persons": persons.run}
MOST_MONTHS = 240
FEW = 10  # seeds on which an allocation is judged where nobody says how many
SEED_STRIDE = 100_003  # a prime past the number of sets: no two runs share a seed
COUNTS = ("deaths", "overdoses", "fentanyl_deaths", "hospital", "naloxone", "called", "cost")
SETTINGS = ("sets", "mode", "engine", "months", "kits", "weights", "times", "relapse_as_source")
NOTES = {
    FROZEN: "Each person keeps one uniform number for all months, as in the source: the same people overdose month after month.",
    SOURCE_INDEPENDENT: "The state is drawn anew each month; fentanyl and outcomes keep the source's seeds.",
    INDEPENDENT: "Every month draws anew. The published sets were calibrated on draws that never change: an illustration, no area.",
}


@dataclass(frozen=True)
class Asked:
    """A scenario, read."""

    sets: tuple[int, ...]
    mode: str
    engine: str
    months: int
    arm: Arm
    times: int
    relapse_as_source: bool


def asked(place: Place, scenario: Scenario) -> Asked:
    """Read a scenario: an arm by name or by `kits` and `weights`; `sets` as 1, 1-20 or all; `mode`; `engine`; `months`.

    Raises:
        BadInput: something is unknown or impossible.
    """
    findings, said = Findings(), scenario.settings
    for name in sorted(set(said) - set(SETTINGS)):
        findings.say("--set", 0, name, f"one of {', '.join(SETTINGS)}")
    mode, engine = str(said.get("mode", INDEPENDENT)), str(said.get("engine", "cells"))
    if mode not in MODES:
        findings.say("--set", 0, f"mode {mode}", f"one of {', '.join(MODES)}")
    if engine not in ENGINES:
        findings.say("--set", 0, f"engine {engine}", f"one of {', '.join(ENGINES)}")
    row = Row("--set", 0, {"months": str(said.get("months", 84)), "times": str(said.get("times", 1))})
    months = row.amount("months", findings, least=1, most=MOST_MONTHS)
    times = row.amount("times", findings, least=1, most=1000)
    arm = _arm(scenario, findings)
    sets = _sets(place, str(said.get("sets", min(place.sets))), findings)
    findings.stop()
    relapse = scenario.switch("relapse_as_source", default=mode != INDEPENDENT)
    return Asked(sets, mode, engine, int(months), arm, int(times), relapse)


def _arm(scenario: Scenario, findings: Findings) -> Arm:
    """Return the arm: a published one by the scenario's name, or one's own by kits a year and weights of own use states."""
    if "kits" not in scenario.settings and scenario.name != "allocate":
        name = "SQ" if scenario.name == "default" else scenario.name
        if name not in ARMS:
            findings.say("command", 0, f"arm {name}", f"one of {', '.join(ARMS)}, or one told by kits and weights")
        return ARMS.get(name, ARMS["SQ"])
    told = {
        part.partition("=")[0].strip(): part.partition("=")[2]
        for part in str(scenario.settings.get("weights", "")).split(";")
        if part.strip()
    }
    row = Row("--set", 0, {"kits": str(scenario.settings.get("kits", "")), **told})
    known = {STATES[use]: use for use in USES}
    for name in sorted(set(told) - set(known)):
        findings.say("--set", 0, f"weights {name}", f"own use states {', '.join(known)}")
    weights = {known[name]: row.amount(name, findings, least=0) for name in told if name in known}
    return Arm(scenario.name, row.amount("kits", findings, least=0), weights or None)


def _sets(place: Place, told: str, findings: Findings) -> tuple[int, ...]:
    """Return the numbers of the sets asked for."""
    if told == "all":
        return tuple(place.sets)
    first, _, last = told.partition("-")
    try:
        numbers = tuple(range(int(first), int(last or first) + 1))
    except ValueError:
        numbers = ()
    if not numbers or set(numbers) - set(place.sets):
        findings.say("--set", 0, f"sets {told}", f"all, or numbers from {min(place.sets)} to {max(place.sets)}")
    return numbers


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Run an arm over sets; in independent mode `draws` repeats each set with other seeds (default 1).

    Months 49 on are beyond the calibration. In frozen mode the set's own seed is used and nothing else is drawn.
    """
    place: Place = parameters.inputs
    wanted = asked(place, scenario)
    if scenario.name == "allocate":
        return made(
            parameters,
            scenario,
            _allocated(place, wanted, seed=seed, draws=draws or FEW),
            seed=seed,
            draws=draws,
            notes=(NOTES[INDEPENDENT],),
        )
    repeats = max(draws, 1) if wanted.mode == INDEPENDENT else 1
    runs = [one(place, number, wanted, seed=seed + repeat) for number in wanted.sets for repeat in range(repeats)]
    years = range(FIRST_YEAR, FIRST_YEAR + (wanted.months + 11) // 12)
    labels = [
        f"{number}.{repeat}" if repeats > 1 else str(number) for number in wanted.sets for repeat in range(repeats)
    ]
    figures = {}
    for name in COUNTS:
        values = np.array([each.yearly[name] for each in runs])
        figures[name] = Named.of(values, "USD, discounted" if name == "cost" else "a year", run=labels, year=years)
        figures[f"mean_{name}"] = Named.of(
            values.mean(axis=0), "USD, discounted" if name == "cost" else "a year", year=years
        )
    deaths = figures["deaths"].values
    with np.errstate(invalid="ignore"):
        figures["fentanyl_share"] = Named.of(
            figures["fentanyl_deaths"].values / deaths, "share of deaths", run=labels, year=years
        )
    if wanted.mode == INDEPENDENT:
        figures["deaths_by_town"] = Named.of(
            np.mean([each.by_town for each in runs], axis=0),
            "deaths/year",
            year=years,
            town=town_names(place, wanted.mode),
        )
    return made(parameters, scenario, figures, seed=seed, draws=draws, notes=(NOTES[wanted.mode],))


def _allocated(place: Place, wanted: Asked, *, seed: int, draws: int) -> dict[str, Named]:
    """Split `kits` a year over towns: equal margins, greedy, by people, none; over all sets asked for, each judged on fresh seeds."""
    sets, budget = [place.sets[number] for number in wanted.sets], wanted.arm.kits
    weights = np.array([(wanted.arm.weights or dict.fromkeys(USES, 1.0)).get(use, 0.0) for use in range(5)])
    met = allocation.Ensemble(tuple(allocation.need(place, one, seed=seed, weights=weights) for one in sets))
    people = met.people.sum(axis=1)
    splits = {
        "equal margins": allocation.equal_margins(met, budget),
        "greedy": allocation.greedy(met, budget),
        "by people": budget * people / people.sum(),
        "none": np.zeros(len(people)),
    }
    names = town_names(place, INDEPENDENT)
    judged = [
        np.mean([allocation.judge(place, one, kits, seeds=draws, weights=weights) for one in sets])
        for kits in splits.values()
    ]
    by_set = [[one.fewer(kits).sum() for one in met.needs] for kits in splits.values()]
    return {
        "kits_by_town": Named.of(list(splits.values()), "kits/year", split=splits, town=names),
        "expected_fewer": Named.of(
            [met.fewer(kits).sum() for kits in splits.values()], "deaths in 3 years", split=splits
        ),
        "expected_fewer_by_set": Named.of(by_set, "deaths in 3 years", split=splits, set=wanted.sets),
        "deaths": Named.of(judged, "deaths/year, 2020-2022", split=splits),
    }


def town_names(place: Place, mode: str) -> tuple[str, ...]:
    """Return the towns' names where a calibration for this way of drawing exists; else numbers: no area without its calibration."""
    return place.towns if mode == CALIBRATED_MODE else tuple(f"town {at}" for at in range(1, len(place.towns) + 1))


def one(place: Place, number: int, wanted: Asked, *, seed: int) -> cells.Run:
    """Run one set once."""
    a_set: Set = place.sets[number]
    job = Job(wanted.months, wanted.arm, seed * SEED_STRIDE + number, wanted.times, wanted.relapse_as_source)
    if wanted.mode == INDEPENDENT:
        return ENGINES[wanted.engine](place, a_set, job)
    years, _ = parity.run(place, a_set, job, frozen=wanted.mode == FROZEN)
    return cells.Run({name: _yearly(years, name) for name in COUNTS}, np.zeros((len(years), len(place.towns))))


def _yearly(years: list[parity.Year], name: str) -> Array:
    return np.array([float(getattr(year, name)) for year in years])


def fit(place: Place, template: int, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
    """Run a set with parameters of one's own over four years, drawing anew each month, and return what the targets name.

    A calibration of these draws is what lets an area be named for them.
    """
    a_set = derived({**place.sets[template], **parameters})
    yearly = cells.run(place, a_set, Job(48, ARMS["SQ"], seed)).yearly
    found = {}
    for at in range(4):
        found[f"ODdeaths{FIRST_YEAR + at}"] = float(yearly["deaths"][at])
        found[f"Fx_ODD{FIRST_YEAR + at}"] = float(yearly["fentanyl_deaths"][at] / max(yearly["deaths"][at], 1))
        found[f"EDvisits{FIRST_YEAR + at}"] = float(yearly["hospital"][at])
    return found


def derived(a_set: dict[str, float]) -> Set:
    """Work out what follows from others: first and injecting overdose chances from `od.*`, multi.hr and multi.sub."""
    if "od.preb.sub" in a_set:
        for name, again in (
            ("preb", a_set["od.preb.sub"]),
            ("il.lr", a_set["od.il.lr.sub"]),
            ("il.hr", a_set["od.il.lr.sub"] * a_set["multi.hr"]),
        ):
            a_set[f"od_{name}_subs"], a_set[f"od_{name}_first"] = again, again / a_set["multi.sub"]
    return a_set
