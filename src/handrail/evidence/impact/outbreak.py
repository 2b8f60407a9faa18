"""Family (c), an outbreak on a network: HIV among people who share syringes, from one first infection, with a syringe service from a month on.

Everybody has a number of sharing partners of their own (gamma-spread); an infection passes along a tie each month, more easily while it is new.
Structure after the question of Goedel 2020 (Scott County, 10.1093/cid/ciz321), written from its abstract: the paper's parameters are not here.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .engine import Array, Named, Parameters, Result, Scenario, made
from .tables import Findings, Row

NAME = "outbreak"  # the scenario's name that asks for it
RUNS = 100
NEVER = -1.0  # a syringe service that never begins
FITTED = (
    "Fitted values: 0.55 % a month along a tie gives about the 176 infections of Goedel 2020 without a service; a reach of 85 % gives its "
    "proactive arm. The spread of partners (0.5) was taken from four tried: 0.35 puts most infections before month 10, 1 few."
)
Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Outbreak:
    """A place and a service. Chances are along one tie in one month."""

    people: float = 375.0  # who inject: 1.7 % of the county (Goedel 2020)
    partners: float = 6.0  # mean sharing partners; only partners x chance matters much [design]
    partners_spread: float = 0.5  # shape of the gamma: the smaller, the more unequal
    chance: float = 0.0055  # a month along a tie, past the first months [fitted]
    acute_times: float = 10.0  # more easily passed on while new [design: verify]
    acute_months: float = 3.0
    service_from: float = NEVER  # month; 0 proactive, 10 reactive
    sharing_left: float = 2 / 18  # of those reached: 18 % shared before, 2 % after (Patel 2018, n 148)
    reach: float = 0.85  # of sharing [fitted]
    months: float = 60.0


SHARES = ("chance", "sharing_left", "reach")


def setting(scenario: Scenario) -> Outbreak:
    """Read a scenario's settings.

    Raises:
        BadInput: one is unknown, or no possible value.
    """
    findings, told = Findings(), {}
    for name, said in scenario.settings.items():
        row = Row("--set", 0, {name: str(said)})
        if name not in vars(Outbreak()):
            findings.say("--set", 0, name, f"one of {', '.join(vars(Outbreak()))}")
        elif name in SHARES:
            told[name] = row.probability(name, findings)
        elif name == "service_from":
            told[name] = row.amount(name, findings, least=NEVER)
        else:
            told[name] = row.amount(name, findings, least=0.05, most=5000)
    findings.stop()
    return replace(Outbreak(), **told)


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Return infections and incidence over many outbreaks (`draws`, 100 where none are told), each with its own network and first infection.

    Networks, first infections and a month's numbers depend on (seed, outbreak, month) alone: arms share them.
    """
    place, many = setting(scenario), draws or RUNS
    paths = np.stack([one(place, seed=seed, number=number) for number in range(many)])  # (outbreak, month): infected
    infections = paths[:, -1] - 1
    years_at_risk = (place.people - paths[:, :-1]).sum(axis=1) / 12
    figures = {
        "infections": Named.of(infections.mean(), "infections"),
        "incidence": Named.of(100 * infections.sum() / years_at_risk.sum(), "infections/100 person-years"),
        "infected": Named.of(paths.mean(axis=0), "people", month=range(paths.shape[1])),
        "draw_infections": Named.of(infections, "infections", draw=range(many)),
        "outbreaks_that_ended_at_once": Named.of((infections == 0).mean(), "share"),
    }
    return made(parameters, scenario, figures, seed=seed, draws=many, notes=(FITTED, "Intervals are those of chance alone: simulation intervals."))  # fmt: skip


def one(place: Outbreak, *, seed: int, number: int) -> Array:
    """Return how many live with HIV at the start and after each month, in one outbreak."""
    rng = np.random.default_rng([seed, number, 0])
    ties, weight = network(place, rng)
    people = len(weight)
    age = np.full(people, -1)
    age[rng.choice(people, p=weight / weight.sum())] = 0
    path = [1]
    for month in range(int(place.months)):
        uniform = np.random.default_rng([seed, number, month + 1]).random(people)
        fresh = (age < 0) & (uniform < -np.expm1(-ties @ _given(place, age, month)))
        age[age >= 0] += 1
        age[fresh] = 0
        path.append(int((age >= 0).sum()))
    return np.asarray(path, dtype=np.float64)


def _given(place: Outbreak, age: npt.NDArray[np.int_], month: int) -> Matrix:
    """Return the force that each infected person puts on a tie this month."""
    served = 0 <= place.service_from <= month
    chance = place.chance * (1 - place.reach * (1 - place.sharing_left) if served else 1.0)
    times = np.where(age < place.acute_months, place.acute_times, 1.0)
    return np.where(age >= 0, -np.log1p(-np.minimum(chance * times, 0.999)), 0.0).astype(np.float32)


def network(place: Outbreak, rng: np.random.Generator) -> tuple[Matrix, Array]:
    """Return who shares with whom (symmetric, nobody with themselves), and each one's weight: expected partners over their mean."""
    people = int(place.people)
    weight = rng.gamma(place.partners_spread, 1 / place.partners_spread, people)
    upper = np.triu(rng.random((people, people)) < place.partners * np.outer(weight, weight) / weight.sum(), 1)
    return (upper | upper.T).astype(np.float32), weight
