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
PART = 4096  # draws worked together: fewer calls weigh more than a smaller cache


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
    """Carry one part of the draws through all months, in place."""
    count = some.stop - some.start
    x = np.zeros((STAGES, HISTORIES, GROUPS, count))
    x[0, 0], x[1, 0] = draws.f[:, None] * (1 - infected), draws.f[:, None] * infected
    out = np.empty((STAGES, 1, 1, count))
    out[0], out[1], out[2], out[3], out[4] = (
        0.0,
        draws.treat[some] + draws.cirrhosis[some],
        draws.finish[some],
        draws.again[some],
        0.0,
    )
    to_treat = draws.treat[some] / out[1, 0, 0]
    hit = draws.beta[some] * draws.r[:, some]
    share = draws.f[:, None]
    dead = np.zeros(count)
    flow = np.empty_like(x)
    stays = 1 - draws.move[some] - draws.leave[some]
    for _ in range(months):
        infectious = x[1].sum(axis=(0, 1)) + x[4].sum(axis=(0, 1))
        everyone = infectious + x[0].sum(axis=(0, 1)) + x[2].sum(axis=(0, 1)) + x[3].sum(axis=(0, 1))
        out_s = hit * (infectious / everyone)
        np.multiply(x, out, out=flow)
        np.multiply(x[0], out_s, out=flow[0])
        x -= flow
        x[1] += flow[0]
        moved = flow[1] * to_treat
        x[2] += moved
        x[4] += flow[1] - moved
        x[3] += flow[2]
        x[0] += flow[3]
        over = x[:, 0] * draws.overdose[some]
        x[:, 0] -= over
        again = x[:, 1].sum(axis=(0, 1)) * draws.overdose[some] + over.sum(axis=(0, 1))
        died = again * draws.fatal[some]
        x[:, 1] += over
        dead += died
        stage = x.sum(axis=2, keepdims=True)
        x *= stays
        stage *= draws.move[some]
        x += stage * share
        x[0, 0] += share * (everyone * draws.leave[some])
    return np.concatenate([x.reshape(STATES, count), dead[None]])


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
