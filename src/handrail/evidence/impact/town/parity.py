"""Person by person, with the source's own random numbers: what it printed comes out to the last death."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from handrail.evidence.impact.engine import Array

from . import costs, rates
from .inputs import DEAD, EDGES, HIGH, INACT, LOW, NODU, OVERDOSE, PREB, RELAP, Levels, Place, Set
from .kits import Job, Stock
from .rparity import Generator, without_replacement, yes

STRIDE = 7919  # between the state seeds of two months where each month draws anew


@dataclass
class Year:
    """A year's counts."""

    deaths: int = 0
    overdoses: int = 0
    fentanyl_deaths: int = 0
    hospital: int = 0
    naloxone: int = 0
    called: int = 0
    cost: float = 0.0  # discounted, USD


@dataclass
class Crowd:
    """Everybody, as arrays that change from month to month."""

    state: Levels
    own: Levels
    age: Levels
    ever: Levels
    flag: Levels


def run(place: Place, a_set: Set, job: Job, *, frozen: bool) -> tuple[list[Year], Levels]:
    """Return the years' counts, and for each person how often they overdosed. `frozen`: one uniform number a person for all months."""
    people, seed = place.people, int(a_set["seed"])
    crowd = Crowd(
        people.state.copy(), people.own.copy(), people.age.copy(), people.ever.copy(), np.zeros_like(people.state)
    )
    stock = Stock(place, a_set, job.arm)
    kept = Generator(seed).uniform(len(people.state))
    years: list[Year] = []
    times = np.zeros_like(people.state)
    for month in range(1, job.months + 1):
        if month % 12 == 1:
            years.append(Year())
        _flag(crowd, a_set, month, seed)
        table = rates.cumulative(a_set, month, relapse_as_source=job.relapse_as_source)
        band = np.searchsorted(EDGES, crowd.age, side="right")
        rows = rates.kinds(crowd.state, crowd.own, crowd.ever, band, crowd.flag)
        uniform = kept if frozen else Generator(seed + STRIDE * month).uniform(len(kept))
        new = np.minimum((table[rows] < uniform[:, None]).sum(axis=1), OVERDOSE)
        before = np.zeros((len(place.towns), 5))
        np.add.at(before, (people.town, crowd.own), 1)
        times[new == OVERDOSE] += 1
        known = years[-1].called, years[-1].hospital
        at_hand = stock.month(month, before)[people.town, crowd.own]
        _outcomes(crowd, new, at_hand, _Month(a_set, Generator(seed + month), years[-1]))
        crowd.own = np.where(new <= HIGH, new, crowd.own)
        crowd.state = new
        years[-1].cost += costs.month(a_set, month, _living(crowd), stock.given)
        years[-1].cost += costs.care(a_set, month, years[-1].called - known[0], years[-1].hospital - known[1])
        _replace(crowd, people.age, birthday=month % 12 == 0)
    return years, times


def _living(crowd: Crowd) -> Array:
    """Count the living by (state, own use state)."""
    alive = crowd.state != DEAD
    return np.bincount(crowd.state[alive] * 5 + crowd.own[alive], minlength=30).reshape(6, 5).astype(np.float64)


def _flag(crowd: Crowd, a_set: Set, month: int, seed: int) -> None:
    """Draw who meets fentanyl this month, in three groups, each from its own seed."""
    crowd.flag = np.zeros_like(crowd.flag)
    relapsed = crowd.state == RELAP
    illicit = (crowd.state == LOW) | (crowd.state == HIGH) | (relapsed & (crowd.own != PREB))
    groups = (illicit, (crowd.state == PREB) | (relapsed & (crowd.own == PREB)), crowd.state == NODU)
    for at, (group, share) in enumerate(zip(groups, rates.fentanyl_shares(a_set, month), strict=True), 1):
        members = np.flatnonzero(group)
        size = round(len(members) * share)
        crowd.flag[members[without_replacement(Generator(at * seed), len(members), size)]] = 1


@dataclass(frozen=True)
class _Month:
    """What a month's tree draws on, and where it is taken down."""

    a_set: Set
    generator: Generator
    year: Year


def _outcomes(crowd: Crowd, new: Levels, at_hand: Array, month: _Month) -> None:
    """Carry each overdose through the tree, in the people's order; `new` takes where they are afterwards."""
    a_set, year, overdosed = month.a_set, month.year, np.flatnonzero(new == OVERDOSE)
    uniform = iter(month.generator.uniform(8 * len(overdosed) + 1).tolist())
    for person in overdosed.tolist():
        dies, hospital = _tree(a_set, float(at_hand[person]), uniform, year)
        year.overdoses += 1
        if dies:
            year.deaths += 1
            year.fentanyl_deaths += int(crowd.flag[person])
            new[person] = DEAD
            continue
        crowd.ever[person] = 1
        stops = hospital and crowd.state[person] != NODU and yes(next(uniform), a_set["OD_cess"])
        new[person] = INACT if stops else crowd.own[person]


def _tree(a_set: Set, at_hand: float, uniform: Iterator[float], year: Year) -> tuple[bool, bool]:
    """Return whether an overdose ends in death, and whether in hospital; one uniform number a question, in the source's order."""
    where = "pub" if yes(next(uniform), a_set["OD_loc_pub"]) else "priv"
    if not yes(next(uniform), a_set[f"OD_wit_{where}"]):
        return yes(next(uniform), a_set["mor_bl"]), False
    naloxone = yes(next(uniform), at_hand)
    called = yes(next(uniform), a_set[f"OD_911_{where}"])
    hospital = called and yes(next(uniform), a_set["OD_hosp"])
    year.naloxone += naloxone
    year.called += called
    year.hospital += hospital
    untreated = a_set["mor_bl"] * a_set["rr_mor_EMS"] if called else a_set["mor_bl"]
    return yes(next(uniform), a_set["mor_nx"] if naloxone else untreated), hospital


def _replace(crowd: Crowd, first_age: Levels, *, birthday: bool) -> None:
    """Age everybody in the twelfth month; put a copy in the place of each who died, every month: first age, never overdosed, own use state."""
    if birthday:
        crowd.age = crowd.age + 1
    dead = crowd.state == DEAD
    crowd.state[dead], crowd.age[dead], crowd.ever[dead] = crowd.own[dead], first_age[dead], 0
