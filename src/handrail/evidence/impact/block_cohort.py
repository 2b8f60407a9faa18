"""Family (d2): a weekly cohort of expected people in treatment blocks by behaviour (RESPOND structure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .engine import Array, Named, Parameters, Result, Scenario, made
from .tables import Findings, read, sources

FAMILY = "block-cohort"
WEEKS = 52
MARGIN = 1e-6  # rounding that a column of a databook may carry
SMR_NOTE = "The mortality ratio (table smr) multiplies background mortality. The published checksum only comes out without it: apply_smr=false."
PARITY_NOTE = (
    "The mortality ratio (table smr) has no effect here, as in the published checksum; the default applies it."
)
Cell = float | str
Rows = Mapping[str, Sequence[Mapping[str, Cell]]]  # table -> rows, each by column


@dataclass(frozen=True)
class Sample:
    """One sample's numbers; b blocks, h behaviours, p periods of parameters (the first week of each in `starts`)."""

    starts: tuple[int, ...]
    people: Array  # (b, h)
    arrivals: Array  # (p, b, h), a week
    behaviour: Array  # (p, b, from, to)
    treatment: Array  # (p, h, from, to)
    overdose: Array  # (p, b, h)
    fatal: Array  # (p, b, h)
    background: Array  # (p,)
    ratio: Array  # (p, b, h)


@dataclass(frozen=True)
class Blocks:
    """All samples of a database, and the names of blocks and behaviours."""

    blocks: tuple[str, ...]
    behaviours: tuple[str, ...]
    samples: Mapping[int, Sample]
    cohorts: Mapping[int, Mapping[str, int]]  # cohort -> table -> sample
    weeks: int


NEEDED = (
    "intervention", "behavior", "background_mortality", "behavior_transition", "initial_population", "intervention_transition",
    "overdose", "overdose_fatality", "population_change", "smr", "cohort",
)  # fmt: skip


def load(folder: Path) -> Parameters:
    """Read one CSV file a table from a folder (the console reads the same tables from a SQLite file)."""
    tables = {name: read(folder / f"{name}.csv") for name in NEEDED}
    rows = {name: [{c: _number(row.text(c)) for c in table.columns} for row in table] for name, table in tables.items()}
    return from_rows(rows, sources(*tables.values()), file=folder.name)


def _number(said: str) -> float | str:
    try:
        return float(said)
    except ValueError:
        return said


def from_rows(rows: Rows, origin: Mapping[str, str], *, file: str, weeks: int = WEEKS) -> Parameters:
    """Check the tables and put them into arrays.

    Raises:
        BadInput: a table is missing, a probability lies outside 0 to 1, rows do not sum to 1, people are negative.
    """
    findings = Findings()
    for name in NEEDED:
        if not rows.get(name):
            findings.say(file, 0, f"table {name} is missing or empty", "the eleven tables of a block cohort")
    findings.stop()
    _check_ranges(rows, file, findings)
    findings.stop()
    sizes = len(rows["intervention"]), len(rows["behavior"])
    samples = {int(one["sample"]) for name in NEEDED for one in rows[name] if "sample" in one}
    made_of = {sample: _sample(rows, sample, sizes, file, findings) for sample in sorted(samples)}
    findings.stop()
    cohorts = {
        int(one["id"]): {name.removesuffix("_sample"): int(one[name]) for name in one if name.endswith("_sample")}
        for one in rows["cohort"]
    }
    names = tuple(str(one["name"]) for one in rows["intervention"]), tuple(str(one["name"]) for one in rows["behavior"])
    return Parameters(FAMILY, Blocks(*names, made_of, cohorts, weeks), origin)


def _check_ranges(rows: Rows, file: str, findings: Findings) -> None:
    """Every cell is a possible one."""
    for name, table in rows.items():
        for at, row in enumerate(table, 1):
            for column, (least, most) in {
                "probability": (0.0, 1.0),
                "count": (0.0 if name == "initial_population" else -np.inf, np.inf),
                "ratio": (0.0, np.inf),
            }.items():
                if column in row and not (
                    isinstance(row[column], (int, float)) and least <= float(row[column]) <= most
                ):
                    findings.say(
                        f"{file}:{name}", at, f"{column} is {row[column]}", f"a number from {least:g} to {most:g}"
                    )


def _sample(rows: Rows, sample: int, sizes: tuple[int, int], file: str, findings: Findings) -> Sample:
    """One sample's arrays; a missing combination is 0, and a row of a matrix must sum to 1."""
    own = {name: [row for row in rows[name] if int(row.get("sample", sample)) == sample] for name in NEEDED}
    starts = tuple(sorted({int(row["time"]) for table in own.values() for row in table if "time" in row}))
    ids = {name: [int(row["id"]) for row in rows[name]] for name in ("intervention", "behavior")}
    filler = _Filler(own, starts, ids)
    b, h = sizes
    behaviour = filler.fill(
        "behavior_transition", ("intervention", "initial_behavior", "new_behavior"), (b, h, h), "probability"
    )
    treatment = filler.fill(
        "intervention_transition", ("behavior", "initial_intervention", "new_intervention"), (h, b, b), "probability"
    )
    for name, matrix in (("behavior_transition", behaviour), ("intervention_transition", treatment)):
        if own[name] and (np.abs(matrix.sum(axis=-1) - 1) > MARGIN).any():
            off = matrix.sum(axis=-1)
            findings.say(
                f"{file}:{name}",
                0,
                f"probabilities sum to {off.flat[np.abs(off - 1).argmax()]:.6g}",
                "moves from a state that sum to 1",
            )
    keys = ("intervention", "behavior")
    return Sample(
        starts=starts,
        people=filler.fill("initial_population", keys, sizes, "count")[0],
        arrivals=filler.fill("population_change", keys, sizes, "count"),
        behaviour=behaviour,
        treatment=treatment,
        overdose=filler.fill("overdose", keys, sizes, "probability"),
        fatal=filler.fill("overdose_fatality", keys, sizes, "probability"),
        background=filler.fill("background_mortality", (), (), "probability"),
        ratio=filler.fill("smr", keys, sizes, "ratio"),
    )


@dataclass(frozen=True)
class _Filler:
    """Turns rows into arrays over (period, keys...); a period without rows of its own keeps the one before."""

    own: Rows
    starts: tuple[int, ...]
    ids: Mapping[str, Sequence[int]]

    def fill(self, name: str, keys: tuple[str, ...], shape: tuple[int, ...], value: str) -> Array:
        filled = np.full((len(self.starts), *shape), np.nan)
        for row in self.own[name]:
            at = tuple(self.ids[key.split("_")[-1]].index(int(row[key])) for key in keys)
            filled[(self.starts.index(int(row["time"])) if "time" in row else 0, *at)] = row[value]
        for period in range(1, len(self.starts)):
            filled[period] = np.where(np.isnan(filled[period]), filled[period - 1], filled[period])
        return np.asarray(np.nan_to_num(filled, nan=1.0 if value == "ratio" else 0.0))


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 1) -> Result:
    """Run cohorts and return five histories and their checksum. Settings: `apply_smr` (default on), `cohorts` (how many; default 1), `weeks`.

    Expected values only: nothing is drawn, so the seed changes nothing.
    """
    inputs: Blocks = parameters.inputs
    apply_smr, weeks = scenario.switch("apply_smr", default=True), int(scenario.number("weeks", inputs.weeks))
    asked = int(scenario.number("cohorts", 1))
    findings = Findings()
    if not 1 <= asked <= len(inputs.cohorts):
        findings.say("--set", 0, f"cohorts is {asked}", f"a number from 1 to {len(inputs.cohorts)}")
        findings.stop()
    kept: dict[tuple[tuple[str, int], ...], dict[str, Array]] = {}
    total, first = 0.0, None
    for of in list(inputs.cohorts.values())[:asked]:
        key = tuple(sorted(of.items()))
        kept.setdefault(key, histories(_mixed(inputs, of), weeks=weeks, apply_smr=apply_smr))
        total += checksum(kept[key])
        first = first or kept[key]
    assert first is not None
    figures = {name: _named(inputs, value, name) for name, value in first.items()}
    figures["checksum"] = Named.of(total, "people and events")
    return made(parameters, scenario, figures, seed=seed, draws=draws, notes=(SMR_NOTE if apply_smr else PARITY_NOTE,))


def _mixed(inputs: Blocks, of: Mapping[str, int]) -> Sample:
    """Return a cohort may take each table from another sample."""
    at = {name: inputs.samples[sample] for name, sample in of.items()}
    return Sample(
        starts=at["behavior_transition"].starts,
        people=at["initial_population"].people,
        arrivals=at["population_change"].arrivals,
        behaviour=at["behavior_transition"].behaviour,
        treatment=at["intervention_transition"].treatment,
        overdose=at["overdose"].overdose,
        fatal=at["overdose_fatality"].fatal,
        background=at["background_mortality"].background,
        ratio=at["smr"].ratio,
    )


def histories(sample: Sample, *, weeks: int, apply_smr: bool) -> dict[str, Array]:
    """Return state (week 0 to `weeks`), overdoses, fatal overdoses, admissions and background deaths (week 1 to `weeks`), by block and behaviour."""
    x = sample.people.copy()
    states, parts = [x], []
    for week in range(1, weeks + 1):
        period = max(0, int(np.searchsorted(sample.starts, week, side="right")) - 1)
        x, found = step(x, sample, period, apply_smr=apply_smr)
        states.append(x)
        parts.append(found)
    named = ("overdoses", "fatal_overdoses", "admissions", "background_deaths")
    return {"state": np.stack(states)} | {name: np.stack([one[at] for one in parts]) for at, name in enumerate(named)}


def step(x: Array, sample: Sample, period: int, *, apply_smr: bool) -> tuple[Array, tuple[Array, Array, Array, Array]]:
    """One week, in the source's order: arrivals, behaviour, treatment, overdoses, background deaths."""
    x = np.maximum(x + sample.arrivals[period], 0.0)
    x = np.einsum("bf,bft->bt", x, sample.behaviour[period])
    moved = np.einsum("fh,hft->th", x, sample.treatment[period])
    admissions = np.maximum(moved - x, 0.0)
    overdoses = moved * sample.overdose[period]
    fatal = overdoses * sample.fatal[period]
    x = moved - fatal
    chance = sample.background[period] * (sample.ratio[period] if apply_smr else 1.0)
    deaths = x * np.minimum(chance, 1.0)
    return x - deaths, (overdoses, fatal, admissions, deaths)


def checksum(found: Mapping[str, Array]) -> float:
    """Return the sum of all values of the five histories."""
    return float(sum(value.sum() for value in found.values()))


def _named(inputs: Blocks, value: Array, name: str) -> Named:
    first = 0 if name == "state" else 1
    weeks = range(first, first + len(value))
    return Named.of(
        value,
        "people" if name in {"state", "admissions"} else "events",
        week=weeks,
        block=inputs.blocks,
        behaviour=inputs.behaviours,
    )
