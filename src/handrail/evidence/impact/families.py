"""The families by name: what each asks, where its inputs lie, how it is read and run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import block_cohort, decision_tree, saturation, supervised_site, transmission
from .burnet import databook
from .burnet import model as burnet
from .engine import Parameters, Result, Scenario
from .tables import BadInput, Problem
from .town import inputs
from .town import model as town

Run = Callable[..., Result]


@dataclass(frozen=True)
class Family:
    """A family: the question it answers, the structure's source, its inputs below an evidence folder, its scenarios."""

    name: str
    letter: str
    question: str
    lineage: str
    place: str  # below the evidence folder; empty where no file is needed
    read: Callable[[Path, Scenario], Parameters]
    run: Run
    scenarios: str
    not_for: str  # what no figure of the family may be used for; printed with every one
    facts: Mapping[str, str] = field(
        default_factory=dict
    )  # answers to CHEERS items that hold for every run of the family
    shipped: Callable[[], Parameters] | None = None  # inputs that come with the house, where the family has any


FAMILIES: Mapping[str, Family] = {
    one.name: one
    for one in (
        Family(
            decision_tree.FAMILY, "a", "What does giving kits cost for a year of healthy life?", "Coffin & Sullivan 2013; Bounthavong",
            "anchors", lambda at, asked: decision_tree.load(at), decision_tree.run, "any name; arms by --set arms=A=0.8:80;B=0.2",
            "a person's own choice, or a place whose costs and survival differ from the published cohort's",
            {"Time horizon": "100 yearly rows of the cohort", "Currency, price date, and conversion": "USD as printed by the source; no price year is stated there"},
        ),
        Family(
            saturation.FAMILY, "b", "How many kits until more change little?", "Irvine 2018-2022",
            ".", lambda at, asked: saturation.load(at), saturation.run, "a state of the overview, or a place told by --set",
            "a single town or service: the curves are those of whole states",
            {"Time horizon": "one year, repeated: a standing state", "Selection of outcomes": "opioid overdose deaths; overdoses that meet naloxone"},
            saturation.shipped,
        ),
        Family(
            transmission.FAMILY, "c", "What do agonist treatment, syringes and antivirals change in hepatitis C and HIV?", "Vickerman 2012, Martin 2013",
            "", lambda at, asked: transmission.load(), transmission.run, "any name; halve gives the treatments that halve prevalence; outbreak, HIV on a network",
            "a person's own risk, or a place without a calibration of its own",
            {"Selection of outcomes": "prevalence and incidence of infection", "Study population": "people who inject drugs"},
            transmission.load,
        ),
        Family(
            inputs.FAMILY, "d1", "What would kits change in each town?", "PROFOUND, Zang 2022",
            ".", lambda at, asked: inputs.load(at), town.run, "SQ, SSP_10K, MailEvent_10K, an arm told by --set kits, weights; allocate splits kits over towns",
            "naming an area that was not calibrated for this way of drawing, or ranking towns",
            {"Study population": "people at risk of an opioid overdose, by town", "Currency, price date, and conversion": "USD as in the source; no price year is stated there"},
        ),
        Family(
            block_cohort.FAMILY, "d2", "Where are people between treatments, week by week?", "RESPOND",
            "respond_v2_e2e_input.db", lambda at, asked: block_cohort.load(at), block_cohort.run, "any name",
            "any place: the inputs are made up to test the arithmetic",
        ),
        Family(
            supervised_site.FAMILY, "e", "What does a supervised site change in a year?", "Irwin 2017",
            "anchors/irwin2017_inputs.csv", lambda at, asked: supervised_site.load(at), supervised_site.run, "any name; inputs by --set outcome.symbol=value, places, hours",
            "any other site: the effects rest on one site and are disputed",
            {
                "Time horizon": "one year; a death by the working years that were left", "Study population": "people who inject drugs in one city",
                "Currency, price date, and conversion": "USD as printed by the source; no price year is stated there",
                "Characterising uncertainty": "none in the source: two readings, one site disputed and no effect, stand side by side",
            },
            supervised_site.shipped,
        ),
        Family(
            databook.FAMILY, "f", "What do services cost and save, service by service?", "Burnet Institute 2026",
            "burnet", lambda at, asked: databook.load(at, book=str(asked.settings.get("databook", "standard"))), burnet.run,
            "all, a scenario of the databook, or one told by --set changed, target, ramp",
            "another territory's people, or adding people over graphs: one person may be in four",
            {"Time horizon": "2026 to 2030", "Discount rate": "costs 5 % a year from 2026; outcomes undiscounted", "Currency, price date, and conversion": "AUD as in the databook"},
        ),
    )
}  # fmt: skip


def family(name: str) -> Family:
    """Return a family by name.

    Raises:
        BadInput: there is none.
    """
    if name not in FAMILIES:
        raise BadInput([Problem("command", 0, f"family {name}", f"one of {', '.join(FAMILIES)}")])
    return FAMILIES[name]


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Run the family that the parameters belong to."""
    return family(parameters.family).run(parameters, scenario, seed=seed, draws=draws)
