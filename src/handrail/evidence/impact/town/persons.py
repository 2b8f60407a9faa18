"""Person by person with correct independent draws, fast: one byte of chance tells who may change this month; only they are looked at closely.

A person is a kind (cell, ever, age band), a town and two ages, five bytes in all. The byte is refined by a second number where it
matters, so the chances are exact; who meets fentanyl is drawn without replacement among those looked at, which has the same law.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array

from . import rates
from .cells import CELLS, COUNTED, GROUPS, HOME, OWN, STATE, STOPPED, Run, Ways, outcomes
from .cells import ways as cell_ways
from .costs import care
from .costs import month as monthly_cost
from .inputs import BANDS, EDGES, NODU, RELAP, Place, Set
from .kits import Job, Stock

BLOCK = 1 << 16  # people looked at together: their numbers stay in a core's cache
FINE = 1 << 8  # what a byte of chance can tell apart
KINDS = len(CELLS) * 2 * len(BANDS)
GROUP_OF = np.array(
    [next((at for at, group in enumerate(GROUPS) if cell in group), len(GROUPS)) for cell in range(len(CELLS))],
    dtype=np.uint8,
)
GOES_HOME = STATE[np.arange(KINDS) // (2 * len(BANDS))] == RELAP  # who does so where nothing else happens
DEATH, OVERDOSES = 2, 3  # the ways: move, move, death, overdose, staying
HOSPITAL = 2  # the help: none, called, hospital
Bytes = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]


@dataclass
class Crowd:
    """Everybody: kind = (cell x 2 + ever) x 7 + band."""

    kind: Bytes
    town: Bytes
    age: Bytes
    first_age: Bytes
    counts: npt.NDArray[np.int64]  # people by (cell, ever)
    town_use: Array  # people by (town, own use state)

    @classmethod
    def of(cls, place: Place, times: int) -> "Crowd":
        """Put everybody into kinds, `times` over."""
        people = place.people
        index = np.zeros((6, 5), dtype=np.uint8)
        for at, pair in enumerate(CELLS):
            index[pair] = at
        cell = index[people.state, people.own]
        band = np.searchsorted(EDGES, people.age, side="right")
        kind = np.tile(((cell * 2 + people.ever) * len(BANDS) + band).astype(np.uint8), times)
        town_use = np.zeros((len(place.towns), 5))
        np.add.at(town_use, (people.town, people.own), times)
        counts = np.bincount(cell * 2 + people.ever, minlength=len(CELLS) * 2).reshape(-1, 2) * times
        age = np.tile(people.age.astype(np.uint8), times)
        return cls(kind, np.tile(people.town.astype(np.uint8), times), age, age.copy(), counts, town_use)


def run(place: Place, a_set: Set, job: Job) -> Run:
    """Move everybody month by month; the numbers of a month depend on (seed, month) alone, so arms share them."""
    crowd, stock = Crowd.of(place, job.times), Stock(place, a_set, job.arm, times=job.times)
    years = (job.months + 11) // 12
    result = Run({name: np.zeros(years) for name in COUNTED}, np.zeros((years, len(place.towns))))
    for month in range(1, job.months + 1):
        rng = np.random.Generator(np.random.SFC64([job.seed, month, 2]))
        plan = cell_ways(a_set, month, np.zeros(len(CELLS)), relapse_as_source=job.relapse_as_source)
        cumulative = _cumulative(a_set, plan)
        people, uniform = candidates(crowd.kind, cumulative, rng)
        flag = _flags(crowd, people, rates.fentanyl_shares(a_set, month), rng)
        kind = crowd.kind[people]
        passed = uniform[:, None] >= cumulative.reshape(-1, 4).take(kind.astype(np.intp) * 2 + flag, axis=0)
        way = np.bitwise_count(passed.view(np.uint32)[:, 0])  # four truths a person, a byte each
        kept = np.flatnonzero((way <= OVERDOSES) | GOES_HOME[kind])
        at_hand = stock.month(month, crowd.town_use)
        _apply(
            crowd,
            Drawn(people[kept], way[kept], flag[kept]),
            at_hand,
            rng,
            _Note(result, a_set, plan, month, stock.given),
        )
        if month % 12 == 0:
            _birthday(crowd)
    return result


@dataclass(frozen=True)
class Drawn:
    """Who was looked at this month, the way each goes, and whether they met fentanyl."""

    people: Index
    way: Bytes
    flag: Index


@dataclass(frozen=True)
class Ends:
    """How this month's overdoses ended, one entry each."""

    flag: Index
    dies: npt.NDArray[np.bool_]
    naloxone: Index
    help: Index  # none, called, hospital
    town: Bytes


def _cumulative(a_set: Set, plan: Ways) -> Array:
    """Cumulative chances of move, move, death, overdose by (kind, flag); from the last on, a person stays (after a relapse: goes home)."""
    without = plan.chance[..., :4].cumsum(axis=-1)
    found = np.repeat(without[:, :, None], len(BANDS), axis=2)
    found[..., DEATH:] += rates.mortality(a_set)[:, None, None]
    return np.asarray(np.minimum(found, 1.0).reshape(KINDS, 2, 4))


def candidates(kind: Bytes, cumulative: Array, rng: np.random.Generator) -> tuple[Index, Array]:
    """Return who may change this month, and for each a uniform number below their kind's largest chance of any change.

    After a relapse everybody changes: their kind's chance is 1.
    """
    change = cumulative[..., -1].max(axis=1)
    change[GOES_HOME] = 1.0
    last = np.maximum(np.ceil(change * FINE) - 1, 0).astype(np.uint8)
    found, coarse, room = [], [], np.empty(BLOCK, dtype=np.uint8)
    for first in range(0, len(kind), BLOCK):
        block = kind[first : first + BLOCK]
        number = rng.bit_generator.random_raw(-(-len(block) // 8)).view(np.uint8)[: len(block)]
        np.take(last, block, out=room[: len(block)], mode="clip")
        here = np.flatnonzero(number <= room[: len(block)])
        found.append(here + first)
        coarse.append(number[here])
    low = np.concatenate(coarse).astype(np.float64)
    return np.concatenate(found), (low + rng.random(len(low))) / FINE


def _flags(crowd: Crowd, people: Index, shares: tuple[float, float, float], rng: np.random.Generator) -> Index:
    """Draw who of these meets fentanyl: as many as a draw without replacement from the whole group would take among them."""
    flag = np.zeros(len(people), dtype=np.intp)
    cell = crowd.kind[people] // (2 * len(BANDS))
    group_of = GROUP_OF[cell]
    for at, (group, share) in enumerate(zip(GROUPS, shares, strict=True)):
        here = np.flatnonzero(group_of == at)
        whole = int(crowd.counts[list(group)].sum())
        marked = round(whole * share)
        hit = rng.hypergeometric(marked, whole - marked, len(here)) if len(here) else 0
        flag[rng.permutation(here)[:hit]] = 1
    return flag


@dataclass(frozen=True)
class _Note:
    result: Run
    a_set: Set
    plan: Ways
    month: int
    kits: float


def _apply(crowd: Crowd, drawn: Drawn, at_hand: Array, rng: np.random.Generator, note: _Note) -> None:
    """Carry out what was drawn: moves, deaths, overdoses with their ends; take the month down."""
    cell, ever = np.divmod(crowd.kind[drawn.people] // len(BANDS), 2)
    new, new_ever = cell.astype(np.intp), ever.astype(np.intp)
    for ways, slots in ((drawn.way < DEATH, drawn.way), (drawn.way > OVERDOSES, np.full_like(drawn.way, 4))):
        new[ways] = note.plan.targets[cell[ways], slots[ways]]
    over = np.flatnonzero(drawn.way == OVERDOSES)
    ends, stops = _ends(crowd, drawn, over, cell, at_hand, note.a_set, rng)
    new[over] = np.where(stops, STOPPED[cell[over]], HOME[cell[over]])
    new_ever[over] = 1
    gone = np.concatenate([np.flatnonzero(drawn.way == DEATH), over[ends.dies]])
    left = np.bincount(np.delete(new, gone), minlength=len(CELLS)) - np.bincount(cell, minlength=len(CELLS))
    _take_down(crowd, crowd.counts.sum(axis=1) + left, ends, note)
    new[gone], new_ever[gone] = HOME[cell[gone]], 0
    _move(crowd, drawn.people, new, new_ever, gone)


def _ends(  # noqa: PLR0913  -- one overdose needs its person, place and chances
    crowd: Crowd, drawn: Drawn, over: Index, cell: Bytes, at_hand: Array, a_set: Set, rng: np.random.Generator
) -> tuple[Ends, npt.NDArray[np.bool_]]:
    """Draw how each overdose ends, and who stops using after hospital."""
    towns = crowd.town[drawn.people[over]]
    chance = outcomes(a_set, at_hand).reshape(-1, 12).cumsum(axis=1)[:, :-1]
    row = towns.astype(np.intp) * at_hand.shape[1] + OWN[cell[over]]
    end = (rng.random(len(over))[:, None] >= chance.take(row, axis=0)).sum(axis=1, dtype=np.uint8).astype(np.intp)
    ends = Ends(drawn.flag[over], end % 2 == 1, end // 6, end // 2 % 3, towns)
    may_stop = (ends.help == HOSPITAL) & ~ends.dies & (STATE[cell[over]] != NODU)
    return ends, may_stop & (rng.random(len(over)) < a_set["OD_cess"])


def _take_down(crowd: Crowd, living: npt.NDArray[np.int64], ends: Ends, note: _Note) -> None:
    """Add the month to the year: the dead cost nothing in their month, everybody else their new state."""
    yearly, year = note.result.yearly, (note.month - 1) // 12
    by_state = np.zeros((6, 5))
    np.add.at(by_state, (STATE, OWN), living)
    called, hospital = int((ends.help > 0).sum()), int((ends.help == HOSPITAL).sum())
    found = {
        "deaths": ends.dies.sum(), "overdoses": len(ends.dies), "fentanyl_deaths": (ends.dies & (ends.flag == 1)).sum(),
        "hospital": hospital, "naloxone": ends.naloxone.sum(), "called": called, "kits": note.kits,
        "cost": monthly_cost(note.a_set, note.month, by_state, note.kits) + care(note.a_set, note.month, called, hospital),
    }  # fmt: skip
    for name, value in found.items():
        yearly[name][year] += float(value)
    note.result.by_town[year] += np.bincount(ends.town[ends.dies], minlength=len(crowd.town_use))


def _move(crowd: Crowd, people: Index, new: Index, new_ever: Index, gone: Index) -> None:
    """Write the new kinds, and keep the counts in step."""
    before = crowd.kind[people] // len(BANDS)
    np.subtract.at(crowd.counts.reshape(-1), before, 1)
    np.add.at(crowd.counts.reshape(-1), new * 2 + new_ever, 1)
    changed = OWN[before // 2] != OWN[new]
    towns = crowd.town[people[changed]]
    np.subtract.at(crowd.town_use, (towns, OWN[before[changed] // 2]), 1)
    np.add.at(crowd.town_use, (towns, OWN[new[changed]]), 1)
    crowd.age[people[gone]] = crowd.first_age[people[gone]]
    band = crowd.kind[people] % len(BANDS)
    band[gone] = np.searchsorted(EDGES, crowd.age[people[gone]], side="right")
    crowd.kind[people] = ((new * 2 + new_ever) * len(BANDS) + band).astype(np.uint8)


def _birthday(crowd: Crowd) -> None:
    """Make everybody a year older, block by block."""
    table = np.searchsorted(EDGES, np.arange(256), side="right").astype(np.uint8)
    for first in range(0, len(crowd.kind), BLOCK):
        here = slice(first, first + BLOCK)
        crowd.age[here] += 1
        kind = crowd.kind[here]
        kind -= kind % np.uint8(len(BANDS))
        kind += table.take(crowd.age[here])
