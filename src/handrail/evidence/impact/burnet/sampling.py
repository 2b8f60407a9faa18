"""Sampled runs of family (f): people drawn down a graph, the same tables and the same uniform numbers in every scenario.

Only people whose coverage a scenario changes are drawn again, so fourteen scenarios cost little more than one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array

from .databook import Databook, Graph, Node
from .inference import filled

CHUNK = 200_000  # people drawn at a time: what stays in a core's cache, and bounds the memory
Levels = npt.NDArray[np.int8]
Cumulative = Mapping[str, npt.NDArray[np.float32]]  # (draw, parents..., level - 1)


def sampled(
    book: Databook, covers: Mapping[str, Mapping[str, Array]], scenarios: int, *, seed: int, draws: int
) -> dict[tuple[str, str], Array]:
    """Return counts of people by (graph, node) as (draw, scenario, year, level). The first draws of a longer run are the shorter run."""
    counts = {}
    for at, graph in enumerate(book.graphs):
        cumulative = sampled_tables(graph, at, book.precision, seed=seed, draws=draws)
        for node in graph.nodes:
            counts[(graph.name, node.name)] = np.zeros((draws, scenarios, len(book.years), len(node.levels)))
        for year_at, year in enumerate(book.years):
            cover = {name: value[:, year_at] for name, value in covers[graph.name].items()}
            people = round(graph.people[year])
            for first in range(0, draws, step := max(1, CHUNK // max(people, 1))):
                some = range(first, min(first + step, draws))
                uniform = _uniform(graph, some, people, key=(seed, at, year))
                drawn = _year(graph, {n: c[first : some.stop] for n, c in cumulative.items()}, cover, uniform)
                for name, value in drawn.items():
                    counts[(graph.name, name)][first : some.stop, :, year_at] = value
    return counts


def sampled_tables(graph: Graph, at: int, precision: float, *, seed: int, draws: int) -> Cumulative:
    """Return each node's tables, drawn row by row from a scaled beta; coverages are never drawn.

    A row is lower + (upper - lower) Beta(10 m, 10 (1 - m)), m = (best - lower) / (upper - lower); without a spread it is its best.
    """
    made: dict[str, list[Array]] = {node.name: [] for node in graph.nodes if not node.is_intervention}
    for draw in range(draws):
        rng = np.random.default_rng([seed, at, draw])
        for node in graph.nodes:
            if not node.is_intervention:
                full = filled(node, _drawn(node, precision, rng))
                made[node.name].append(np.cumsum(full, axis=-1)[..., :-1])
    return {name: np.stack(tables).astype(np.float32) for name, tables in made.items()}


def _drawn(node: Node, precision: float, rng: np.random.Generator) -> Array:
    """Draw one table; the cells that are filled from the others stay as they are."""
    spread = node.upper - node.lower
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (node.best - node.lower) / spread
    free = (spread > 0) & (middle > 0) & (middle < 1)
    middle = np.where(free, middle, 0.5)
    beta = rng.beta(precision * middle, precision * (1 - middle))
    return np.asarray(np.where(free, node.lower + spread * beta, node.best))


def _uniform(
    graph: Graph, some: range, people: int, *, key: tuple[int, int, int]
) -> dict[str, npt.NDArray[np.float32]]:
    """One uniform number a draw, person and node."""
    found: dict[str, list[npt.NDArray[np.float32]]] = {node.name: [] for node in graph.nodes}
    for draw in some:
        rng = np.random.Generator(np.random.SFC64([*key, draw, 1]))
        for node in graph.nodes:
            found[node.name].append(rng.random(people, dtype=np.float32))
    return {name: np.stack(rows) for name, rows in found.items()}


def _year(
    graph: Graph, cumulative: Cumulative, cover: Mapping[str, Array], uniform: Mapping[str, npt.NDArray[np.float32]]
) -> dict[str, Array]:
    """Count the levels of every node in one year: (draw, scenario, level)."""
    draws, scenarios = len(next(iter(uniform.values()))), len(next(iter(cover.values())))
    counts = {node.name: np.zeros((draws, scenarios, len(node.levels))) for node in graph.nodes}
    draw_of = np.repeat(np.arange(draws), next(iter(uniform.values())).shape[1])
    flat = {name: value.ravel() for name, value in uniform.items()}
    base = _covered(graph, cover, 0, flat)
    _down(graph, cumulative, base, flat, draw_of)
    _count(counts, base, draw_of, 0, draws)
    for scenario in range(1, scenarios):
        own = _covered(graph, cover, scenario, flat)
        moved = np.flatnonzero(
            np.logical_or.reduce([own[node.name] != base[node.name] for node in graph.interventions])
        )
        again = {name: level[moved] for name, level in own.items()}
        _down(graph, cumulative, again, {name: value[moved] for name, value in flat.items()}, draw_of[moved])
        for whole in counts.values():
            whole[:, scenario] = whole[:, 0]
        _count(counts, {name: base[name][moved] for name in base}, draw_of[moved], scenario, draws, sign=-1)
        _count(counts, again, draw_of[moved], scenario, draws)
    return counts


def _covered(
    graph: Graph, cover: Mapping[str, Array], scenario: int, flat: Mapping[str, npt.NDArray[np.float32]]
) -> dict[str, Levels]:
    """Which level of each intervention reaches each person."""
    found = {}
    for node in graph.interventions:
        cuts = np.cumsum(cover[node.name][scenario])[:-1].astype(np.float32)
        found[node.name] = _above(flat[node.name], [cuts[at] for at in range(cuts.size)])
    return found


def _down(
    graph: Graph,
    cumulative: Cumulative,
    levels: dict[str, Levels],
    flat: Mapping[str, npt.NDArray[np.float32]],
    draw_of: npt.NDArray[np.intp],
) -> None:
    """Draw the nodes below the interventions, parents first; `levels` grows."""
    sizes = {node.name: len(node.levels) for node in graph.nodes}
    for node in graph.nodes:
        if node.is_intervention:
            continue
        table = cumulative[node.name]
        at = draw_of.astype(np.int32)
        for parent in node.parents:
            at = at * sizes[parent] + levels[parent]
        rows = table.reshape(-1, table.shape[-1])
        levels[node.name] = _above(flat[node.name], [rows[:, one][at] for one in range(rows.shape[1])])


def _above(uniform: npt.NDArray[np.float32], cuts: Sequence[npt.NDArray[np.float32] | np.float32]) -> Levels:
    """Return how many cuts lie at or below each number: the level it falls in."""
    level: Levels = np.zeros(uniform.shape, dtype=np.int8)
    for cut in cuts:
        level += uniform >= cut
    return level


def _count(
    counts: dict[str, Array],
    levels: Mapping[str, Levels],
    draw_of: npt.NDArray[np.intp],
    scenario: int,
    draws: int,
    sign: int = 1,
) -> None:
    """Add people to the counts, or take them away."""
    for name, level in levels.items():
        size = counts[name].shape[-1]
        counts[name][:, scenario] += sign * np.bincount(draw_of * size + level, minlength=draws * size).reshape(
            draws, size
        )
