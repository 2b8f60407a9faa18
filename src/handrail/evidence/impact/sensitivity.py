"""The sensitivity job: 10,000 draws of a monthly model of 40 states over 20 years, every draw with parameters of its own.

States: 4 service groups x 5 stages (susceptible, chronic, in treatment, cured, cirrhosis) x overdosed or not. Infection is nonlinear in
the share infected; people keep to the groups' shares. Draws lie along the last axis and are worked in parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .engine import Array

GROUPS, STAGES, HISTORIES = 4, 5, 2
STATES = GROUPS * STAGES * HISTORIES
EVERYBODY, NEVER = 0, 1  # what `run` carries in place of the two histories
PART = 5000  # draws worked together: fewer calls weigh more than a smaller cache


@dataclass(frozen=True)
class Draws:
    """Monthly chances by draw. `r` is (group, draw); `f` the groups' shares; everything else (draw,)."""

    beta: Array
    r: Array
    f: Array
    treat: Array
    finish: Array
    cirrhosis: Array
    again: Array  # cured people become susceptible
    overdose: Array
    fatal: Array
    leave: Array
    move: Array


def sample(draws: int, *, seed: int, ranges: Mapping[str, tuple[float, float]] | None = None) -> Draws:
    """Draw a set of chances; ranges override the middle of what the families use."""
    wide = {
        "beta": (0.015, 0.03), "treat": (0.002, 0.01), "finish": (0.3, 0.35), "cirrhosis": (0.0005, 0.002), "again": (0.9, 1.0),
        "overdose": (0.005, 0.02), "fatal": (0.02, 0.06), "leave": (0.005, 0.009), "move": (0.05, 0.12), "oat": (0.35, 0.5),
        "nsp": (0.35, 0.65), "both": (0.15, 0.35), **(ranges or {}),
    }  # fmt: skip
    rng = np.random.default_rng(seed)
    one = {name: rng.uniform(low, high, draws) for name, (low, high) in wide.items()}
    r = np.stack([np.ones(draws), one.pop("oat"), one.pop("nsp"), one.pop("both")])
    return Draws(r=r, f=np.array([0.36, 0.24, 0.24, 0.16]), **one)


def run(draws: Draws, *, months: int, infected: float = 0.4) -> Array:
    """Return people by (stage, history, group, draw) after `months`, and the dead of overdose as a last entry: (41, draw)."""
    total = draws.beta.size
    found = np.empty((STATES + 1, total))
    for first in range(0, total, PART):
        some = slice(first, min(first + PART, total))
        found[:, some] = _part(draws, some, months, infected)
    return found


def _part(draws: Draws, some: slice, months: int, infected: float) -> Array:
    """Carry one part of the draws through all months, in place.

    Overdose changes neither stage nor group, so what is carried is everybody and, apart, those who never overdosed; the others are the
    difference. The sum over the groups after a month follows from the sum before it, and is not taken again.
    """
    count = some.stop - some.start
    x = np.zeros((STAGES, HISTORIES, GROUPS, count))
    x[0], x[1] = draws.f[:, None] * (1 - infected), draws.f[:, None] * infected
    leave, overdose = draws.leave[some], draws.overdose[some]
    hit, fatal = draws.beta[some] * draws.r[:, some], overdose * draws.fatal[some]
    spared = np.stack([np.ones(count), 1 - overdose])  # of everybody, and of those who never overdosed
    stays, moves = (1 - draws.move[some] - leave) * spared, draws.move[some] * spared
    dead = np.zeros(count)
    flow, stage, room = np.empty_like(x), x.sum(axis=2), np.empty((STAGES, HISTORIES, count))
    for _ in range(months):
        infectious = stage[1, EVERYBODY] + stage[4, EVERYBODY]
        everyone = infectious + stage[0, EVERYBODY] + stage[2, EVERYBODY] + stage[3, EVERYBODY]
        _flows(x, flow, draws, some, hit * (infectious / everyone))
        dead += fatal * everyone
        x.sum(axis=2, out=stage)
        x *= stays[:, None]
        np.multiply(stage, moves, out=room)
        comers = everyone * leave
        room[0] += comers
        for group, share in enumerate(draws.f):
            x[:, :, group] += room * share
        stage *= stays + moves
        stage[0] += comers
    never = x[:, NEVER]
    return np.concatenate([np.stack([never, x[:, EVERYBODY] - never], axis=1).reshape(STATES, count), dead[None]])


def _flows(x: Array, flow: Array, draws: Draws, some: slice, force: Array) -> None:
    """Move people between the stages: infected, treated, cured, susceptible again, and to cirrhosis."""
    np.multiply(x[0], force, out=flow[0])
    np.multiply(x[1], draws.treat[some], out=flow[1])
    np.multiply(x[2], draws.finish[some], out=flow[2])
    np.multiply(x[3], draws.again[some], out=flow[3])
    np.multiply(x[1], draws.cirrhosis[some], out=flow[4])
    x[:4] -= flow[:4]
    x[1] -= flow[4]
    x[1:4] += flow[:3]
    x[0] += flow[3]
    x[4] += flow[4]


def plainly(draws: Draws, *, months: int, infected: float = 0.4) -> Array:
    """Return the same as `run`, one draw after another and without a trick: what `run` is tested against."""
    found = np.empty((STATES + 1, draws.beta.size))
    for at in range(draws.beta.size):
        x, dead = np.zeros((STAGES, HISTORIES, GROUPS)), 0.0
        x[0, 0], x[1, 0] = draws.f * (1 - infected), draws.f * infected
        for _ in range(months):
            x, died = _month(x, draws, at)
            dead += died
        found[:, at] = [*x.ravel(), dead]
    return found


def _month(x: Array, draws: Draws, at: int) -> tuple[Array, float]:
    everyone = x.sum()
    force = draws.beta[at] * draws.r[:, at] * (x[1].sum() + x[4].sum()) / everyone
    infected, treated, scarred = x[0] * force, x[1] * draws.treat[at], x[1] * draws.cirrhosis[at]
    finished, again = x[2] * draws.finish[at], x[3] * draws.again[at]
    y = x + np.stack([again - infected, infected - treated - scarred, treated - finished, finished - again, scarred])
    over = y[:, 0] * draws.overdose[at]
    died = float((y[:, 1] * draws.overdose[at]).sum() + over.sum()) * draws.fatal[at]
    y[:, 0] -= over
    y[:, 1] += over
    z = y * (1 - draws.move[at] - draws.leave[at]) + draws.move[at] * draws.f * y.sum(axis=2, keepdims=True)
    z[0, 0] += draws.f * everyone * draws.leave[at]
    return z, died
