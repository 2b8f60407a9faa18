"""Exact inference on a graph: what each combination of coverages leads to, once; every scenario and year is then a weighted sum.

The interventions have no parents, so every marginal is linear in the joint coverage: P(X = x) = sum over combinations c of w(c) M(c, x).
"""

from collections.abc import Mapping
from functools import reduce

import numpy as np

from handrail.evidence.impact.engine import Array

from .databook import FILLED, Graph, Node

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def filled(node: Node, table: Array) -> Array:
    """Return a table whose rows sum to 1: the level `no` or `none` takes what the others leave; without one, rows are divided by their sum.

    Where the others alone pass 1 (sampled rows can), they are divided by their sum first.
    """
    rest = [at for at, level in enumerate(node.levels) if level in FILLED]
    if not rest:
        return np.asarray(table / table.sum(axis=-1, keepdims=True))
    others = [at for at in range(len(node.levels)) if at != rest[0]]
    full = np.array(table)
    over = full[..., others].sum(axis=-1, keepdims=True)
    full[..., others] = full[..., others] / np.maximum(over, 1.0)
    full[..., rest[0]] = 1.0 - full[..., others].sum(axis=-1)
    return full


def best_tables(graph: Graph) -> dict[str, Array]:
    """Return the point estimates' tables."""
    return {node.name: filled(node, node.best) for node in graph.nodes}


def joint(graph: Graph, tables: Mapping[str, Array], *, coverage: bool) -> tuple[Array, tuple[str, ...]]:
    """Return the joint over all nodes, interventions first; without `coverage` it is the joint given each combination of interventions."""
    axes = tuple(sorted((node.name for node in graph.nodes), key=lambda name: not name.startswith("int_")))
    letter = dict(zip(axes, LETTERS, strict=False))
    parts = [node for node in graph.nodes if coverage or not node.is_intervention]
    terms = [np.asarray(tables[node.name]) for node in parts]
    spelled = ["".join(letter[one] for one in (*node.parents, node.name)) for node in parts]
    whole = reduce(
        lambda done, term: _times(done, term, axes, letter),
        zip(spelled, terms, strict=True),
        ("", np.ones(())),
    )
    missing = [
        one for one in axes if letter[one] not in whole[0]
    ]  # interventions that no node of this graph listens to
    sizes = {node.name: len(node.levels) for node in graph.nodes}
    full = np.asarray(whole[1])
    for one in missing:
        full = np.multiply.outer(full, np.ones(sizes[one]))
    order = [*whole[0], *(letter[one] for one in missing)]
    return full.transpose([order.index(letter[one]) for one in axes]), axes


def _times(
    done: tuple[str, Array], term: tuple[str, Array], axes: tuple[str, ...], letter: Mapping[str, str]
) -> tuple[str, Array]:
    """Multiply one table into the joint."""
    named = {*done[0], *term[0]}
    out = "".join(letter[one] for one in axes if letter[one] in named)
    return out, np.einsum(f"{done[0]},{term[0]}->{out}", done[1], term[1])


def responses(graph: Graph, tables: Mapping[str, Array]) -> dict[str, Array]:
    """Return, for every node, P(level | combination of interventions) as (interventions..., level)."""
    whole, axes = joint(graph, tables, coverage=False)
    covered = len(graph.interventions)
    found = {}
    for node in graph.nodes:
        if node.is_intervention:
            continue
        at = axes.index(node.name)
        found[node.name] = whole.sum(axis=tuple(one for one in range(covered, len(axes)) if one != at))
    return found


def marginals(
    graph: Graph, tables: Mapping[str, Array], response: Mapping[str, Array], coverage: Mapping[str, Array]
) -> dict[str, Array]:
    """Return P(X = x) for every node under coverages (each an array over levels, or (..., levels) for many settings at once)."""
    covers = [np.asarray(coverage[node.name]) for node in graph.interventions]
    found = {node.name: cover for node, cover in zip(graph.interventions, covers, strict=True)}
    letters = LETTERS[: len(covers)]
    spelled = ",".join(f"...{one}" for one in letters)
    for name, table in response.items():
        found[name] = np.einsum(f"{spelled},{letters}Z->...Z", *covers, table, optimize=True)
    return found


def posterior(graph: Graph, tables: Mapping[str, Array]) -> dict[str, Array]:
    """Return the coverages after the evidence sheet is taken as a likelihood: the start of the source's ramps.

    Joint times the product of evidence rows (a missing level is 1 less the rest), renormalised, summed to each intervention.
    """
    seen = {name: filled_evidence(graph, name) for name in graph.observed}
    weighed = {
        node.name: tables[node.name] * seen[node.name] if node.name in seen else tables[node.name]
        for node in graph.nodes
    }
    whole, axes = joint(graph, weighed, coverage=True)
    found = {}
    for node in graph.interventions:
        at = axes.index(node.name)
        share = whole.sum(axis=tuple(one for one in range(len(axes)) if one != at))
        found[node.name] = share / share.sum()
    return found


def filled_evidence(graph: Graph, name: str) -> Array:
    """Return an evidence row over the node's levels; the levels not stated share what the stated ones leave."""
    node = next(one for one in graph.nodes if one.name == name)
    stated = graph.observed[name]
    lacking = [level for level in node.levels if level not in stated]
    left = (1.0 - sum(stated.values())) / max(len(lacking), 1)
    return np.array([stated.get(level, left) for level in node.levels])
