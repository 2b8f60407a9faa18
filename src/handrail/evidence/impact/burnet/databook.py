"""The databook of family (f): graphs, tables of conditional probabilities, people, costs, coverages, scenarios; read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handrail.evidence.impact.engine import Array, Parameters
from handrail.evidence.impact.tables import Findings, Row, Table, read, sources

FAMILY = "network-cost-benefit"
CONDITIONS = 5  # a node has at most five parents in the databook's columns
FILLED = ("no", "none")  # the level that takes what the others leave
ROUNDED = 1e-3  # what printed digits may leave of a sum without a filled level; it is normalised
MARGIN = 1e-9  # rounding that a sum of probabilities may carry


@dataclass(frozen=True)
class Node:
    """A node of a graph: levels, parents in the tables' order, and best, lower, upper as arrays (parents..., level)."""

    name: str
    levels: tuple[str, ...]
    parents: tuple[str, ...]
    cost_class: str
    outcome_class: str
    best: Array
    lower: Array
    upper: Array

    @property
    def is_intervention(self) -> bool:
        """Whether its coverage is what a scenario changes."""
        return self.name.startswith("int_")


@dataclass(frozen=True)
class Graph:
    """One population and harm: nodes in an order where parents stand first."""

    population: str
    name: str
    nodes: tuple[Node, ...]
    people: Mapping[int, float]  # by year; real numbers, rounded before use
    unit_cost: Mapping[tuple[str, str], tuple[float, float, float]]  # (node, level): per event, set-up, weight
    ceiling: Mapping[str, Mapping[str, float]]  # maximum coverage: node -> level -> share
    observed: Mapping[str, Mapping[str, float]]  # the evidence sheet: node -> level -> yearly probability

    @property
    def interventions(self) -> tuple[Node, ...]:
        """The nodes that a scenario covers."""
        return tuple(node for node in self.nodes if node.is_intervention)


@dataclass(frozen=True)
class Rule:
    """A scenario as a rule: which interventions go where, and how fast."""

    name: str
    label: str
    changed: Mapping[str, str]  # node -> level asked for ("" = every level with a ceiling)
    target: str  # databook | none | ceiling
    ramp: str  # none | step | linear


@dataclass(frozen=True)
class Databook:
    """Everything the family runs on."""

    graphs: tuple[Graph, ...]
    rules: Mapping[str, Rule]
    years: tuple[int, ...]
    ramps: Mapping[str, Array]
    discount: float  # factor a year
    setup_year: int
    reference_year: int
    precision: float  # alpha + beta of the scaled beta distribution


def load(folder: Path, *, book: str = "standard") -> Parameters:
    """Read and check a databook by its name in a folder.

    Raises:
        BadInput: with every missing or impossible cell.
    """
    names = ("probabilities", "evidence", "population_size", "costs", "max_coverage")
    tables = {name: read(folder / f"{book}_{name}.csv") for name in names}
    tables |= {name: read(folder / f"{name}.csv") for name in ("model_nodes", "model_arcs", "constants", "scenarios")}
    findings = Findings()
    constants = {row.text("name"): row for row in tables["constants"]}
    years = tuple(
        range(int(_constant(constants, "first_year", findings)), int(_constant(constants, "last_year", findings)) + 1)
    )
    graphs = _graphs(tables, years, findings)
    known = {node.name for graph in graphs for node in graph.interventions}
    findings.stop()
    book_read = Databook(
        graphs=graphs,
        rules={row.text("scenario"): _rule(row, known, findings) for row in tables["scenarios"]},
        years=years,
        ramps={
            "linear": _ramp(constants, "ramp_linear", years, findings),
            "step": _ramp(constants, "ramp_step", years, findings),
        },
        discount=_constant(constants, "discount_factor_per_year", findings),
        setup_year=int(_constant(constants, "setup_cost_year", findings)),
        reference_year=int(_constant(constants, "cost_reference_year", findings)),
        precision=_constant(constants, "beta_precision", findings),
    )
    findings.stop()
    return Parameters(FAMILY, book_read, sources(*tables.values()))


def _constant(constants: Mapping[str, Row], name: str, findings: Findings) -> float:
    """Return a number of the constants' file; a fraction such as 1/1.05 is one."""
    said = constants[name].text("value") if name in constants else ""
    over, _, under = said.partition("/")
    try:
        return float(over) / float(under or 1)
    except (ValueError, ZeroDivisionError):
        row = constants[name].number if name in constants else 0
        findings.say("constants.csv", row, f"{name} is {said!r}" if said else f"{name} is missing", "a number")
        findings.stop()
        raise


def _ramp(constants: Mapping[str, Row], name: str, years: tuple[int, ...], findings: Findings) -> Array:
    """Return the share of the way to the target, a year."""
    row = constants.get(name)
    said = row.text("value").split(";") if row else []
    try:
        ramp = np.array([float(one) for one in said])
    except ValueError:
        ramp = np.array([])
    if ramp.size != len(years) or ((ramp < 0) | (ramp > 1)).any():
        findings.say(
            "constants.csv",
            row.number if row else 0,
            f"{name} is {';'.join(said)!r}",
            f"{len(years)} shares from 0 to 1",
        )
    return ramp


def _graphs(tables: Mapping[str, Table], years: tuple[int, ...], findings: Findings) -> tuple[Graph, ...]:
    """Every graph, in the order of the nodes' file."""
    names = dict.fromkeys((row.text("population"), row.text("DAG")) for row in tables["model_nodes"])
    people = tables["population_size"].by("population_size")
    return tuple(_graph(tables, key, years, people, findings) for key in names)


def _graph(
    tables: Mapping[str, Table],
    key: tuple[str, str],
    years: tuple[int, ...],
    people: Mapping[tuple[str, ...], Row],
    findings: Findings,
) -> Graph:
    own = {
        name: [row for row in table if (row.text("population"), row.text("DAG")) == key]
        for name, table in tables.items()
    }
    nodes = _nodes(own, findings)
    if (key[0],) not in people:
        findings.say(tables["population_size"].file, 0, f"no row {key[0]}", "a row for every population of the graphs")
    counts = people.get((key[0],))
    cost = {}
    for row in own["costs"]:
        amounts = (
            row.amount("unit_cost", findings),
            row.amount("setup_cost", findings),
            row.amount("cost_weight", findings, least=0),
        )
        cost[(row.text("node"), row.text("outcome"))] = amounts
    levels = {name: node.levels for name, node in nodes.items()}
    return Graph(
        population=key[0],
        name=key[1],
        nodes=_sorted(nodes, key[1], findings),
        people={year: counts.amount(str(year), findings, least=0) for year in years} if counts else {},
        unit_cost=cost,
        ceiling=_shares(own["max_coverage"], "max_coverage", levels, findings),
        observed=_shares([row for row in own["evidence"] if row.text("baseline")], "baseline", levels, findings),
    )


def _shares(
    rows: list[Row], column: str, levels: Mapping[str, tuple[str, ...]], findings: Findings
) -> dict[str, dict[str, float]]:
    """Shares by node and level."""
    shares: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.text("outcome") not in levels.get(row.text("node"), ()):
            findings.say(
                row.file,
                row.number,
                f"{row.text('node')} = {row.text('outcome')}",
                "a node of this graph and one of its levels",
            )
        shares.setdefault(row.text("node"), {})[row.text("outcome")] = row.probability(column, findings)
    return shares


def _nodes(own: Mapping[str, list[Row]], findings: Findings) -> dict[str, Node]:
    """Return the nodes with their tables filled."""
    levels = {
        row.text("short"): tuple(one.strip() for one in row.text("levels").split(",")) for row in own["model_nodes"]
    }
    parents: dict[str, list[str]] = {name: [] for name in levels}
    for row in own["model_arcs"]:
        if row.text("child") not in levels or row.text("parent") not in levels:
            findings.say(
                row.file, row.number, f"{row.text('parent')} -> {row.text('child')}", "two nodes of this graph"
            )
        else:
            parents[row.text("child")].append(row.text("parent"))
    nodes = {}
    for row in own["model_nodes"]:
        name = row.text("short")
        rows = [one for one in own["probabilities"] if one.text("node") == name]
        tables = _conditional(row, tuple(parents[name]), levels, rows, findings)
        nodes[name] = Node(
            name, levels[name], tuple(parents[name]), row.text("cost_cat"), row.text("outcome_cat"), *tables
        )
    return nodes


def _conditional(
    node: Row, parents: tuple[str, ...], levels: Mapping[str, tuple[str, ...]], rows: list[Row], findings: Findings
) -> tuple[Array, Array, Array]:
    """Best, lower and upper as arrays over (parents..., level); every combination of levels must be there, or be the filled one."""
    name = node.text("short")
    shape = tuple(len(levels[one]) for one in (*parents, name))
    filled = np.full((3, *shape), np.nan)
    for row in rows:
        at = _place(row, parents, levels, findings)
        if at is None:
            continue
        for layer, value in zip(filled, _bounds(row, findings), strict=True):
            layer[at] = value
    rest = next((one for one in FILLED if one in levels[name]), None)
    for at in np.ndindex(*shape):
        level = levels[name][at[-1]]
        if np.isnan(filled[0][at]) and level != rest:
            given = ", ".join(f"{one} = {levels[one][where]}" for one, where in zip(parents, at[:-1], strict=True))
            file = rows[0].file if rows else "probabilities"
            nearest = rows[0].number if rows else node.number
            findings.say(
                file,
                nearest,
                f"no row for {name} = {level}" + (f" given {given}" if given else ""),
                "a probability for every combination",
            )
    _check_sums(name, filled[0], levels[name], rest, rows, findings)
    return filled[0], filled[1], filled[2]


def _bounds(row: Row, findings: Findings) -> tuple[float, float, float]:
    """Best, lower and upper; a row without either bound is certain, as far as the databook says."""
    best = row.probability("best", findings)
    if not row.text("lower") and not row.text("upper"):
        return best, best, best
    lower, upper = row.probability("lower", findings), row.probability("upper", findings)
    if not lower - MARGIN <= best <= upper + MARGIN:
        findings.say(row.file, row.number, f"best {best} lies outside {lower} to {upper}", "lower <= best <= upper")
    return best, lower, upper


def _check_sums(
    name: str, best: Array, levels: tuple[str, ...], rest: str | None, rows: list[Row], findings: Findings
) -> None:
    """Return the levels of a node sum to 1; where one is filled, the others leave room for it."""
    others = [at for at, level in enumerate(levels) if level != rest]
    sums = np.nansum(best[..., others], axis=-1)
    if rows and (sums > 1 + MARGIN).any():
        findings.say(rows[0].file, rows[0].number, f"{name} sums to {sums.max():.6g}", "levels that sum to 1 or less")
    if rows and rest is None and (np.abs(sums - 1) > ROUNDED).any():
        findings.say(
            rows[0].file,
            rows[0].number,
            f"{name} sums to {sums.flat[np.abs(sums - 1).argmax()]:.6g}",
            "levels that sum to 1",
        )


def _place(
    row: Row, parents: tuple[str, ...], levels: Mapping[str, tuple[str, ...]], findings: Findings
) -> tuple[int, ...] | None:
    """Where a row's probability belongs; None, with the reason noted, where it belongs nowhere."""
    given = {
        row.text(f"condition{n}"): row.text(f"value{n}") for n in range(1, CONDITIONS + 1) if row.text(f"condition{n}")
    }
    if set(given) != set(parents):
        findings.say(row.file, row.number, f"conditions {sorted(given)}", f"the parents {sorted(parents)}")
        return None
    wanted = [*((one, given[one]) for one in parents), (row.text("node"), row.text("outcome"))]
    for name, level in wanted:
        if level not in levels[name]:
            findings.say(row.file, row.number, f"{name} = {level!r}", f"one of {', '.join(levels[name])}")
            return None
    return tuple(levels[name].index(level) for name, level in wanted)


def _sorted(nodes: Mapping[str, Node], graph: str, findings: Findings) -> tuple[Node, ...]:
    """Return the nodes with parents first."""
    done: dict[str, Node] = {}
    while len(done) < len(nodes):
        ready = [node for node in nodes.values() if node.name not in done and all(one in done for one in node.parents)]
        if not ready:
            findings.say("model_arcs.csv", 0, f"{graph} has a circle", "arcs that never lead back")
            break
        done |= {node.name: node for node in ready}
    return tuple(done.values())


def _rule(row: Row, known: set[str], findings: Findings) -> Rule:
    """Read a row of the scenarios' file."""
    told = Told(
        row.text("scenario"), row.text("interventions_changed"), row.text("target"), row.text("ramp"), row.text("label")
    )
    return rule(told, known, findings, file=row.file, number=row.number)


@dataclass(frozen=True)
class Told:
    """A scenario in words, as the scenarios' file or a reader tells it."""

    name: str
    changed: str
    target: str
    ramp: str
    label: str = ""


def rule(told: Told, known: set[str], findings: Findings, *, file: str = "--set", number: int = 0) -> Rule:
    """Read a scenario: interventions divided by `;`, a level after `=`; an unknown one is named."""
    changed, target, ramp = told.changed, told.target, told.ramp
    wanted: dict[str, str] = {}
    if "all" in changed.split()[:1]:
        wanted = dict.fromkeys(known, "")
    elif changed not in {"", "(none)"}:
        parts = [part.strip().partition("=") for part in changed.split(";")]
        wanted = {node: level for node, _, level in parts}
    for unknown in sorted(set(wanted) - known):
        findings.say(file, number, f"intervention {unknown}", f"one of {', '.join(sorted(known))}")
    kind = "none" if "none" in target else "ceiling" if "max_coverage" in target else "databook"
    if ramp not in {"step", "linear"} and not (ramp == "none" and kind == "databook"):
        findings.say(file, number, f"ramp {ramp!r}", "step or linear; none where the databook's coverage stays")
    return Rule(told.name, told.label or told.name, wanted, kind, ramp)
