"""Family (b): how naloxone kits saturate, and what that does to deaths (Irvine 2022 form; monthly latent share of fentanyl, Irvine 2018).

An overdose meets naloxone with P = 1 - exp(-a K / people); K counts kits by channel, a prescription less than a community kit. Deaths
are D0 (1 - e P). `a` and `e` are learned from states whose curves are open; a state is predicted without its own curves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .engine import Array, Named, Parameters, Result, Scenario, made
from .tables import Findings, Row, Table, read, sources

FAMILY = "naloxone-saturation"
SHIPPED = Path(__file__).with_name("books") / "naloxone-saturation.csv"
OPEN_STATES = 8
CHANNELS = ("THN", "RX", "standing_order")
PRESCRIPTION_WEIGHT = (
    0.2  # a prescribed kit counts a fifth of a community kit; both open curves of every state say so [R]
)
SPAN_PER_PERSON = 0.02  # the open curves end at 2,000 kits per 100,000 people a year: the hull of this family
TELLING = 0.995  # nearer to 1 the printed digits of a curve say nothing of its rate
DEATH_POINTS, USE_POINTS = 10, 50
WIDE = 1.6448536269514722  # the normal quantile at 95 %: 90 % bounds
CURVE = {"THN": "pNX_vary_THN", "RX": "pNX_vary_RX", "standing_order": "pNX_vary_standing_order"}
DEATHS = {
    "THN": "deaths_averted_curve",
    "RX": "deaths_averted_RX_curve",
    "standing_order": "deaths_averted_standing_order_curve",
}


def capped_exponential(x: Array) -> Array:
    """Return the share that meets naloxone: 1 - exp(-x)."""
    return np.asarray(-np.expm1(-x))


def hyperbolic(x: Array) -> Array:
    """Return x / (1 + x): another form that saturates, for the structural spread."""
    return np.asarray(x / (1 + x))


FORMS: Mapping[str, Callable[[Array], Array]] = {"capped-exponential": capped_exponential, "hyperbolic": hyperbolic}


@dataclass(frozen=True)
class State:
    """What is known of a state without its curves."""

    name: str
    epidemic: str
    people: float
    deaths: float  # observed a year
    kits: Mapping[str, float]  # a year, by channel
    use_recorded: bool  # whether kits used are counted there


@dataclass(frozen=True)
class Learned:
    """What an open state's curves say: per-person rate a, and the share e of deaths that naloxone's use takes away."""

    rate: Array | float
    effect: Array | float


@dataclass(frozen=True)
class Known:
    """States, the open curves as (kits, low, middle, high), and what was learned from them."""

    states: Mapping[str, State]
    curves: Mapping[tuple[str, str], Array]
    learned: Mapping[str, Learned]
    summary: Mapping[bool, tuple[Learned, Learned]] = field(
        default_factory=dict
    )  # middle and spread by `use_recorded`, without the states


def shipped() -> Parameters:
    """Return what comes with the house: the middle and the spread that the open states' curves gave, no state and no curve.

    Raises:
        BadInput: a row is missing or no number.
    """
    table, findings = read(SHIPPED, needs=("quantity", "use_recorded", "middle", "spread")), Findings()
    rows = table.by("quantity", "use_recorded")

    def one(column: str, recorded: str) -> Learned:
        rate, effect = (rows[(name, recorded)].amount(column, findings, least=0) for name in ("rate", "effect"))
        return Learned(rate, effect)

    summary = {said == "yes": (one("middle", said), one("spread", said)) for said in ("yes", "no")}
    findings.stop()
    return Parameters(FAMILY, Known({}, {}, {}, summary), sources(table))


def load(folder: Path, *, prefix: str = "irvine2022_nns") -> Parameters:
    """Read `<prefix>_curves.csv` and `<prefix>_state_overview.csv`.

    Raises:
        BadInput: a negative number of kits or deaths, or a cell that is no number.
    """
    curves = read(
        folder / f"{prefix}_curves.csv", needs=("state", "curve", "baseline_kits_sum", "kits", "lc", "m", "uc")
    )
    overview = read(folder / f"{prefix}_state_overview.csv", needs=("state", "epidemic_type", "yearly_deaths"))
    findings = Findings()
    points = _curves(curves, findings)
    kits = _kits(curves, findings)
    findings.stop()
    states = {row.text("state"): _state(row, points, kits, findings) for row in overview}
    findings.stop()
    learned = {name: learn(state, points) for name, state in states.items() if (name, CURVE["THN"]) in points}
    return Parameters(FAMILY, Known(states, points, learned), sources(curves, overview))


def _curves(table: Table, findings: Findings) -> dict[tuple[str, str], Array]:
    found: dict[tuple[str, str], list[list[float]]] = {}
    for row in table:
        point = [row.amount("kits", findings, least=0), *(row.amount(name, findings) for name in ("lc", "m", "uc"))]
        found.setdefault((row.text("state"), row.text("curve")), []).append(point)
    return {key: np.array(points) for key, points in found.items()}


def _kits(table: Table, findings: Findings) -> dict[tuple[str, str], float]:
    """Kits given a year by state and channel. The curve file is right where the overview differs (Arizona 35,268, not 232,086)."""
    channel = {curve: name for name, curve in DEATHS.items()}
    return {
        (row.text("state"), channel[row.text("curve")]): row.amount("baseline_kits_sum", findings, least=0)
        for row in table
        if row.text("curve") in channel
    }


def _state(
    row: Row, points: Mapping[tuple[str, str], Array], kits: Mapping[tuple[str, str], float], findings: Findings
) -> State:
    """Return a state's inputs; people from a column of that name, or from where its curves end (2,000 kits per 100,000 people)."""
    name = row.text("state")
    curve = points.get((name, DEATHS["THN"]))
    people = float(curve[:, 0].max()) / SPAN_PER_PERSON if curve is not None else float("nan")
    if row.text("population"):
        people = row.amount("population", findings, least=1)
    given = {channel: kits.get((name, channel), float("nan")) for channel in CHANNELS}
    for channel in CHANNELS:
        if row.text(f"kits_{channel}"):
            given[channel] = row.amount(f"kits_{channel}", findings, least=0)
    return State(
        name,
        row.text("epidemic_type"),
        people,
        row.amount("yearly_deaths", findings, least=0),
        given,
        bool(row.text("kits_used")),
    )


def equivalent(kits: Mapping[str, float]) -> float:
    """Return kits of all channels as community kits."""
    return sum(amount * (PRESCRIPTION_WEIGHT if channel == "RX" else 1.0) for channel, amount in kits.items())


def learn(state: State, curves: Mapping[tuple[str, str], Array]) -> Learned:
    """Learn a and e from a state's own open curves, by least squares on the community curves."""
    use = curves[(state.name, CURVE["THN"])]
    share = use[:, 2] / 100
    inside = share < TELLING
    held = -np.log1p(-share[inside])
    slope = np.polyfit(use[inside, 0], held, 1)[0] if inside.sum() > 1 else held[0]
    rate = float(slope) * state.people
    averted = curves[(state.name, DEATHS["THN"])]
    others = {**state.kits, "THN": 0.0}
    p = capped_exponential(rate / state.people * (averted[:, 0] + equivalent(others)))
    now = capped_exponential(np.array(rate / state.people * equivalent(state.kits)))
    gained = averted[:, 2] / state.deaths
    basis = (p - p[0]) + gained * now  # gained = e (p - p0) / (1 - e now), solved for e
    return Learned(rate, float((gained * basis).sum() / (basis**2).sum()))


def expected(known: Known, state: State, *, leaving: str = "") -> tuple[Learned, Learned]:
    """Return what other states say of a state that is not among them: the middle, and the spread of the logarithms.

    The rate is the median of all; the effect is the median of those that count kits used, or do not, as this state does.
    """
    if not known.learned:
        return known.summary[state.use_recorded]
    others = {name: one for name, one in known.learned.items() if name not in {leaving, state.name}}
    alike = [one for name, one in others.items() if known.states[name].use_recorded == state.use_recorded] or list(
        others.values()
    )
    rates, effects = (
        np.log([float(one.rate) for one in others.values()]),
        np.log([max(float(one.effect), 1e-6) for one in alike]),
    )
    middle = Learned(float(np.exp(np.median(rates))), float(min(np.exp(np.median(effects)), 1.0)))
    return middle, Learned(_spread(rates), _spread(effects))


def _spread(logs: Array) -> float:
    """Return the spread of logarithms by their median deviation: one far state does not decide it."""
    return float(1.4826 * np.median(np.abs(logs - np.median(logs))))


def use_curve(state: State, learned: Learned, channel: str, kits: Array, *, form: str = "capped-exponential") -> Array:
    """Return P(naloxone used) in percent as one channel's kits vary and the others stay."""
    others = equivalent({**state.kits, channel: 0.0})
    weight = PRESCRIPTION_WEIGHT if channel == "RX" else 1.0
    return np.asarray(100 * FORMS[form](learned.rate / state.people * (weight * kits + others)))


def fewer_deaths(
    state: State, learned: Learned, channel: str, kits: Array, *, form: str = "capped-exponential"
) -> Array:
    """Return modelled deaths a year fewer than with no kits of this channel, the others unchanged."""
    p = use_curve(state, learned, channel, kits, form=form) / 100
    p0 = use_curve(state, learned, channel, np.zeros(1), form=form)[0] / 100
    now = FORMS[form](np.array(learned.rate / state.people * equivalent(state.kits)))
    return np.asarray(state.deaths * learned.effect * (p - p0) / (1 - learned.effect * now))


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Predict a state's six curves from kits, epidemic type, people and deaths; its own open curves are never used.

    The scenario names a state of the overview, or any place told by `population`, `deaths`, `kits_THN`, `kits_RX`,
    `kits_standing_order`, `epidemic_type`, `use_recorded`. `form` chooses how kits saturate. `planned_THN` (`_RX`, `_standing_order`) are
    kits a year instead of today's: then also what overdoses would meet, and how many deaths fewer that is than now.
    """
    known: Known = parameters.inputs
    state = place(known, scenario)
    middle, spread = expected(known, state, leaving=scenario.name)
    form = str(scenario.settings.get("form", "capped-exponential"))
    rng = np.random.default_rng([seed, 1])
    n = draws or 1000
    drawn = Learned(
        middle.rate * np.exp(spread.rate * rng.standard_normal(n)),
        np.minimum(middle.effect * np.exp(spread.effect * rng.standard_normal(n)), 1),
    )
    figures = {}
    most = state.people * SPAN_PER_PERSON
    for channel in CHANNELS:
        for curve, points, work, unit in (
            (DEATHS[channel].replace("averted", "fewer"), DEATH_POINTS, fewer_deaths, "deaths/year"),
            (CURVE[channel], USE_POINTS, use_curve, "percent"),
        ):
            kits = np.linspace(0, most, points)
            figures[curve] = _banded(state, middle, drawn, channel, kits, work, unit, form)
    p = float(FORMS[form](np.array(middle.rate / state.people * equivalent(state.kits))))
    figures["p_THN"] = Named.of(p, "share")
    without = state.deaths / (1 - middle.effect * p)
    figures["deaths_fewer"] = Named.of(without - state.deaths, "deaths/year")
    planned = {one: float(scenario.settings.get(f"planned_{one}", state.kits[one])) for one in CHANNELS}
    if planned != state.kits:
        figures |= _planned(state, middle, drawn, planned, form)
    others = len(known.learned) - (scenario.name in known.learned) if known.learned else OPEN_STATES
    notes = (f"Predicted from {others} other states; the state's own curves are not used.",)
    return made(parameters, scenario, figures, seed=seed, draws=draws, notes=notes)


def _planned(
    state: State, middle: Learned, drawn: Learned, planned: Mapping[str, float], form: str
) -> dict[str, Named]:
    """Return P(naloxone used) in percent and deaths a year fewer with planned kits than with today's: 5 %, middle, 95 % of the draws."""

    def worked(learned: Learned) -> tuple[Array, Array]:
        now, then = (
            FORMS[form](np.asarray(learned.rate) / state.people * equivalent(kits)) for kits in (state.kits, planned)
        )
        effect = np.asarray(learned.effect)
        return 100 * then, state.deaths * effect * (then - now) / (1 - effect * now)

    found = {}
    for name, unit, many, one in zip(
        ("planned_pNX", "planned_deaths_fewer"), ("percent", "deaths/year"), worked(drawn), worked(middle), strict=True
    ):
        low, high = np.quantile(many, [0.05, 0.95])
        found[name] = Named.of([low, float(one), high], unit, bound=("low", "middle", "high"))
    return found


def _banded(  # noqa: PLR0913  -- one curve needs its place, what is known, and how it is worked
    state: State,
    middle: Learned,
    drawn: Learned,
    channel: str,
    kits: Array,
    work: Callable[..., Array],
    unit: str,
    form: str,
) -> Named:
    """Return a curve as (bound, point): 5 %, middle, 95 % of the draws."""
    many = work(
        state, Learned(np.asarray(drawn.rate)[:, None], np.asarray(drawn.effect)[:, None]), channel, kits, form=form
    )
    low, high = np.quantile(many, [0.05, 0.95], axis=0)
    return Named.of(
        [low, work(state, middle, channel, kits, form=form), high], unit, bound=("low", "middle", "high"), kits=kits
    )


def place(known: Known, scenario: Scenario) -> State:
    """Return the state asked for, with the scenario's own numbers.

    Raises:
        BadInput: the place is unknown and its numbers are not told, or one of them is impossible.
    """
    findings, told = Findings(), scenario.settings
    names = {
        "population",
        "deaths",
        "kits_THN",
        "kits_RX",
        "kits_standing_order",
        "epidemic_type",
        "use_recorded",
        "form",
        *(f"planned_{one}" for one in CHANNELS),
    }
    for name in sorted(set(told) - names):
        findings.say("--set", 0, name, f"one of {', '.join(sorted(names))}")
    if told.get("form", "capped-exponential") not in FORMS:
        findings.say("--set", 0, f"form {told['form']}", f"one of {', '.join(FORMS)}")
    row = Row("--set", 0, {name: str(value) for name, value in told.items()})
    base = known.states.get(
        scenario.name,
        State(scenario.name, "", float("nan"), float("nan"), dict.fromkeys(CHANNELS, float("nan")), use_recorded=False),
    )
    people = row.amount("population", findings, least=1) if "population" in told else base.people
    deaths = row.amount("deaths", findings, least=0) if "deaths" in told else base.deaths
    kits = {
        one: row.amount(f"kits_{one}", findings, least=0) if f"kits_{one}" in told else base.kits[one]
        for one in CHANNELS
    }
    for one in CHANNELS:
        if f"planned_{one}" in told:
            row.amount(f"planned_{one}", findings, least=0)
    for name, value in {
        "population": people,
        "deaths": deaths,
        **{f"kits_{one}": amount for one, amount in kits.items()},
    }.items():
        if np.isnan(value) and not findings.problems:
            findings.say("overview", 0, f"{name} of {scenario.name} is missing", "a number in the files, or --set")
    findings.stop()
    recorded = scenario.switch("use_recorded", default=base.use_recorded)
    return State(scenario.name, str(told.get("epidemic_type", base.epidemic)), people, deaths, kits, recorded)


@dataclass(frozen=True)
class Left:
    """How a state left out was predicted: median absolute error as a share of each curve's maximum, and points within published bounds."""

    state: str
    error: float
    inside: float
    errors: tuple[float, ...]


def leave_one_out(parameters: Parameters, *, form: str = "capped-exponential") -> list[Left]:
    """Predict each open state from the others and compare with its six published curves."""
    known: Known = parameters.inputs
    return [_left(known, known.states[name], form) for name in known.learned]


def _left(known: Known, state: State, form: str) -> Left:
    middle, _ = expected(known, state, leaving=state.name)
    errors: list[float] = []
    inside: list[bool] = []
    for channel in CHANNELS:
        for names, work in ((DEATHS, fewer_deaths), (CURVE, use_curve)):
            points = known.curves[(state.name, names[channel])]
            ours = work(state, middle, channel, points[:, 0], form=form)
            most = max(float(points[:, 2].max()), 1e-9)
            errors += list(np.abs(ours - points[:, 2]) / most)
            inside += list((ours >= points[:, 1] - 1e-9) & (ours <= points[:, 3] + 1e-9))
    return Left(state.name, float(np.median(errors)), float(np.mean(inside)), tuple(errors))


def pooled(left: Sequence[Left]) -> tuple[float, float]:
    """Return the median error over all points of all states, and the share of points within published bounds."""
    return float(np.median(np.concatenate([one.errors for one in left]))), float(np.mean([one.inside for one in left]))
