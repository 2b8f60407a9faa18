"""Kits in circulation: what was given stays on average 15.5 months; how much of it meets an overdose saturates."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handrail.evidence.impact.engine import Array

from .inputs import FIRST_YEAR, HIGH, LOW, NODU, PREB, Place, Set, kits_of_year

ARMS_FROM = 49  # the month in which extra kits begin: January 2020
USES = (PREB, LOW, HIGH, NODU)


@dataclass(frozen=True)
class Arm:
    """Extra kits a year from month 49, shared by weight times people over towns and own use states; or by town, where `towns` says how many."""

    name: str
    kits: float = 0.0
    weights: Mapping[int, float] | None = None  # own use state -> weight
    towns: tuple[float, ...] = ()  # kits a year by town, instead of `kits` by people
    delivery: str = "c.nlx.dtb"  # the cost of giving one, by name or amount


ARMS: Mapping[str, Arm] = {
    "SQ": Arm("SQ"),
    "SSP_10K": Arm("SSP_10K", 10_000, {HIGH: 1.0, NODU: 0.133}),
    "MailEvent_10K": Arm("MailEvent_10K", 10_000, dict.fromkeys(USES, 1.0)),
}


def extra(arm: Arm, people: Array) -> Array:
    """Return an arm's extra kits a year by (town, own use state); people likewise."""
    weights = np.zeros(people.shape[1])
    for use, weight in (arm.weights or dict.fromkeys(USES, 1.0)).items():
        weights[use] = weight
    weighed = people * weights
    if arm.towns:
        within = weighed / np.maximum(weighed.sum(axis=1, keepdims=True), 1e-300)
        return np.asarray(np.array(arm.towns)[:, None] * within)
    return np.asarray(arm.kits * weighed / max(float(weighed.sum()), 1e-300))


@dataclass(frozen=True)
class Job:
    """A run of one set: how long, with which arm, from which seed; `times` the people; `relapse_as_source` keeps the source's mistake."""

    months: int
    arm: Arm
    seed: int = 0
    times: int = 1
    relapse_as_source: bool = False


class Stock:
    """Kits in circulation by town, and what an arm adds by town and own use state; one month at a time."""

    def __init__(self, place: Place, a_set: Set, arm: Arm, *, times: int = 1) -> None:
        self._place, self._set, self._arm, self._times = place, a_set, arm, times
        self._years: dict[int, tuple[Array, float]] = {}
        self.town = self._year(FIRST_YEAR - 1)[
            0
        ].copy()  # the whole previous year, once; it does not decay before month 1
        self.more: Array = np.zeros((1, 1))
        self.given = 0.0  # kits given this month, of every channel

    def _year(self, year: int) -> tuple[Array, float]:
        if year not in self._years:
            worth, given = kits_of_year(self._place, self._set, year)
            self._years[year] = worth * self._times, given * self._times
        return self._years[year]

    def month(self, month: int, people: Array) -> Array:
        """Move to a month and return the chance that naloxone is at hand, by (town, own use state)."""
        stays = 1 - self._set["r.LossExp"] if month > 1 else 1.0
        worth, given = self._year(FIRST_YEAR + (month - 1) // 12)
        self.town = self.town * stays + worth / 12
        new = self._times * extra(self._arm, people) / 12 if month >= ARMS_FROM else np.zeros_like(people)
        self.more = self.more * stays + new
        self.given = given / 12 + float(new.sum())
        each = self.town[:, None] / np.maximum(people.sum(axis=1, keepdims=True), 1.0) + self.more / np.maximum(
            people, 1.0
        )
        return available(self._set, each)


def available(a_set: Set, each: Array) -> Array:
    """Return cap x (1 - exp(-(adj / cap) x kits per person))."""
    return np.asarray(a_set["cap"] * -np.expm1(-(a_set["nlx.adj"] / a_set["cap"]) * each))
