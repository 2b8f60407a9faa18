"""Family (a): a decision tree of one overdose, then a yearly cohort of use, overdose and stopping (Coffin structure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from . import economics
from .distributions import Uncertain, draw
from .engine import Array, Named, Parameters, Result, Scenario, made
from .tables import Findings, Row, Table, read, sources

FAMILY = "decision-tree"
ARMS = {
    "A": ("p_kit_given_detailing", "c_detailing"),
    "B": ("p_kit_usual", ""),
}  # arm -> kit probability, what every path of it costs
PAY = tuple(range(0, 100_001, 1_000))  # willingness to pay, USD a QALY: the span of the acceptability curve
ROUTES = ("DC1", "DC2")  # where stopping after a first overdose leads: the matrix, or the comment, of the published run
ROUTE_NOTE = (
    "Stopping after a first overdose leads to {route}. The published run's matrix leads to DC1, its comment says DC2; "
    "route=DC1 or route=DC2 chooses, and the spread between them stands beside the figure."
)
PROBABILITIES = ("p_", "u_")
MARGIN = 1e-9  # rounding that a sum of probabilities may carry


@dataclass(frozen=True)
class Structure:
    """The states in order, what they cost and give a year, the moves, and the tree's inputs."""

    states: tuple[str, ...]
    cost: Array
    utility: Array
    moves: Mapping[tuple[str, str], Uncertain]  # given moves; the remainder of each row is worked out
    remainder: Mapping[str, str]  # state -> where the rest goes
    tree: Mapping[str, Uncertain]


def load(folder: Path, *, prefix: str = "coffin_structure") -> Parameters:
    """Read `<prefix>_states.csv`, `_transitions.csv` and `_tree_inputs.csv`; optional columns lo and hi hold intervals.

    Raises:
        BadInput: a probability lies outside 0 to 1, exits pass 1, a state or an input is missing.
    """
    tables = {name: read(folder / f"{prefix}_{name}.csv") for name in ("states", "transitions", "tree_inputs")}
    findings = Findings()
    rows = sorted(tables["states"], key=lambda row: row.amount("order", findings))
    states = tuple(row.text("state") for row in rows)
    cost = np.array([row.amount("annual_cost_usd", findings, least=0) for row in rows])
    utility = np.array([row.probability("annual_utility", findings) for row in rows])
    moves, remainder = _moves(tables["transitions"], states, findings)
    tree = {
        row.text("name"): _uncertain(row, "value", row.text("name").startswith(PROBABILITIES), findings)
        for row in tables["tree_inputs"]
    }
    needed = (
        "p_witnessed",
        "p_used",
        "p_ambulance",
        "p_survive_help",
        "p_survive_none",
        "c_kit",
        "c_ems",
        "c_transport",
        "c_ed",
        "u_live",
        "u_dead",
    )
    for name in (*needed, "markov_cycles", "discount_rate"):
        if name not in tree:
            findings.say(tables["tree_inputs"].file, 0, f"{name} is missing", "a row for every input of the tree")
    findings.stop()
    return Parameters(FAMILY, Structure(states, cost, utility, moves, remainder, tree), sources(*tables.values()))


def _uncertain(row: Row, column: str, share: bool, findings: Findings) -> Uncertain:  # noqa: FBT001  -- what kind of amount it is
    value = row.probability(column, findings) if share else row.amount(column, findings, least=0)
    ends = [row.amount(one, findings) if row.text(one) else float("nan") for one in ("lo", "hi")]
    name = row.text("name") or f"{row.text('from_state')}>{row.text('to_state')}"
    kind = (
        "fixed" if name in {"markov_cycles", "discount_rate", "start_state"} else "probability" if share else "amount"
    )
    return Uncertain(name, value, ends[0], ends[1], kind)


def _moves(
    table: Table, states: Sequence[str], findings: Findings
) -> tuple[dict[tuple[str, str], Uncertain], dict[str, str]]:
    """Return the given moves, and for each state where its remainder goes."""
    moves, remainder, leaving = {}, {}, dict.fromkeys(states, 0.0)
    for row in table:
        start, end = row.text("from_state"), row.text("to_state")
        if start not in states or end not in states:
            findings.say(table.file, row.number, f"{start} -> {end}", f"two of the states {', '.join(states)}")
            continue
        if row.text("kind") == "remainder":
            remainder[start] = end
            row.probability("annual_probability", findings)
            continue
        moves[(start, end)] = _uncertain(row, "annual_probability", share=True, findings=findings)
        leaving[start] += moves[(start, end)].estimate
        if leaving[start] > 1 + MARGIN:
            findings.say(
                table.file, row.number, f"exits of {start} sum to {leaving[start]:.6g}", "exits that sum to 1 or less"
            )
    for state in states:
        if state not in remainder and abs(leaving[state] - 1) > MARGIN:
            findings.say(
                table.file, 0, f"rows of {state} sum to {leaving[state]:.6g}", "rows that sum to 1, or a remainder"
            )
    return moves, remainder


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Run the arms; with draws, every arm on the same draws.

    Settings: `route` (DC1, DC2); any input by name; a move as `H0>OD1`; `arms` as `A=0.8:80;B=0.2:0` (kit probability : cost of every
    path); `discount_rate`; `spread` (coefficient of variation where the source gave no interval; 0 draws none).
    """
    structure, arms, route = asked(parameters.inputs, scenario)
    point = outcomes(structure, arms, {}, route=route)
    figures = _figures(point, arms)
    other = ROUTES[1 - ROUTES.index(route)]
    swapped = _ratios(outcomes(structure, arms, {}, route=other))
    for name, value in _ratios(point).items():
        figures[f"{name}"] = Named.of(value[1], "USD/QALY")
        figures[f"{name}_structural_spread"] = Named.of(
            sorted((value[1], swapped[name][1])), "USD/QALY", end=("low", "high")
        )
    notes = [ROUTE_NOTE.format(route=route)]
    if draws:
        found, note = _sampled(structure, arms, scenario, route=route, seed=seed, draws=draws)
        figures |= found
        notes.append(note)
    return made(parameters, scenario, figures, seed=seed, draws=draws, notes=tuple(notes))


def asked(structure: Structure, scenario: Scenario) -> tuple[Structure, dict[str, tuple[float, float]], str]:
    """Return the structure with the scenario's own values, its arms and its route; refuse what is unknown or impossible."""
    findings, tree, moves = Findings(), dict(structure.tree), dict(structure.moves)
    route = str(scenario.settings.get("route", ROUTES[0]))
    if route not in ROUTES:
        findings.say("--set", 0, f"route {route}", " or ".join(ROUTES))
    for name, said in scenario.settings.items():
        row = Row("--set", 0, {name: str(said)})
        start, _, end = name.partition(">")
        if (start, end) in moves:
            moves[(start, end)] = replace(moves[(start, end)], estimate=row.probability(name, findings))
        elif name in tree:
            share = name.startswith(PROBABILITIES)
            tree[name] = replace(
                tree[name], estimate=row.probability(name, findings) if share else row.amount(name, findings, least=0)
            )
        elif name not in {"route", "arms", "spread"}:
            findings.say("--set", 0, name, f"route, arms, spread, a move such as H0>OD1, or one of {', '.join(tree)}")
    changed = replace(structure, tree=tree, moves=moves)
    arms = _arms(changed, str(scenario.settings.get("arms", "")), findings)
    findings.stop()
    return changed, arms, route


def _arms(structure: Structure, told: str, findings: Findings) -> dict[str, tuple[float, float]]:
    """Each arm's kit probability and what every path of it costs."""
    if not told:
        own = {arm: names for arm, names in ARMS.items() if names[0] in structure.tree}
        return {
            arm: (structure.tree[kit].estimate, structure.tree[cost].estimate if cost in structure.tree else 0.0)
            for arm, (kit, cost) in own.items()
        }
    arms = {}
    for part in told.split(";"):
        name, _, rest = part.partition("=")
        share, _, cost = rest.partition(":")
        row = Row("--set", 0, {f"arms {name}": share, f"arms {name} cost": cost or "0"})
        arms[name.strip()] = (
            row.probability(f"arms {name}", findings),
            row.amount(f"arms {name} cost", findings, least=0),
        )
    return arms


@dataclass(frozen=True)
class Path16:
    """One of the tree's paths: what happens, and the probability with which it is survived."""

    kit: bool
    witnessed: bool
    used: bool | None
    ambulance: bool | None

    @property
    def helped(self) -> bool:
        """Whether naloxone or an ambulance came. Kept quirk: not witnessed, with a kit, counts as helped."""
        return self.kit if not self.witnessed else bool(self.used or self.ambulance)


def paths() -> tuple[Path16, ...]:
    """Return the eight ways an overdose goes, each of which ends alive or dead: 16 paths."""
    branches = product((True, False), repeat=4)
    told = [
        Path16(kit, seen, used if kit and seen else None, call if seen else None) for kit, seen, used, call in branches
    ]
    return tuple(dict.fromkeys(told))


def tree(values: Mapping[str, Array | float], kit: Array | float, every: Array | float) -> tuple[Array, Array, Array]:
    """Return the share alive, the cost and the QALYs of the tree."""
    alive, cost, qaly = np.zeros(()), np.zeros(()), np.zeros(())
    for path in paths():
        chance = np.asarray(kit if path.kit else 1 - np.asarray(kit))
        for name, way in (("p_witnessed", path.witnessed), ("p_used", path.used), ("p_ambulance", path.ambulance)):
            if way is not None:
                chance = chance * (values[name] if way else 1 - np.asarray(values[name]))
        survive = values["p_survive_help"] if path.helped else values["p_survive_none"]
        called = values["c_ems"] + values["c_transport"] + values["c_ed"] if path.ambulance else 0.0
        alive = alive + chance * survive
        cost = cost + chance * (every + (values["c_kit"] if path.kit else 0.0) + called)
        qaly = qaly + chance * (survive * values["u_live"] + (1 - np.asarray(survive)) * values["u_dead"])
    return np.asarray(alive), np.asarray(cost), np.asarray(qaly)


def matrix(structure: Structure, values: Mapping[str, Array], *, route: str, draws: int) -> Array:
    """Return the yearly moves as (draw, from, to); a row whose drawn exits pass 1 is divided by their sum."""
    at = {state: number for number, state in enumerate(structure.states)}
    p = np.zeros((draws, len(at), len(at)))
    for (start, end), one in structure.moves.items():
        to = route if (start, end) == ("OD1", "DC1") and route in at else end
        p[:, at[start], at[to]] += values.get(one.name, one.estimate)
    over = np.maximum(p.sum(axis=2, keepdims=True), 1.0)
    p /= over
    for start, end in structure.remainder.items():
        p[:, at[start], at[end]] += 1 - p[:, at[start]].sum(axis=1)
    return p


def outcomes(
    structure: Structure, arms: Mapping[str, tuple[float, float]], drawn: Mapping[str, Array], *, route: str
) -> dict[str, Array]:
    """Return alive share, tree cost and QALY, Markov cost and QALY (discounted, and undiscounted), each as (draw, arm)."""
    draws = max((len(one) for one in drawn.values()), default=1)
    values: dict[str, Array | float] = {
        name: drawn.get(name, np.full(draws, one.estimate)) for name, one in structure.tree.items()
    }
    p = matrix(structure, drawn, route=route, draws=draws)
    rate, cycles = structure.tree["discount_rate"].estimate, int(structure.tree["markov_cycles"].estimate)
    found: dict[str, list[Array]] = {}
    for arm, (kit, every) in arms.items():
        share = drawn.get(ARMS[arm][0], kit) if arm in ARMS else kit
        alive, cost, qaly = tree(values, share, every)
        later = cohort(p, np.asarray(alive), structure, rate=rate, cycles=cycles)
        for name, value in {"alive_share": alive, "tree_cost": cost, "tree_qaly": qaly, **later}.items():
            found.setdefault(name, []).append(np.broadcast_to(value, (draws,)))
    return {name: np.stack(value, axis=1) for name, value in found.items()}


def cohort(p: Array, alive: Array, structure: Structure, *, rate: float, cycles: int) -> dict[str, Array]:
    """Return the cohort's sums: row 1 is the start at full weight, no half-cycle correction."""
    draws = len(p)
    x = np.zeros((draws, len(structure.states)))
    x[:, 0] = alive
    sums = {
        name: np.zeros(draws)
        for name in ("markov_cost", "markov_qaly", "markov_cost_undiscounted", "markov_qaly_undiscounted")
    }
    deaths_from_overdose = np.zeros(draws)
    for cycle in range(cycles):
        weight = (1 + rate) ** -cycle
        cost, qaly = x @ structure.cost, x @ structure.utility
        sums["markov_cost"] += weight * cost
        sums["markov_qaly"] += weight * qaly
        sums["markov_cost_undiscounted"] += cost
        sums["markov_qaly_undiscounted"] += qaly
        if cycle + 1 < cycles:
            deaths_from_overdose += _overdose_deaths(x, p, structure)
            x = np.einsum("ds,dst->dt", x, p)
    return sums | {"cohort_overdose_deaths": deaths_from_overdose, "cohort_total": x.sum(axis=1)}


def _overdose_deaths(x: Array, p: Array, structure: Structure) -> Array:
    """Deaths out of the overdose states in one year."""
    dead = structure.states.index("DEATH") if "DEATH" in structure.states else len(structure.states) - 1
    from_overdose = [at for at, state in enumerate(structure.states) if state.startswith("OD")]
    return np.asarray((x[:, from_overdose] * p[:, from_overdose, dead]).sum(axis=1))


def _ratios(found: Mapping[str, Array]) -> dict[str, Array]:
    """Return the cost of a QALY more, first arm against last, from the cohort alone and with the tree: (QALY and cost differences, ratio)."""
    markov = _pair(found["markov_cost"], found["markov_qaly"])
    whole = _pair(found["markov_cost"] + found["tree_cost"], found["markov_qaly"] + found["tree_qaly"])
    return {"icer_markov_only": markov, "icer_with_tree": whole}


def _pair(cost: Array, qaly: Array) -> Array:
    more, better = float(cost[0, 0] - cost[0, -1]), float(qaly[0, 0] - qaly[0, -1])
    return np.array([better, more / better if better > 0 else np.nan])  # dominated, or no difference: no ratio


def _figures(found: Mapping[str, Array], arms: Mapping[str, tuple[float, float]]) -> dict[str, Named]:
    """Name the point estimates by arm, and the differences between the first and the last arm."""
    names = list(arms)
    figures = {
        name: Named.of(value[0], "QALY" if "qaly" in name else "USD" if "cost" in name else "share", arm=names)
        for name, value in found.items()
    }
    cost, qaly = found["markov_cost"] + found["tree_cost"], found["markov_qaly"] + found["tree_qaly"]
    figures["delta_qaly_with_tree"] = Named.of(qaly[0, 0] - qaly[0, -1], "QALY")
    figures["delta_cost_with_tree"] = Named.of(cost[0, 0] - cost[0, -1], "USD")
    deaths = 1 - found["alive_share"][0]
    figures["tree_deaths"] = Named.of(deaths, "share", arm=names)
    kits = np.array([kit for kit, _ in arms.values()])
    with np.errstate(divide="ignore", invalid="ignore"):
        figures["kits_per_modelled_death_fewer"] = Named.of((kits[0] - kits[-1]) / (deaths[-1] - deaths[0]), "kits")
    standings = economics.frontier(names, cost[0], qaly[0])
    figures["frontier_ratio"] = Named.of(
        [one.ratio for one in standings], "USD/QALY", arm=[f"{one.arm}: {one.status}" for one in standings]
    )
    return figures


def _sampled(
    structure: Structure,
    arms: Mapping[str, tuple[float, float]],
    scenario: Scenario,
    *,
    route: str,
    seed: int,
    draws: int,
) -> tuple[dict[str, Named], str]:
    """Every arm on the same draws: intervals, acceptability, value of information."""
    spread = scenario.number("spread", 0.0)
    uncertain = dict(structure.tree) | {one.name: one for one in structure.moves.values()}
    drawn = draw(uncertain, seed=seed, draws=draws, spread=spread)
    found = outcomes(structure, arms, drawn, route=route)
    cost, qaly = found["markov_cost"] + found["tree_cost"], found["markov_qaly"] + found["tree_qaly"]
    names, pay = list(arms), np.array(PAY, dtype=float)
    chosen, share = economics.acceptability_frontier(cost, qaly, pay)
    net = economics.net_benefit(cost, qaly, np.array([50_000.0]))[0]
    figures = {
        "draw_cost": Named.of(cost, "USD", draw=range(draws), arm=names),
        "draw_qaly": Named.of(qaly, "QALY", draw=range(draws), arm=names),
        "acceptability": Named.of(economics.acceptability(cost, qaly, pay), "share of draws", pay=PAY, arm=names),
        "acceptability_frontier": Named.of(
            share, "share of draws", pay=[f"{at}: {names[one]}" for at, one in zip(PAY, chosen, strict=True)]
        ),
        "perfect_information": Named.of(economics.perfect_information(cost, qaly, pay), "USD a person", pay=PAY),
        "partial_information": Named.of(
            [economics.partial_information(net, one) for one in drawn.values()], "USD a person", parameter=list(drawn)
        ),
    }
    lacking = sum(not one.has_interval and one.kind != "fixed" for one in uncertain.values())
    how = f"spread by {spread:g} of their estimate, as asked" if spread else "kept at their estimate"
    return (
        figures,
        f"{lacking} parameters have no published interval here; they are {how}. Intervals are credible intervals.",
    )


def tornado(parameters: Parameters, scenario: Scenario, *, change: float) -> list[economics.Swing]:
    """Move each parameter alone, to its interval's ends or by a share where it has none, and return what the cost of a QALY does."""
    structure, arms, route = asked(parameters.inputs, scenario)
    uncertain = {
        name: one
        for name, one in (dict(structure.tree) | {m.name: m for m in structure.moves.values()}).items()
        if one.kind != "fixed"
    }
    most = {name: 1.0 if one.kind == "probability" else np.inf for name, one in uncertain.items()}
    bounds = {
        name: (one.low, one.high)
        if one.has_interval
        else (one.estimate * (1 - change), min(one.estimate * (1 + change), most[name]))
        for name, one in uncertain.items()
    }

    def figure(values: Mapping[str, float]) -> float:
        found = outcomes(structure, arms, {name: np.array([value]) for name, value in values.items()}, route=route)
        return float(_ratios(found)["icer_with_tree"][1])

    return economics.tornado(figure, bounds)
