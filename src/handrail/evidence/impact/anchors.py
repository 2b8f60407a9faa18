"""`model check`: every published figure beside ours, with its tolerance. What is not available here stays missing."""

import csv
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import (
    block_cohort,
    decision_tree,
    growing_epidemic,
    library,
    outbreak,
    saturation,
    supervised_site,
    transmission,
)
from .burnet import databook
from .burnet import model as burnet
from .engine import Parameters, Result, Scenario
from .town import inputs
from .town import model as town

HOLDS, SHORT, MISSING = "holds", "short", "missing"
OpenBlocks = Callable[[Path], Parameters]


@dataclass(frozen=True)
class Anchor:
    """A published figure, ours, and how far apart they may be: `relative` as a share of the published, `absolute` in its unit, `at most`, `at least`."""

    family: str
    name: str
    published: float
    ours: float
    tolerance: float
    kind: str = "relative"
    source: str = ""

    @property
    def difference(self) -> float:
        """How far ours lies from the published figure, as the tolerance counts it."""
        if self.kind == "relative":
            return abs(self.ours - self.published) / abs(self.published) if self.published else abs(self.ours)
        return abs(self.ours - self.published)

    @property
    def verdict(self) -> str:
        """Whether ours holds, falls short, or the source is not available."""
        if math.isnan(self.ours):
            return MISSING
        if self.kind == "at most":
            return HOLDS if self.ours <= self.published else SHORT
        if self.kind == "at least":
            return HOLDS if self.ours >= self.published else SHORT
        return HOLDS if self.difference <= self.tolerance else SHORT

    def as_json(self) -> dict[str, str | float | None]:
        """Write it as plain data."""
        missing = math.isnan(self.ours)
        return {
            "family": self.family,
            "anchor": self.name,
            "published": None if math.isnan(self.published) else self.published,
            "ours": None if missing else self.ours,
            "tolerance": self.tolerance,
            "kind": self.kind,
            "difference": None if missing else self.difference,
            "verdict": self.verdict,
            "source": self.source,
        }


NOT_AVAILABLE = {  # evidence: what the document lists as not available here
    "Coffin & Sullivan 2013 headline: waits for its appendix parameters": decision_tree.FAMILY,
    "Irwin 2017 tables 3, 6 and 8": supervised_site.FAMILY,
    "Santo 2021 corrected tables": transmission.FAMILY,
    "Massachusetts town table of overdose education": saturation.FAMILY,
    "Vancouver deaths by block": supervised_site.FAMILY,
    "EMCDDA drug-death series of Portugal": transmission.FAMILY,
}


def check(root: Path, *, open_blocks: OpenBlocks, families: Collection[str] = ()) -> Iterator[Anchor]:
    """Run every family against its published figures, from the inputs below `root`.

    Args:
        families: only these; empty means all.
        open_blocks: opens the block cohort's SQLite file; the console does, because this package knows no database.
    """
    checks: Mapping[str, Callable[[], Iterator[Anchor]]] = {
        decision_tree.FAMILY: lambda: _decision_tree(root),
        saturation.FAMILY: lambda: _saturation(root),
        transmission.FAMILY: _transmission,
        inputs.FAMILY: lambda: _towns(root),
        block_cohort.FAMILY: lambda: _blocks(root, open_blocks),
        supervised_site.FAMILY: lambda: _supervised_site(root),
        databook.FAMILY: lambda: _burnet(root),
    }
    wanted = families or checks
    for family, one in checks.items():
        if family in wanted:
            yield from one()
    for name, family in NOT_AVAILABLE.items():
        if family in wanted:
            yield Anchor(family, name, math.nan, math.nan, 0.0, source="not available here")


def _decision_tree(root: Path) -> Iterator[Anchor]:
    """Every number of the structure to 1e-6."""
    parameters = decision_tree.load(root / "anchors")
    result = decision_tree.run(parameters, Scenario("published"))
    other = decision_tree.run(parameters, Scenario("published", {"route": "DC2"}))

    def at(found: Result, name: str, arm: int) -> float:
        return float(found.figures[name].values[arm])

    source = "Coffin structure, published code; all digits from a second implementation"
    rows = {
        "alive share, arm A": (0.966808, at(result, "alive_share", 0)),
        "alive share, arm B": (0.946552, at(result, "alive_share", 1)),
        "tree cost, arm A": (1873.78, at(result, "tree_cost", 0)),
        "tree cost, arm B": (1778.78, at(result, "tree_cost", 1)),
        "QALY, arm A": (8.650447274019676, at(result, "markov_qaly", 0)),
        "QALY, arm B": (8.469208124175506, at(result, "markov_qaly", 1)),
        "cost, arm A": (23522.99624924501, at(result, "markov_cost", 0)),
        "cost, arm B": (23030.156086539784, at(result, "markov_cost", 1)),
        "cost of a QALY, cohort only": (2719.2809231833758, result.value("icer_markov_only")),
        "cost of a QALY, with the tree": (3008.1113834702765, result.value("icer_with_tree")),
        "QALY difference, with the tree": (0.19541834984417006, result.value("delta_qaly_with_tree")),
        "cost difference, with the tree": (587.8401627052249, result.value("delta_cost_with_tree")),
        "QALY, arm A, route DC2": (8.643381, at(other, "markov_qaly", 0)),
        "cost of a QALY, cohort only, route DC2": (2736.974537, other.value("icer_markov_only")),
    }
    for name, (published, ours) in rows.items():
        yield Anchor(decision_tree.FAMILY, name, published, ours, 1e-6, source=source)


def _saturation(root: Path) -> Iterator[Anchor]:
    """Leave one state out: median error, and points within the published bounds."""
    left = saturation.leave_one_out(saturation.load(root))
    error, inside = saturation.pooled(left)
    source = "Irvine 2022, 8 open states, each predicted from the other seven"
    yield Anchor(saturation.FAMILY, "median error, share of the state's maximum", 0.10, error, 0.0, "at most", source)
    yield Anchor(saturation.FAMILY, "points within published bounds", 0.90, inside, 0.0, "at least", source)
    for one in left:
        yield Anchor(saturation.FAMILY, f"{one.state}: median error", 0.10, one.error, 0.0, "at most", source)


def _transmission() -> Iterator[Anchor]:
    """Vickerman, Martin, Fraser."""
    parameters = transmission.load()

    def run(name: str, **settings: float | str) -> Result:
        return transmission.run(parameters, Scenario(name, settings))

    source = "Vickerman 2012 Addiction 107:1984"
    for coverage, fall in ((0.2, -13.0), (0.4, -24.0), (0.6, -33.0)):
        ours = 100 * run("v", oat=coverage, nsp=coverage).value("prevalence_relative_change")
        yield Anchor(
            transmission.FAMILY,
            f"40 %, coverage 0 to {coverage:.0%}, relative change at 10 years, %",
            fall,
            ours,
            1.5,
            "absolute",
            source,
        )
    uk = 100 * run("uk", oat_before=0.5, nsp_before=0.5, years=20).value("prevalence_at_end")
    yield Anchor(transmission.FAMILY, "United Kingdom without coverage, 20 years, %", 65.0, uk, 3.0, "absolute", source)
    cured = library.shipped()["svr_interferon"].estimate or math.nan
    for prevalence, number in ((0.2, 10.0), (0.4, 23.0), (0.6, 42.0)):
        ours = run("halve", oat=0.4, nsp=0.4, prevalence=prevalence, cured=cured).value("treatments_that_halve")
        yield Anchor(
            transmission.FAMILY,
            f"treatments per 1,000 that halve {prevalence:.0%}",
            number,
            ours,
            0.15,
            source="Martin 2013 CID",
        )
    place = growing_epidemic.Growth()
    for number, coverage, by in ((159.0, 0.0, 2030), (89.0, 0.5, 2030), (121.0, 0.5, 2025)):
        ours = growing_epidemic.treatments_needed(place, fall=0.9, by=by, oat=coverage, nsp=coverage)
        name = f"treatments per 1,000 for -90 % by {by}, coverage {coverage:.0%}"
        yield Anchor(transmission.FAMILY, name, number, ours, 0.15, source="Fraser 2018 Addiction 113:173")
    yield from _outbreak(parameters)


def _outbreak(parameters: Parameters) -> Iterator[Anchor]:
    """Scott County: 100 outbreaks an arm; one chance and one reach are fitted, and the family's page says so."""
    none, proactive, reactive = (
        transmission.run(parameters, Scenario(outbreak.NAME, {"service_from": month}), seed=1, draws=outbreak.RUNS)
        for month in (outbreak.NEVER, 0, 10)
    )
    source = "Goedel 2020 CID, 10.1093/cid/ciz321 (abstract)"
    yield Anchor(
        transmission.FAMILY,
        "outbreak: infections in 5 years without a service",
        176.0,
        none.value("infections"),
        0.15,
        source=source,
    )
    for name, published, arm, within in (
        ("from the start", -90.3, proactive, 5.0),
        ("from month 10", -60.8, reactive, 8.0),
    ):
        ours = 100 * (arm.value("incidence") / none.value("incidence") - 1)
        yield Anchor(
            transmission.FAMILY,
            f"outbreak: incidence with a service {name}, change in %",
            published,
            ours,
            within,
            "absolute",
            source,
        )


def _towns(root: Path) -> Iterator[Anchor]:
    """Set 1 to the last death in both ways of drawing and all arms; one more set; the source's own costs."""
    parameters = inputs.load(root)
    source = "PROFOUND (Zang 2022), runs of its code"

    def run(arm: str, mode: str, months: int, number: int = 1) -> Result:
        return town.run(parameters, Scenario(arm, {"mode": mode, "sets": number, "months": months}))

    for arm, deaths, cost in (
        ("SQ", (281, 285, 272, 257, 243, 244, 229), 6275396450.98391),
        ("SSP_10K", (281, 285, 272, 257, 215, 226, 211), 6277295689.19508),
        ("MailEvent_10K", (281, 285, 272, 257, 243, 236, 224), 6277269866.60942),
    ):
        result = run(arm, town.FROZEN, 84)
        ours = result.figures["mean_deaths"].values
        for year, published, one in zip(range(2016, 2023), deaths, ours, strict=True):
            yield Anchor(
                inputs.FAMILY, f"set 1, {arm}, frozen, deaths {year}", published, float(one), 0.0, source=source
            )
        total = float(result.figures["mean_cost"].values.sum())
        yield Anchor(inputs.FAMILY, f"set 1, {arm}, frozen, cost of 7 years", cost, total, 1e-9, source=source)
    ours = run("SQ", town.SOURCE_INDEPENDENT, 84).figures["mean_deaths"].values
    for year, published, one in zip(range(2016, 2023), (238, 320, 325, 365, 385, 407, 410), ours, strict=True):
        yield Anchor(
            inputs.FAMILY, f"set 1, source-independent, deaths {year}", published, float(one), 0.0, source=source
        )
    last = max(parameters.inputs.sets)
    shipped = parameters.inputs.sets[last]
    ours = run("SQ", town.FROZEN, 48, last).figures["mean_deaths"].values
    for year, one in zip(range(16, 20), ours, strict=True):
        yield Anchor(
            inputs.FAMILY,
            f"set {last}, frozen, deaths 20{year}",
            shipped[f"od.death{year}"],
            float(one),
            0.0,
            source=source,
        )


def _blocks(root: Path, open_blocks: OpenBlocks) -> Iterator[Anchor]:
    parameters = open_blocks(root / "respond_v2_e2e_input.db")
    for name, published, settings in (
        ("checksum, 1 cohort, no mortality ratio", 4919534.367032, {"apply_smr": False}),
        ("checksum, 50 cohorts, no mortality ratio", 245976718.351679, {"apply_smr": False, "cohorts": 50}),
        ("checksum, 1 cohort, mortality ratio applied", 4847347.398890567, {}),
    ):
        ours = block_cohort.run(parameters, Scenario("check", settings)).value("checksum")
        yield Anchor(block_cohort.FAMILY, name, published, ours, 1e-9, source="SyndemicsLab respond v2 benchmark")


def _supervised_site(root: Path) -> Iterator[Anchor]:
    result = supervised_site.run(supervised_site.load(root / "anchors" / "irwin2017_inputs.csv"), Scenario("published"))
    for name, published, tolerance in (
        ("hiv_infections_fewer", 3.68, 0.01),
        ("hcv_infections_fewer", 21.17, 0.05),
        ("overdose_deaths_fewer", 5.95, 0.005),
        ("ambulance_calls_fewer", 108.2, 0.05),
        ("hospital_stays_fewer", 26.8, 0.05),
        ("value_per_death", 503868.5, 0.5),
    ):
        ours = float(result.figures[name].values[0])
        yield Anchor(
            supervised_site.FAMILY, name, published, ours, tolerance, "absolute", "Irwin 2017 Harm Reduct J 14:29"
        )


def _burnet(root: Path) -> Iterator[Anchor]:
    """Every open point estimate; the worst of each scenario stands for it. The published tool starts its ramps elsewhere: the switch is on."""
    parameters = databook.load(root / "burnet")
    result = burnet.run(parameters, Scenario("all", {"source_start": True}))
    names = list(parameters.inputs.rules)
    worst: dict[str, Anchor] = {}
    with (root / "burnet" / "expected_open.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one = _burnet_row(row, result, names)
            if one and (row["scenario"] not in worst or one.difference > worst[row["scenario"]].difference):
                worst[row["scenario"]] = one
    yield from worst.values()
    default = burnet.run(parameters, Scenario("package_b")).figures["best_total:overdoses_opioid"].values[-1]
    shift = float(default - result.figures["best_total:overdoses_opioid"].values[names.index("package_b")])
    yield Anchor(
        databook.FAMILY,
        "package_b, start at coverage: more opioid overdoses",
        17.43,
        shift,
        0.01,
        "absolute",
        "evidence document 3.7",
    )


def _burnet_row(row: Mapping[str, str], result: Result, names: list[str]) -> Anchor | None:
    figure = result.figures.get(f"best_total:{row['metric']}")
    if not row["best_total"] or figure is None:
        return None
    ours = float(figure.values[names.index(row["scenario"])])
    return Anchor(
        databook.FAMILY,
        f"{row['scenario']}: {row['metric']} (worst)",
        float(row["best_total"]),
        ours,
        1e-9,
        source="Burnet expected_open.csv",
    )
