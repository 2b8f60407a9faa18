"""A month's chances: where each kind of person may be a month later. A kind is state, own use state, ever overdosed, age band, fentanyl."""

from typing import Any

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array

from .inputs import BANDS, DEAD, HIGH, INACT, LOW, NODU, OVERDOSE, PREB, RELAP, Set

FROZEN_FROM = 48  # growth stands still after it: the calibration covered four years
MOST_FENTANYL = 0.9
SHAPE = (6, 5, 2, len(BANDS), 2)  # living states, own use states, ever, band, flag
USES = {PREB: "preb", LOW: "il.lr", HIGH: "il.hr"}


def growth(month: int) -> int:
    """Return for how many months growth has run: none in month 1, frozen from month 48."""
    return 0 if month == 1 else min(month, FROZEN_FROM)


def fentanyl_shares(a_set: Set, month: int) -> tuple[float, float, float]:
    """Return the flagged shares of the three groups: illicit use, prescription use, stimulants."""
    n = growth(month)
    illicit = min(a_set["ini.oud.fx"] * (1 + a_set["gw.fx"]) ** n, MOST_FENTANYL)
    stimulants = min(a_set["ini.NOUD.fx"] * (1 + a_set["gw.fx"]) ** n, MOST_FENTANYL)
    return illicit, illicit * a_set["out.prebopioid"], stimulants


def overdose(a_set: Set, *, relapse_as_source: bool) -> Array:
    """Return the monthly chance of an overdose by (state, own, ever, flag).

    After a relapse a flag makes no difference. The source multiplies a repeated overdose there by the fentanyl factor and takes 0
    for people who did not inject; `relapse_as_source` keeps that, the default multiplies by the relapse factor throughout.
    """
    chance = np.zeros((6, 5, 2, 2))
    table = {use: (a_set[f"od_{name}_first"], a_set[f"od_{name}_subs"]) for use, name in USES.items()}
    flagged = np.array([1.0, a_set["multi.fx"]])
    for use, (first, again) in table.items():
        chance[use, use] = np.array([first, again])[:, None] * flagged
        chance[RELAP, use, 0] = first * a_set["multi.relap"]
        later = again * (a_set["multi.fx"] if relapse_as_source else a_set["multi.relap"])
        chance[RELAP, use, 1] = 0.0 if relapse_as_source and use == LOW else later
    chance[NODU, NODU, :, 1] = np.array(table[LOW]) * a_set["multi.NODU.fx"] * a_set["multi.fx"]
    return chance


def moves(a_set: Set, month: int) -> Array:
    """Return the monthly chance of each move by (state, new state), without death, overdose and staying."""
    more = (1 + a_set["gw.m.2inact"]) ** growth(month)
    go = np.zeros((6, 6))
    go[PREB, LOW], go[PREB, INACT] = a_set["p.preb2il.lr"], a_set["p.preb2inact.ini"] * more
    go[LOW, HIGH], go[LOW, INACT] = a_set["p.il.lr2il.hr"], a_set["p.il.lr2inact.ini"] * more
    go[HIGH, LOW], go[HIGH, INACT] = a_set["p.il.hr2il.lr"], a_set["p.il.hr2inact.ini"] * more
    go[INACT, RELAP] = a_set["p.inact2relap"]
    return go


def mortality(a_set: Set) -> Array:
    """Return the monthly chance of death of other causes by age band."""
    return np.array([a_set[f"mort_drug_{band}"] for band in BANDS])


def cumulative(a_set: Set, month: int, *, relapse_as_source: bool) -> Array:
    """Return cumulative chances over (preb, il.lr, il.hr, inact, NODU, relap, dead, overdose), one row a kind, in the source's order.

    A person's next state is the number of entries below one uniform number; staying is what the other ways leave, and after a relapse
    it is the own use state.
    """
    chance = np.zeros((*SHAPE, 8))
    chance[..., :6] = moves(a_set, month)[:, None, None, None, None, :]
    chance[..., DEAD] = mortality(a_set)[:, None]
    chance[..., OVERDOSE] = overdose(a_set, relapse_as_source=relapse_as_source)[:, :, :, None, :]
    rest = 1.0 - chance.sum(axis=-1)
    for state in range(6):
        for own in range(5):
            chance[state, own, ..., own if state == RELAP else state] += rest[state, own]
    return chance.cumsum(axis=-1).reshape(-1, 8)


def kinds(*parts: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.intp]:
    """Return each person's row in `cumulative`, from state, own use state, ever, band and flag."""
    return np.asarray(np.ravel_multi_index(parts, SHAPE))
