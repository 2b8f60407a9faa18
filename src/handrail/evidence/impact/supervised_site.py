"""Family (e): what a supervised consumption site changes, in closed form (Irwin et al. 2017, Harm Reduct J 14:29, tables 1, 2, 4, 5, 7).

The effects on overdose and sharing rest on one disputed site, so every figure stands beside the same figure with no effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .engine import Named, Parameters, Result, Scenario, citing, made
from .tables import Findings, Row, read, sources

FAMILY = "supervised-site"
SHIPPED = Path(__file__).with_name("books") / "supervised-site.csv"
PLACES, HOURS = (
    13,
    18,
)  # of Insite, which the source's site equals: 13 booths (Irwin 2017), 18 hours a day until 2016 (Vancouver Coastal Health)
DISPUTED = "one site, disputed"
NO_EFFECT = "no effect"
ARMS = (DISPUTED, NO_EFFECT)
DISPUTE = (
    "The effects on overdose and on sharing rest on one site, Vancouver, and are disputed; no pooled effect exists. "
    "“No effect” stands beside every figure."
)
EFFECTS = ("scs_overdose_500m", "scs_sharing")
SIZES = {"places", "hours", "places_before", "hours_before"}
SIZED = (
    f"People who come, injections, and the effect on deaths (never past the one measured) are taken in proportion to places x hours; the "
    f"source's site has {PLACES} places for {HOURS} hours a day. Nobody has measured that proportion."
)
Cells = Mapping[str, float]


@dataclass(frozen=True)
class Cell:
    """A figure of the closed form: its inputs' outcome and symbols, formula, unit, the symbols that carry the disputed effect."""

    outcome: str
    formula: str
    unit: str
    symbols: tuple[str, ...]
    effect: tuple[str, ...]
    work: Callable[[Cells], float]


def _infections(x: Cells) -> float:
    """Blood-borne infections fewer a year: I N s d [1 - (1 - q t)^m] n N_sif / T."""
    return float(
        x["I"] * x["N"] * x["s"] * x["d"] * (1 - (1 - x["q"] * x["t"]) ** x["m"]) * x["n"] * x["N_sif"] / x["T"]
    )


def _value(x: Cells) -> float:
    """Wages to retirement, discounted: W [1 - (1 + i)^-years] / i; without discounting W x years."""
    if x["i"] == 0:
        return x["W"] * x["N_years"]
    return float(x["W"] * (1 - (1 + x["i"]) ** -x["N_years"]) / x["i"])


BLOOD = ("I", "N", "s", "d", "q", "t", "m", "n", "N_sif", "T")
FORMULA = "I N s d [1-(1-q t)^m] n N_sif/T"
CELLS: Mapping[str, Cell] = {
    "hiv_infections_fewer": Cell("hiv", FORMULA, "infections/year", BLOOD, ("n",), _infections),
    "hcv_infections_fewer": Cell("hcv", FORMULA, "infections/year", BLOOD, ("n",), _infections),
    "overdose_deaths_fewer": Cell(
        "death", "r n D", "deaths/year", ("r", "n", "D"), ("r",), lambda x: x["r"] * x["n"] * x["D"]
    ),
    "value_per_death": Cell("death", "W [1-(1+i)^-N_years]/i", "USD", ("W", "i", "N_years"), (), _value),
    "ambulance_calls_fewer": Cell(
        "ambulance",
        "I_sif o (c_o-c_i)",
        "calls/year",
        ("I_sif", "o", "c_o", "c_i"),
        ("o",),
        lambda x: x["I_sif"] * x["o"] * (x["c_o"] - x["c_i"]),
    ),
    "hospital_stays_fewer": Cell(
        "hospitalisation",
        "I_sif o (a_o-a_i)",
        "stays/year",
        ("I_sif", "o", "a_o", "a_i"),
        ("o",),
        lambda x: x["I_sif"] * x["o"] * (x["a_o"] - x["a_i"]),
    ),
}
SAVINGS = {  # figure -> (outcome, symbol) of its price; the value of a death is worked out above
    "hiv_infections_fewer": ("hiv", "cost"),
    "hcv_infections_fewer": ("hcv", "cost"),
    "ambulance_calls_fewer": ("ambulance", "A"),
    "hospital_stays_fewer": ("hospitalisation", "E"),
}
SHARES = {"I", "s", "d", "q", "t", "n", "r", "o", "c_o", "c_i", "a_o", "a_i", "i"}


def load(file: Path) -> Parameters:
    """Read and check the five tables.

    Raises:
        BadInput: a symbol is missing, no number, or impossible.
    """
    table = read(file, needs=("table", "outcome", "symbol", "value"))
    rows, findings = table.by("outcome", "symbol"), Findings()
    values = {}
    for cell in CELLS.values():
        for symbol in cell.symbols:
            key = (cell.outcome, symbol)
            if key not in rows:
                findings.say(
                    table.file, 0, f"{cell.outcome} {symbol} is missing", "a row for every symbol of the formula"
                )
            else:
                values[key] = _read(rows[key], symbol, findings)
    for key in SAVINGS.values():
        if key in rows:
            values[key] = rows[key].amount("value", findings, least=0)
    findings.stop()
    return Parameters(
        FAMILY,
        {"values": values, "rows": {key: row.number for key, row in rows.items()}, "file": table.file},
        sources(table),
    )


def shipped() -> Parameters:
    """Return the inputs that come with the house: the published city, row by row with its table."""
    return load(SHIPPED)


def _read(row: Row, symbol: str, findings: Findings) -> float:
    """Return a share, or an amount of at least 0."""
    return row.probability("value", findings) if symbol in SHARES else row.amount("value", findings, least=0)


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Work every cell, with the disputed effect and without. Settings override an input as `outcome.symbol`.

    `places` and `hours` (a day) size the site against the source's, `places_before` and `hours_before` what stands there already;
    `more_…` is the difference of the two. The source gives no interval for any cell, so none is made: `draws` changes nothing.
    """
    told = dict(parameters.inputs["values"]) | _overrides(parameters, scenario)
    now, then = _size(scenario, "_before", default=0.0), _size(scenario, "", default=1.0)
    values = _sized(told, then)
    figures, notes = (
        {},
        [
            DISPUTE,
            "The source gives no interval, so none is shown.",
            "The paper uses N, I and r for two things each; here each has its own symbol.",
        ],
    )
    if then != 1.0:
        notes.append(SIZED)
    for name, cell in CELLS.items():
        worked = [cell.work(_cells(values, cell, drop=drop)) for drop in (False, True)]
        figures[name] = Named.of(worked, cell.unit, arm=ARMS)
        if now and name != "value_per_death":
            before = [cell.work(_cells(_sized(told, now), cell, drop=drop)) for drop in (False, True)]
            figures[f"more_{name}"] = Named.of(np.subtract(worked, before), cell.unit, arm=ARMS)
        used = "; ".join(f"{symbol} row {parameters.inputs['rows'][(cell.outcome, symbol)]}" for symbol in cell.symbols)
        notes.append(f"{name} = {cell.formula} ({parameters.inputs['file']}: {used})")
    for name, key in SAVINGS.items():
        if key in values:
            figures[f"value_of_{name.removesuffix('_fewer')}"] = Named.of(
                figures[name].values * values[key], "USD/year", arm=ARMS
            )
    figures["value_of_overdose_deaths"] = Named.of(
        figures["overdose_deaths_fewer"].values * figures["value_per_death"].values, "USD/year", arm=ARMS
    )
    return citing(made(parameters, scenario, figures, seed=seed, draws=0, notes=tuple(notes)), *EFFECTS)


def _size(scenario: Scenario, when: str, *, default: float) -> float:
    """Return place-hours as a share of the source's site; the default where neither places nor hours are told.

    Raises:
        BadInput: a number below 0, or a day of more than 24 hours.
    """
    if not {f"places{when}", f"hours{when}"} & set(scenario.settings):
        return default
    findings = Findings()
    row = Row("--set", 0, {name: str(said) for name, said in scenario.settings.items()})
    places = row.amount(f"places{when}", findings, least=0) if row.text(f"places{when}") else PLACES
    hours = row.amount(f"hours{when}", findings, least=0, most=24) if row.text(f"hours{when}") else HOURS
    findings.stop()
    return places * hours / (PLACES * HOURS)


def _sized(values: Mapping[tuple[str, str], float], size: float) -> dict[tuple[str, str], float]:
    """Scale who comes and how many injections with the place-hours; the effect on deaths never past the one measured."""
    factors = {"N_sif": size, "I_sif": size, "r": min(size, 1.0)}
    return {(outcome, symbol): value * factors.get(symbol, 1.0) for (outcome, symbol), value in values.items()}


def _cells(values: Mapping[tuple[str, str], float], cell: Cell, *, drop: bool) -> dict[str, float]:
    """Return a cell's inputs; `drop` takes its disputed effect away."""
    return {
        symbol: 0.0 if drop and symbol in cell.effect else values[(cell.outcome, symbol)] for symbol in cell.symbols
    }


def _overrides(parameters: Parameters, scenario: Scenario) -> dict[tuple[str, str], float]:
    """Return inputs told by the scenario; an unknown one is named."""
    findings, told = Findings(), {}
    known = parameters.inputs["values"]
    for name in set(scenario.settings) - SIZES:
        outcome, _, symbol = name.partition(".")
        value = Row("--set", 0, {name: str(scenario.settings[name])})
        if (outcome, symbol) not in known:
            findings.say("--set", 0, name, f"one of {', '.join('.'.join(one) for one in known)}")
        else:
            told[(outcome, symbol)] = (
                value.probability(name, findings) if symbol in SHARES else value.amount(name, findings, least=0)
            )
    findings.stop()
    return told


def total(result: Result, arm: str = DISPUTED) -> float:
    """Return what is saved a year in one arm, every cell together; USD."""
    at = ARMS.index(arm)
    return float(np.sum([one.values[at] for name, one in result.figures.items() if name.startswith("value_of_")]))
