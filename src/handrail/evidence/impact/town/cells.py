"""The same months in cells: people who are alike move together, by multinomial draws. Cost does not grow with the number of people.

A cell is (state, own use state, ever overdosed, town). The law of every count is that of person by person; only death of other causes
takes the mean of its own use state's ages, aged each year, instead of each person's band.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array

from . import costs, rates
from .inputs import BANDS, EDGES, HIGH, INACT, LOW, NODU, PREB, RELAP, Place, Set
from .kits import Job, Stock

CELLS = (
    (PREB, PREB), (LOW, LOW), (HIGH, HIGH), (NODU, NODU), (INACT, PREB), (INACT, LOW), (INACT, HIGH), (RELAP, PREB), (RELAP, LOW),
    (RELAP, HIGH),
)  # fmt: skip
OWN = np.array([own for _, own in CELLS])
STATE = np.array([state for state, _ in CELLS])
HOME = np.array(
    [next(at for at, cell in enumerate(CELLS) if cell == (own, own)) for own in OWN]
)  # the cell of one's own use state
STOPPED = np.array([next((at for at, cell in enumerate(CELLS) if cell == (INACT, own)), 3) for own in OWN])
GROUPS = ((1, 2, 8, 9), (0, 7), (3,))  # cells in which fentanyl is met: illicit use, prescription use, stimulants
COUNTED = ("deaths", "overdoses", "fentanyl_deaths", "hospital", "naloxone", "called", "cost", "kits")
Counts = npt.NDArray[np.int64]


@dataclass
class Run:
    """Yearly counts by name, and deaths by year and town."""

    yearly: dict[str, Array]
    by_town: Array
    by_use: Array = field(default_factory=lambda: np.zeros((1, 5)))  # overdoses by year and own use state
    people: Counts = field(default_factory=lambda: np.zeros((10, 2, 1), dtype=np.int64))


@lru_cache(maxsize=8)
def start(place: Place) -> Counts:
    """Return the people by (cell, ever, town).

    Raises:
        ValueError: somebody is in a state that this model does not know with their own use state.
    """
    index = np.full((6, 5), -1)
    for at, pair in enumerate(CELLS):
        index[pair] = at
    people, found = place.people, np.zeros((len(CELLS), 2, len(place.towns)), dtype=np.int64)
    cell = index[people.state, people.own]
    if (cell < 0).any():
        raise ValueError("a state does not go with the own use state")
    np.add.at(found, (cell, people.ever, people.town), 1)
    return found


@lru_cache(maxsize=64)
def _ages(place: Place, year: int) -> Array:
    """Shares of the age bands by own use state, `year` years on."""
    band = np.searchsorted(EDGES, place.people.age + year, side="right")
    found = np.zeros((5, len(BANDS)))
    np.add.at(found, (place.people.own, band), 1)
    return np.asarray(found / np.maximum(found.sum(axis=1, keepdims=True), 1))


def mean_mortality(place: Place, a_set: Set, year: int) -> Array:
    """Return the monthly chance of death of other causes by cell: the mean over the ages of people of that own use state, `year` years on."""
    return np.asarray((_ages(place, year) @ rates.mortality(a_set))[OWN])


@dataclass(frozen=True)
class Ways:
    """Where each cell's people go in a month: two moves, death, overdose, staying; by (cell, ever, flag, way)."""

    chance: Array
    targets: npt.NDArray[np.int64]  # (cell, way): the cell that each of the first two ways and staying leads to


def ways(a_set: Set, month: int, mortality: Array, *, relapse_as_source: bool) -> Ways:
    """Return a month's ways for every cell."""
    go = rates.moves(a_set, month)
    overdose = rates.overdose(a_set, relapse_as_source=relapse_as_source)
    chance, targets = np.zeros((len(CELLS), 2, 2, 5)), np.zeros((len(CELLS), 5), dtype=np.int64)
    index = {cell: at for at, cell in enumerate(CELLS)}
    for at, (state, own) in enumerate(CELLS):
        for slot, new in enumerate(np.flatnonzero(go[state]).tolist()):
            chance[at, :, :, slot] = go[state, new]
            targets[at, slot] = index[(new, new)] if new <= HIGH else index[(new, own)]
        chance[at, :, :, 2] = mortality[at]
        chance[at, :, :, 3] = np.minimum(overdose[state, own], 1 - mortality[at] - go[state].sum())
        targets[at, 4] = HOME[at] if state == RELAP else at
    chance[..., 4] = np.maximum(1 - chance[..., :4].sum(axis=-1), 0.0)
    return Ways(chance, targets)


def outcomes(a_set: Set, at_hand: Array) -> Array:
    """Return the chance of each end of an overdose, by (..., naloxone, help, dies): help is none, called, or hospital."""
    found = np.zeros((*at_hand.shape, 2, 3, 2))
    for where, share in (("pub", a_set["OD_loc_pub"]), ("priv", 1 - a_set["OD_loc_pub"])):
        seen, called = a_set[f"OD_wit_{where}"], a_set[f"OD_911_{where}"]
        helped = np.array([1 - called, called * (1 - a_set["OD_hosp"]), called * a_set["OD_hosp"]])
        die = np.array([a_set["mor_bl"], *[a_set["mor_bl"] * a_set["rr_mor_EMS"]] * 2])
        for naloxone, met in ((1, at_hand), (0, 1 - at_hand)):
            fatal = np.full(3, a_set["mor_nx"]) if naloxone else die
            found[..., naloxone, :, 1] += share * seen * met[..., None] * helped * fatal
            found[..., naloxone, :, 0] += share * seen * met[..., None] * helped * (1 - fatal)
        found[..., 0, 0, 1] += share * (1 - seen) * a_set["mor_bl"]
        found[..., 0, 0, 0] += share * (1 - seen) * (1 - a_set["mor_bl"])
    return found


def run(place: Place, a_set: Set, job: Job) -> Run:
    """Advance every cell month by month. The random numbers of a month depend on (seed, month) alone, so arms share them."""
    people = start(place) * job.times
    stock, towns = Stock(place, a_set, job.arm, times=job.times), len(place.towns)
    years = (job.months + 11) // 12
    result = Run({name: np.zeros(years) for name in COUNTED}, np.zeros((years, towns)), np.zeros((years, 5)))
    for month in range(1, job.months + 1):
        year = (month - 1) // 12
        if month % 12 == 1:
            mortality = mean_mortality(place, a_set, year)
        rng = np.random.Generator(np.random.SFC64([job.seed, month]))
        plan = ways(a_set, month, mortality, relapse_as_source=job.relapse_as_source)
        at_hand = stock.month(month, by_use(people))
        people = _month(people, plan, at_hand, a_set, rng, _Book(result, a_set, month, year, stock.given))
    result.people = people
    return result


def by_use(people: Counts) -> Array:
    """Count people by (town, own use state)."""
    found = np.zeros((people.shape[2], 5))
    for at, own in enumerate(OWN):
        found[:, own] += people[at].sum(axis=0)
    return found


def _flagged(people: Counts, shares: tuple[float, float, float], rng: np.random.Generator) -> Counts:
    """Draw who meets fentanyl, without replacement, in three groups."""
    flags = np.zeros_like(people)
    for group, share in zip(GROUPS, shares, strict=True):
        here = people[list(group)]
        drawn = rng.multivariate_hypergeometric(here.ravel(), round(int(here.sum()) * share), method="marginals")
        flags[list(group)] = drawn.reshape(here.shape)
    return flags


@dataclass(frozen=True)
class _Book:
    """Takes down what a month brought."""

    result: Run
    a_set: Set
    month: int
    year: int
    kits: float

    def note(self, ends: Counts, living: Array) -> None:
        """Add a month: `ends` by (cell, flag, town, naloxone, help, dies); `living` by (state, own use state)."""
        yearly, year = self.result.yearly, self.year
        dies = ends[..., 1]
        helped = ends.sum(axis=(0, 1, 2, 3, 5))
        called, hospital = int(helped[1:].sum()), int(helped[2])
        found = {
            "deaths": dies.sum(), "overdoses": ends.sum(), "fentanyl_deaths": dies[:, 1].sum(), "hospital": hospital,
            "naloxone": ends[:, :, :, 1].sum(), "called": called, "kits": self.kits,
            "cost": costs.month(self.a_set, self.month, living, self.kits) + costs.care(self.a_set, self.month, called, hospital),
        }  # fmt: skip
        for name, value in found.items():
            yearly[name][year] += float(value)
        np.add.at(self.result.by_use[year], OWN, ends.sum(axis=(1, 2, 3, 4, 5)))
        self.result.by_town[year] += dies.sum(axis=(0, 1, 3, 4))


def _month(people: Counts, plan: Ways, at_hand: Array, a_set: Set, rng: np.random.Generator, book: _Book) -> Counts:
    """Move everybody by one month."""
    flags = _flagged(people, rates.fentanyl_shares(a_set, book.month), rng)
    split = np.stack([people - flags, flags], axis=2)  # (cell, ever, flag, town)
    went = rng.multinomial(split, plan.chance[:, :, :, None, :])  # (cell, ever, flag, town, way)
    new = np.zeros_like(people)
    by_way = went.sum(axis=2)  # (cell, ever, town, way)
    for way in (0, 1, 4):
        np.add.at(new, plan.targets[:, way], by_way[..., way])
    overdosed = went[..., 3].sum(axis=1)  # (cell, flag, town)
    chance = outcomes(a_set, at_hand.T[OWN])[:, None]  # (cell, 1, town, naloxone, help, dies)
    flat = np.broadcast_to(chance.reshape(*chance.shape[:3], 12), (*overdosed.shape, 12))
    ends = rng.multinomial(overdosed, flat).reshape(*overdosed.shape, 2, 3, 2)
    hospital = ends[:, :, :, :, 2, 0].sum(axis=(1, 3))
    stops = rng.binomial(hospital, np.where(STATE == NODU, 0.0, a_set["OD_cess"])[:, None])
    survived = ends[..., 0].sum(axis=(1, 3, 4)) - stops
    np.add.at(new[:, 1], HOME, survived)
    np.add.at(new[:, 1], STOPPED, stops)
    book.note(ends, _living(new))
    np.add.at(
        new[:, 0], HOME, by_way[..., 2].sum(axis=1) + ends[..., 1].sum(axis=(1, 3, 4))
    )  # a copy takes the place of each who died
    return new


def _living(people: Counts) -> Array:
    found = np.zeros((6, 5))
    np.add.at(found, (STATE, OWN), people.sum(axis=(1, 2)))
    return found
