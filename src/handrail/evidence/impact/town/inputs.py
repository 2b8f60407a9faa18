"""What the town model reads: people, calibrated sets, kits by town and year. Everything is checked before a month runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array, Parameters
from handrail.evidence.impact.tables import Findings, Row, Table, read, sources

FAMILY = "town-overdose"
STATES = ("preb", "il.lr", "il.hr", "inact", "NODU", "relap", "dead")
PREB, LOW, HIGH, INACT, NODU, RELAP, DEAD, OVERDOSE = range(8)
BANDS = ("10to14", "15to24", "25to34", "35to44", "45to54", "55to64", "65over")
EDGES = np.array([15, 25, 35, 45, 55, 65])
FIRST_YEAR = 2016  # month 1 is January 2016; kits of the year before are in circulation then
PROBABILITIES = (
    "ini.oud.fx", "ini.NOUD.fx", "out.prebopioid", "p.preb2il.lr", "p.preb2inact.ini", "p.il.lr2il.hr", "p.il.lr2inact.ini",
    "p.il.hr2il.lr", "p.il.hr2inact.ini", "p.inact2relap", "OD_loc_pub", "OD_wit_pub", "OD_wit_priv", "OD_911_pub", "OD_911_priv",
    "OD_hosp", "OD_cess", "mor_bl", "mor_nx", "rr_mor_EMS", "r.LossExp", "cap", "od_preb_first", "od_preb_subs", "od_il.lr_first",
    "od_il.lr_subs", "od_il.hr_first", "od_il.hr_subs", *(f"mort_drug_{band}" for band in BANDS),
)  # fmt: skip
AMOUNTS = (
    "gw.fx", "gw.m.2inact", "multi.fx", "multi.relap", "multi.NODU.fx", "nlx.adj", "eff.pharNlx", "c.preb", "c.il.lr", "c.il.hr",
    "c.inact", "c.NODU", "c.nlx.kit", "c.nlx.dtb", "c.EMS", "c.hospcare",
)  # fmt: skip
Levels = npt.NDArray[np.int64]
Set = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class People:
    """Everybody at risk, one entry each."""

    state: Levels
    own: Levels  # own use state: where a person returns to
    age: Levels
    ever: Levels  # has overdosed before
    town: Levels


@dataclass(frozen=True, eq=False)
class Place:
    """A place: its people, its calibrated sets by number, its kits."""

    people: People
    towns: tuple[str, ...]
    sets: Mapping[int, Set]
    community: Mapping[int, Array]  # kits a year by town
    pharmacy: Mapping[int, float]  # kits a year, statewide
    at_risk: Array  # people by town: how pharmacy kits are split


def load(folder: Path) -> Parameters:
    """Read `profound_inputs/` and every `profound_calibrated_sets_*.csv` of a folder.

    Raises:
        BadInput: a probability outside 0 to 1, a town without a name here, a state that is none, a missing parameter.
    """
    inputs, findings = folder / "profound_inputs", Findings()
    demographic = read(inputs / "Demographic.csv", needs=("sex", "race", "age"))
    community = read(inputs / "NxDataOEND.csv", needs=("year",))
    pharmacy = read(inputs / "NxDataPharm.csv", needs=("year", "pe"))
    people = read(inputs / "InitialPopulation.csv.gz", needs=("age", "residence", "curr.state", "OU.state", "ever.od"))
    sets = [read(one, needs=("set", "seed")) for one in sorted(folder.glob("profound_calibrated_sets_*.csv"))]
    towns = tuple(name for name in demographic.columns if name not in {"sex", "race", "age"})
    if len(community.columns) != len(towns) + 1:
        findings.say(
            community.file,
            1,
            f"{len(community.columns) - 1} towns",
            f"the {len(towns)} towns of {demographic.file}, in their order",
        )
    found = {int(row.amount("set", findings)): _set(row, findings) for table in sets for row in table}
    if not found:
        findings.say("profound_calibrated_sets_*.csv", 0, "no calibrated set", "a file with at least one")
    everybody = _people(people, towns, findings)
    place = Place(
        people=everybody,
        towns=towns,
        sets=found,
        community={int(row.amount("year", findings)): _kits(row, community, findings) for row in community},
        pharmacy={int(row.amount("year", findings)): row.amount("pe", findings, least=0) for row in pharmacy},
        at_risk=np.bincount(everybody.town, minlength=len(towns)).astype(np.float64),
    )
    findings.stop()
    return Parameters(FAMILY, place, sources(demographic, community, pharmacy, people, *sets))


def _kits(row: Row, table: Table, findings: Findings) -> Array:
    return np.array([row.amount(name, findings, least=0) for name in table.columns if name != "year"])


def _set(row: Row, findings: Findings) -> Set:
    """Read one calibrated set: every parameter the month needs, and what the source shipped of its outputs."""
    found = {name: row.probability(name, findings) for name in PROBABILITIES}
    found |= {name: row.amount(name, findings, least=0) for name in AMOUNTS}
    found["seed"] = row.amount("seed", findings, least=1)
    shipped = [
        name for name in row.cells if name and name.startswith(("od.death", "fx.death", "ed.visit")) and row.text(name)
    ]
    return found | {name: row.amount(name, findings) for name in shipped}


def _people(table: Table, towns: Sequence[str], findings: Findings) -> People:
    """Read everybody; a state or a town that is none is named by row."""
    at = {name: number for number, name in enumerate(STATES)}
    where = {name: number for number, name in enumerate(towns)}
    columns: dict[str, list[int]] = {name: [] for name in ("state", "own", "age", "ever", "town")}
    for row in table:
        for name, column, known in (("state", "curr.state", at), ("own", "OU.state", at), ("town", "residence", where)):
            if row.text(column) not in known:
                findings.say(row.file, row.number, f"{column} is {row.text(column)!r}", f"one of {', '.join(known)}")
            columns[name].append(known.get(row.text(column), 0))
        columns["age"].append(int(row.amount("age", findings, least=0, most=120) if row.text("age") else -1))
        columns["ever"].append(int(row.text("ever.od") == "1"))
    return People(**{name: np.array(values, dtype=np.int64) for name, values in columns.items()})


def kits_of_year(place: Place, a_set: Set, year: int) -> tuple[Array, float]:
    """Return a year's kits by town as what they are worth, and how many were given; after the last year it repeats.

    Pharmacy kits are split by people at risk, rounded, and worth less than a kit given with a word.
    """
    year = min(year, max(place.community))
    pharmacy = np.round(place.pharmacy[year] * place.at_risk / place.at_risk.sum())
    worth = place.community[year] + pharmacy / a_set["eff.pharNlx"]
    return np.asarray(worth), float(place.community[year].sum() + pharmacy.sum())
