"""Family (c): hepatitis C (and HIV) among people who inject, with agonist treatment, syringes and antiviral treatment.

Four groups (neither service, treatment, syringes, both); people move between them so that the shares keep to the coverages.
Sources: Vickerman 2012 Addiction 107:1984, Martin 2013 CID, Fraser 2018 Addiction 113:173.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from . import library, outbreak
from .distributions import draw
from .engine import Array, Named, Parameters, Result, Scenario, citing, made
from .tables import Findings, Row

FAMILY = "transmission"
GROUPS = ("neither", "agonist treatment", "syringes", "both")
MOVE = 1.0  # a year: how fast people change group (mean stay about a year: Fraser 2018 table 1, 0.99 years)
BISECTIONS = 60  # of an interval: past the last digit
STEPS_PER_YEAR = 12  # fourth-order steps; halving them moves no figure by 1e-6
EFFECTS = {  # name -> (agonist treatment, syringes, both)
    "turner": ("oat_hcv_uk", "nsp_hcv_uk", "both_hcv_uk"),
    "platt": ("oat_hcv", "nsp_hcv", "both_hcv"),
    "fraser": ("oat_hcv_fraser", "nsp_hcv_fraser", "both_hcv_fraser"),
    "hiv": ("oat_hiv", "nsp_hiv", ""),
}
FITTED = "The exit rate of 8.1 % a year is a fitted value: with 10.1 % the relative falls of Vickerman 2012 are 15.6, 28.6 and 39.0 %."


@dataclass(frozen=True)
class Setting:
    """A place and a question. Rates a year; shares of one."""

    prevalence: float = 0.40  # chronic infection where the run starts (or in `calibrated_year`)
    exit_rate: float = 0.081  # stopping and death together
    clearance: float = 0.26  # infections that clear by themselves
    effects: str = "turner"
    oat_before: float = 0.0
    nsp_before: float = 0.0
    oat: float = 0.0
    nsp: float = 0.0
    treated_per_1000: float = 0.0  # a year, per 1,000 people who inject at the start: a fixed number of treatments
    cured: float = 0.90  # of those treated
    years: float = 10.0
    people_growth: float = 1.0  # factor of new people starting, from the start of growth
    infection_growth: float = 1.0  # factor of the infection rate at the start against long before


SHARES = ("prevalence", "clearance", "oat_before", "nsp_before", "oat", "nsp", "cured")


def load() -> Parameters:
    """Return the family's inputs: the library that comes with the house. No file is needed."""
    return Parameters(FAMILY, library.shipped(), {library.SHIPPED.name: library.fingerprint()})


def setting(scenario: Scenario) -> Setting:
    """Read a scenario's settings.

    Raises:
        BadInput: one is unknown, or no possible value.
    """
    findings, told = Findings(), {}
    defaults = Setting()
    for name, said in scenario.settings.items():
        row = Row("--set", 0, {name: str(said)})
        if name == "effects":
            if str(said) not in EFFECTS:
                findings.say("--set", 0, f"effects {said}", f"one of {', '.join(EFFECTS)}")
            told[name] = said
        elif not hasattr(defaults, name):
            findings.say("--set", 0, name, f"one of {', '.join(vars(defaults))}")
        else:
            told[name] = row.probability(name, findings) if name in SHARES else row.amount(name, findings, least=0)
    findings.stop()
    return replace(defaults, **told)


def shares(oat: float, nsp: float) -> Array:
    """Return the groups' shares where the two services reach people independently."""
    return np.array([(1 - oat) * (1 - nsp), oat * (1 - nsp), (1 - oat) * nsp, oat * nsp])


def multipliers(name: str, drawn: Mapping[str, Array] | None = None) -> Array:
    """Return each group's acquisition multiplier, (4,) or (draws, 4).

    Both services by their joint estimate; where none was published, by the stronger of the two alone: effects that overlap are never multiplied.
    """
    effects = library.shipped()
    oat, nsp, both = EFFECTS[name]

    def one(key: str) -> Array:
        return np.asarray(drawn[key] if drawn else effects[key].estimate)

    joint = one(both) if both else np.minimum(one(oat), one(nsp))
    return np.stack([np.ones_like(joint), one(oat), one(nsp), joint], axis=-1)


@dataclass(frozen=True)
class Flow:
    """The differential equations at fixed coverages: S and C by group along the last axis."""

    beta: Array
    r: Array
    f: Array
    mu: float
    clearance: float
    treated: Array | float = 0.0  # cured a year, as a share of the people at the start
    arriving: float = 1.0  # people starting a year, in units of mu x the people at the start

    def slopes(self, s: Array, c: Array) -> tuple[Array, Array, Array]:
        """Return dS, dC and new chronic infections a year by group.

        dS_g/dt = mu (f_g - S_g) - L_g, dC_g/dt = L_g - mu C_g, L_g = (1 - clearance) beta r_g S_g sum(C) / N, and moves between groups.
        """
        everyone = (s.sum(axis=-1) + c.sum(axis=-1))[..., None]
        infected = c.sum(axis=-1)[..., None]
        new = (1 - self.clearance) * self.beta * self.r * s * infected / everyone
        cured = (
            np.minimum(np.asarray(self.treated)[..., None], STEPS_PER_YEAR * infected / 2)
            * c
            / np.maximum(infected, 1e-300)
        )
        move_s = MOVE * (self.f * s.sum(axis=-1)[..., None] - s)
        move_c = MOVE * (self.f * infected - c)
        ds = self.mu * (self.f * self.arriving - s) - new + move_s + cured
        return ds, new - self.mu * c + move_c - cured, new


def walk(
    flow: Flow, s: Array, c: Array, years: float, *, steps_per_year: int = STEPS_PER_YEAR
) -> tuple[Array, Array, Array]:
    """Carry S and C forward by fourth-order Runge-Kutta; return them and the prevalence and incidence path (step, ..., 2)."""
    steps = max(1, math.ceil(years * steps_per_year))
    h = years / steps
    path = []
    for _ in range(steps):
        k1 = flow.slopes(s, c)
        path.append(_point(s, c, k1[2]))
        k2 = flow.slopes(s + h / 2 * k1[0], c + h / 2 * k1[1])
        k3 = flow.slopes(s + h / 2 * k2[0], c + h / 2 * k2[1])
        k4 = flow.slopes(s + h * k3[0], c + h * k3[1])
        s = s + h / 6 * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0])
        c = c + h / 6 * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1])
    path.append(_point(s, c, flow.slopes(s, c)[2]))
    return s, c, np.stack(path)


def _point(s: Array, c: Array, new_by_group: Array) -> Array:
    """Prevalence, and new infections a year of those who can be infected."""
    new = new_by_group.sum(axis=-1)
    at_risk = s.sum(axis=-1)
    return np.stack([c.sum(axis=-1) / (at_risk + c.sum(axis=-1)), new / np.maximum(at_risk, 1e-300)], axis=-1)


def balance(place: Setting, r: Array) -> tuple[Array, Array, Array]:
    """Return beta, S and C where chronic prevalence stands still at `prevalence` under the coverages before.

    Without coverage beta = mu / ((1 - p0)(1 - clearance)); with it, beta by bisection on the standing prevalence.
    """
    f = shares(place.oat_before, place.nsp_before)
    r = np.asarray(r)
    if place.oat_before == 0 and place.nsp_before == 0:
        beta = np.full((*r.shape[:-1], 1), place.exit_rate / ((1 - place.prevalence) * (1 - place.clearance)))
        whole = np.broadcast_to(f, r.shape)
        return beta, whole * (1 - place.prevalence), whole * place.prevalence
    low, high = np.full((*r.shape[:-1], 1), 1e-3), np.full((*r.shape[:-1], 1), 50.0)
    for _ in range(BISECTIONS):
        beta = (low + high) / 2
        s, new = _standing(place, beta, r, f)
        over = new > place.exit_rate * place.prevalence
        low, high = np.where(over, low, beta), np.where(over, beta, high)
    c = (beta * (1 - place.clearance) * r * place.prevalence * s + MOVE * f * place.prevalence) / (
        place.exit_rate + MOVE
    )
    return beta, s, c


def _standing(place: Setting, beta: Array, r: Array, f: Array) -> tuple[Array, Array]:
    """Return S that would stand still at this prevalence, and the new chronic infections a year: as many as leave, for the right beta.

    At a given prevalence p the equations are linear in S: mu (f - S) - a r S + move (f (1 - p) - S) = 0.
    """
    force = (1 - place.clearance) * beta * r * place.prevalence
    s = (place.exit_rate * f + MOVE * f * (1 - place.prevalence)) / (place.exit_rate + MOVE + force)
    return s, (force * s).sum(axis=-1, keepdims=True)


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Return prevalence and incidence by year, with the change of coverage and without it; with draws, intervals from the library's effects.

    `treated_per_1000` is a fixed number of treatments. `halve` as a scenario's name returns the treatments that halve prevalence instead;
    `outbreak` asks the network model (`outbreak.py`).
    """
    if scenario.name == outbreak.NAME:
        return outbreak.run(parameters, scenario, seed=seed, draws=draws)
    place = setting(scenario)
    r = multipliers(place.effects)
    with_change, without = changed(place, r), left_alone(place, r)
    years = np.linspace(0, place.years, len(with_change))
    figures = {
        "prevalence": Named.of(with_change[:, 0], "share", year=np.round(years, 4)),
        "prevalence_without_change": Named.of(without[:, 0], "share", year=np.round(years, 4)),
        "incidence": Named.of(with_change[:, 1], "infections/person-year", year=np.round(years, 4)),
        "prevalence_at_end": Named.of(with_change[-1, 0], "share"),
        "prevalence_change": Named.of(with_change[-1, 0] - with_change[0, 0], "share"),
        "prevalence_relative_change": Named.of(with_change[-1, 0] / with_change[0, 0] - 1, "ratio"),
        "incidence_relative_change": Named.of(
            with_change[-1, 1] / without[-1, 1] - 1 if without[-1, 1] else np.nan, "ratio"
        ),
    }
    if scenario.name == "halve":
        figures["treatments_that_halve"] = Named.of(
            1000 * treatments_needed(place, r, fall=0.5), "treatments/1000 people/year"
        )
    if draws:
        figures |= _intervals(place, seed=seed, draws=draws)
    notes = (FITTED, *(f"{effects.id}: not for {effects.not_for}." for effects in _used(place)))
    found = made(parameters, scenario, figures, seed=seed, draws=draws, notes=notes)
    return citing(found, *(one.id for one in _used(place)))


def _used(place: Setting) -> list[library.Effect]:
    return [library.shipped()[key] for key in EFFECTS[place.effects] if key]


def changed(place: Setting, r: Array) -> Array:
    """Return the path with the change of coverage and treatment: (step, ..., prevalence and incidence)."""
    beta, s, c = balance(place, r)
    before, after = shares(place.oat_before, place.nsp_before), shares(place.oat, place.nsp)
    cured = np.full(r.shape[:-1], place.treated_per_1000 / 1000 * place.cured)
    return walk(
        Flow(beta, r, after, place.exit_rate, place.clearance, cured), *_settle(s, c, before, after), place.years
    )[2]


def left_alone(place: Setting, r: Array) -> Array:
    """Return the path where nothing changes."""
    beta, s, c = balance(place, r)
    before = shares(place.oat_before, place.nsp_before)
    return walk(Flow(beta, r, before, place.exit_rate, place.clearance), s, c, place.years)[2]


def _settle(s: Array, c: Array, before: Array, after: Array) -> tuple[Array, Array]:
    """Put people into the new groups at the start, as the source's scale-up does: each side keeps its own total."""
    if np.array_equal(before, after):
        return s, c
    return after * s.sum(axis=-1)[..., None], after * c.sum(axis=-1)[..., None]


def treatments_needed(place: Setting, r: Array, *, fall: float) -> float:
    """Return the treatments a year, per person at the start, with which prevalence ends `fall` lower than it began."""

    def end(treated: Array) -> Array:
        many = np.broadcast_to(r, (*treated.shape, 4))
        beta, s, c = balance(place, r)
        before, after = shares(place.oat_before, place.nsp_before), shares(place.oat, place.nsp)
        s, c = _settle(s, c, before, after)
        flow = Flow(beta, many, after, place.exit_rate, place.clearance, treated * place.cured)
        return np.asarray(
            walk(flow, np.broadcast_to(s, many.shape), np.broadcast_to(c, many.shape), place.years)[2][-1, :, 0]
        )

    return least(end, place.prevalence * (1 - fall), most=1.0)


def least(end: Callable[[Array], Array], target: float, *, most: float) -> float:
    """Return the smallest amount from 0 to `most` whose end lies at or under the target; NaN where even `most` does not.

    `end` answers many amounts at once and falls with the amount; each round looks closer between two of them.
    """
    low, high = 0.0, most
    for _ in range(5):
        tried = np.linspace(low, high, 33)
        enough = np.flatnonzero(end(tried) <= target)
        if enough.size == 0:
            return math.nan
        low, high = tried[max(enough[0] - 1, 0)], tried[enough[0]]
    return float(high)


def _intervals(place: Setting, *, seed: int, draws: int) -> dict[str, Named]:
    """Credible intervals from drawn effects; every path on the same draws."""
    keys = [key for key in EFFECTS[place.effects] if key]
    drawn = draw({key: library.shipped()[key].uncertain() for key in keys}, seed=seed, draws=draws)
    paths = changed(place, multipliers(place.effects, drawn))
    change = paths[-1, :, 0] / paths[0, :, 0] - 1
    found = {"draw_prevalence_at_end": (paths[-1, :, 0], "share"), "draw_prevalence_relative_change": (change, "ratio")}
    return {name: Named.of(value, unit, draw=range(draws)) for name, (value, unit) in found.items()}
