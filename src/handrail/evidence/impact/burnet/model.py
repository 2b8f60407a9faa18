"""Family (f): the cost and benefit of services on Bayesian networks (Burnet Institute, Australian Capital Territory)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from handrail.evidence.impact.engine import Array, Named, Parameters, Result, Scenario, made
from handrail.evidence.impact.tables import Findings

from . import inference
from .databook import Databook, Graph, Node, Rule, Told, rule

CLASSES = {  # metric -> classes of cost in the databook
    "cost_intervention": "Intervention",
    "cost_societal_yll": "Social",
    "cost_emergency": "Emergency",
    "cost_iri_hospital": "IRID",
    "cost_hepatitis_c": "Hepatitis C",
}
OUTCOMES = {  # metric -> (class of outcome, level)
    "overdose_deaths": ("Death", "yes"),
    "overdoses_opioid": ("Opioid overdose", "yes"),
    "overdoses_nonopioid": ("Non-opioid overdose", "yes"),
    "emergency_responses": ("Emergency response", "yes"),
    "injection_injuries": ("IRID incidence", "yes"),
    "hepatitis_c_infections": ("Hepatitis C incidence", "yes"),
}
LEVELS = {  # metric -> (node, level): counts that the databook gives no class of outcome
    "hospitalisations_short": ("irid_hospital", "short"),
    "hospitalisations_long": ("irid_hospital", "long"),
    "hepatitis_c_treatments": ("bbv_treat", "treat"),
}
Counts = Mapping[tuple[str, str], Array]  # (graph, node) -> (scenario, year, level), perhaps with draws in front
START_NOTE = (
    "Scale-up starts from the databook's coverage. The published tool starts from the coverage after its evidence sheet is taken as a "
    "likelihood; source_start=true does so."
)
SOURCE_NOTE = "Scale-up starts where the published tool starts it: from the coverage after its evidence sheet is taken as a likelihood."


def rules_asked(book: Databook, scenario: Scenario) -> tuple[Rule, ...]:
    """Return the scenarios to run: `all`, one of the databook's, or one told by settings (changed, target, ramp). The baseline is always there.

    Raises:
        BadInput: the name or an intervention is unknown.
    """
    findings = Findings()
    known = {node.name for graph in book.graphs for node in graph.interventions}
    if "changed" in scenario.settings:
        said = scenario.settings
        words = Told(
            scenario.name,
            str(said["changed"]),
            str(said.get("target", "max_coverage")),
            str(said.get("ramp", "linear")),
        )
        own = rule(words, known, findings)
        findings.stop()
        return (book.rules["baseline"], book.rules["no_coverage"], own)
    if scenario.name == "all":
        return tuple(book.rules.values())
    if scenario.name not in book.rules:
        findings.say("scenarios.csv", 0, f"scenario {scenario.name}", f"all, or one of {', '.join(book.rules)}")
        findings.stop()
    return tuple(book.rules[name] for name in dict.fromkeys(("baseline", "no_coverage", scenario.name)))


def coverages(book: Databook, graph: Graph, rules: Sequence[Rule], start: Mapping[str, Array]) -> dict[str, Array]:
    """Return each intervention's coverage as (scenario, year, level)."""
    found = {}
    for node in graph.interventions:
        kept = inference.filled(node, node.best)
        found[node.name] = np.stack([_coverage(book, graph, node, one, kept, start[node.name]) for one in rules])
    return found


def _coverage(book: Databook, graph: Graph, node: Node, one: Rule, kept: Array, start: Array) -> Array:
    """One intervention's coverage by year under a rule: (year, level)."""
    if (
        node.name not in one.changed
        or one.target == "databook"
        or (one.target == "ceiling" and node.name not in graph.ceiling)
    ):
        return np.tile(kept, (len(book.years), 1))
    target = _target(graph, node, one)
    share = book.ramps[one.ramp][:, None]
    return np.asarray((1 - share) * (start if one.ramp == "linear" else kept) + share * target)


def _target(graph: Graph, node: Node, one: Rule) -> Array:
    """Where a rule leads a coverage: to none, or to the graph's ceiling of the level asked for."""
    asked = one.changed[node.name]
    ceiling = {} if one.target == "none" else graph.ceiling[node.name]
    levels = np.array(
        [ceiling.get(level, 0.0) if asked in {"", level} and level != "none" else 0.0 for level in node.levels]
    )
    levels[node.levels.index("none")] = 1 - levels.sum()
    return levels


def run(parameters: Parameters, scenario: Scenario, *, seed: int = 0, draws: int = 0) -> Result:
    """Run scenarios side by side: exact point estimates, and with draws sampled people on sampled tables.

    Settings: `source_start` starts the ramps as the published tool does; `changed`, `target`, `ramp` tell a scenario of one's own.
    """
    book: Databook = parameters.inputs
    rules = rules_asked(book, scenario)
    source_start = scenario.switch("source_start", default=False)
    covers = {}
    counts: dict[tuple[str, str], Array] = {}
    for graph in book.graphs:
        tables = inference.best_tables(graph)
        start = (
            inference.posterior(graph, tables)
            if source_start
            else {node.name: tables[node.name] for node in graph.interventions}
        )
        covers[graph.name] = coverages(book, graph, rules, start)
        shares = inference.marginals(graph, tables, inference.responses(graph, tables), covers[graph.name])
        people = np.array([round(graph.people[year]) for year in book.years], dtype=float)
        counts |= {(graph.name, name): share * people[:, None] for name, share in shares.items()}
    figures = _figures("best", metrics(book, counts), rules, book)
    if draws:
        from .sampling import sampled  # kept apart: a point estimate needs no random number

        figures |= summary(metrics(book, sampled(book, covers, len(rules), seed=seed, draws=draws)), rules)
    notes = (SOURCE_NOTE if source_start else START_NOTE,)
    return made(parameters, scenario, figures, seed=seed, draws=draws, notes=notes)


def metrics(book: Databook, counts: Counts) -> dict[str, Array]:
    """Return every metric as (..., scenario, year); costs discounted, set-up apart under `<metric>#setup` as (..., scenario)."""
    found: dict[str, Any] = {}
    weight = np.array([book.discount ** (year - book.reference_year) for year in book.years])
    first = book.years.index(book.setup_year) if book.setup_year in book.years else 0
    for graph in book.graphs:
        for node in graph.nodes:
            count = counts[(graph.name, node.name)]
            _add_outcomes(found, graph, node, count)
            _add_costs(found, graph, node, count * weight[:, None], first)
    costs = [name for name in CLASSES if name != "cost_intervention"]
    for name in CLASSES:
        found.setdefault(name, 0.0)
    found["cost_non_intervention"] = sum(found[name] for name in costs)
    found["cost_total"] = found["cost_intervention"] + found["cost_non_intervention"]
    found["cost_health_system"] = found["cost_non_intervention"] - found["cost_societal_yll"]
    found["cost_non_intervention#setup"] = sum(found.get(f"{name}#setup", 0.0) for name in costs)
    found["cost_total#setup"] = found["cost_non_intervention#setup"] + found.get("cost_intervention#setup", 0.0)
    return found


def _add_outcomes(found: dict[str, Any], graph: Graph, node: Node, count: Array) -> None:
    """Count a node's levels into the metrics they belong to."""
    for metric, (kind, level) in OUTCOMES.items():
        if node.outcome_class == kind:
            of = count[..., node.levels.index(level)]
            found[metric] = found.get(metric, 0.0) + of
            if metric == "overdose_deaths":
                found[f"overdose_deaths[{graph.name}]"] = of
    for metric, (name, level) in LEVELS.items():
        if node.name == name:
            found[metric] = found.get(metric, 0.0) + count[..., node.levels.index(level)]


def _add_costs(found: dict[str, Any], graph: Graph, node: Node, count: Array, first: int) -> None:
    """Price a node's levels; a set-up falls once, where anybody is reached in its year."""
    metric = next((name for name, kind in CLASSES.items() if kind == node.cost_class), None)
    if metric is None:
        return
    for at, level in enumerate(node.levels):
        unit, setup, weight = graph.unit_cost.get((node.name, level), (0.0, 0.0, 0.0))
        found[metric] = found.get(metric, 0.0) + count[..., at] * unit * weight
        found[f"{metric}#setup"] = found.get(f"{metric}#setup", 0.0) + np.where(
            count[..., first, at] > 0, setup * weight, 0.0
        )


def totals(found: Mapping[str, Array]) -> dict[str, Array]:
    """Return each metric summed over years, set-up with it: (..., scenario)."""
    return {
        name: value.sum(axis=-1) + found.get(f"{name}#setup", 0.0) for name, value in found.items() if "#" not in name
    }


def ratio(total: Mapping[str, Array], against: int, *, of: str = "cost_non_intervention") -> Array:
    """Return the benefit-cost ratio against a scenario: what other costs fall by for each dollar more of intervention."""
    saved = -(total[of] - total[of][..., against, None])
    spent = total["cost_intervention"] - total["cost_intervention"][..., against, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spent == 0, np.nan, saved / spent)


def _unit(name: str) -> str:
    return "AUD2026" if name.startswith("cost") else "ratio" if name.startswith("benefit") else "events"


def _figures(prefix: str, found: Mapping[str, Array], rules: Sequence[Rule], book: Databook) -> dict[str, Named]:
    """Name the point estimates: totals, by year, set-up, differences from the baseline, ratios."""
    names = [one.name for one in rules]
    base = names.index("baseline")
    figures = {}
    for name, total in totals(found).items():
        figures[f"{prefix}_total:{name}"] = Named.of(total, _unit(name), scenario=names)
        figures[f"{prefix}_minus_baseline:{name}"] = Named.of(total - total[base], _unit(name), scenario=names)
        figures[f"{prefix}_by_year:{name}"] = Named.of(found[name], _unit(name), scenario=names, year=book.years)
        if f"{name}#setup" in found:
            figures[f"{prefix}_setup:{name}"] = Named.of(found[f"{name}#setup"], "AUD2026", scenario=names)
    return figures | _ratios(prefix, totals(found), names)


def _ratios(prefix: str, total: Mapping[str, Array], names: list[str]) -> dict[str, Named]:
    """Return the benefit-cost ratios, and beside each the one that leaves the value of a life out."""
    found = {}
    for against in ("baseline", "no_coverage"):
        at = names.index(against)
        found[f"{prefix}_total:benefit_cost_ratio_vs_{against}"] = Named.of(ratio(total, at), "ratio", scenario=names)
        alone = ratio(total, at, of="cost_health_system")
        found[f"{prefix}_total:benefit_cost_ratio_health_system_vs_{against}"] = Named.of(
            alone, "ratio", scenario=names
        )
    return found


def summary(found: Mapping[str, Array], rules: Sequence[Rule]) -> dict[str, Named]:
    """Name what the draws say: mean, median, 2.5 and 97.5 percentiles, and the same of paired differences from the baseline."""
    names = [one.name for one in rules]
    base, figures = names.index("baseline"), {}
    total = totals(found)
    for against in ("baseline", "no_coverage"):
        total[f"benefit_cost_ratio_vs_{against}"] = ratio(total, names.index(against))
    for name, values in total.items():
        paired = values - values[:, base, None]
        for prefix, of in (("sampled", values), ("diff", paired)):
            figures[f"{prefix}_mean:{name}"] = Named.of(of.mean(axis=0), _unit(name), scenario=names)
            for label, at in (("median", 0.5), ("p2_5", 0.025), ("p97_5", 0.975)):
                figures[f"{prefix}_{label}:{name}"] = Named.of(np.quantile(of, at, axis=0), _unit(name), scenario=names)
    return figures
