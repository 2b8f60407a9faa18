"""Tables with their sums: axes as fixed trees, cells by where they stand on each axis, and the sums that tie them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from handrail.core.common.refusals import Refused

TOTAL = "all"  # the whole of an axis; a key does not name it, so that tables with different axes share their sums
NO_SUM = ""  # the parent of a node that nothing is summed into
CELLS_NAMED = 8  # in a refusal; more would be a page

Key = tuple[tuple[str, str], ...]  # (axis, node) for each axis where a cell does not stand for the whole, by axis


@dataclass(frozen=True)
class Axis:
    """One way of dividing: a fixed tree, told by the parent of each node.

    `tells`: to be under a node says something about a person (what was taken, what was found). Where or when says nothing more.
    """

    name: str
    parents: Mapping[str, str]
    tells: bool = True

    @property
    def leaves(self) -> tuple[str, ...]:
        """The nodes that nothing stands under, in their order."""
        above = set(self.parents.values())
        return tuple(node for node in self.parents if node not in above)

    def children(self, node: str) -> tuple[str, ...]:
        """Return what stands directly under a node."""
        return tuple(child for child, parent in self.parents.items() if parent == node)

    def up(self, node: str) -> Iterator[str]:
        """Yield the nodes above, the whole last where there is one."""
        while node not in (TOTAL, NO_SUM):
            node = self.parents[node]
            if node != NO_SUM:
                yield node


def flat(name: str, nodes: Iterable[str], *, tells: bool = True) -> Axis:
    """Make an axis whose nodes all stand directly under the whole."""
    return Axis(name, dict.fromkeys(nodes, TOTAL), tells)


@dataclass(frozen=True)
class Cell:
    """One number. `contributors`: people behind it, at least. `largest`, `second`: most units of one of them; None where nobody knows."""

    value: int
    contributors: int
    largest: int | None = None
    second: int | None = None


@dataclass(frozen=True)
class Table:
    """Cells of one measure by key. `people`: the value counts contributors themselves, each once.

    `at` is where the whole table stands, on axes that it does not divide by: its period, say.
    """

    axes: tuple[Axis, ...]
    cells: Mapping[Key, Cell]
    people: bool = True
    at: Key = field(default=())


def key_of(where: Mapping[str, str] | Iterable[tuple[str, str]]) -> Key:
    """Return the key of a place on several axes; the whole of an axis is left out."""
    pairs = where.items() if isinstance(where, Mapping) else where
    return tuple(sorted((axis, node) for axis, node in pairs if node != TOTAL))


def people_table(axes: Sequence[Axis], leaves: Mapping[tuple[str, ...], int], *, at: Key = ()) -> Table:
    """Make a table of people from its smallest cells (a node an axis each, in the axes' order); what is not named is zero."""
    sums = dict.fromkeys(every_key(axes, at=at), 0)
    for nodes, value in leaves.items():
        for where in product(*((node, *axis.up(node)) for axis, node in zip(axes, nodes, strict=True))):
            sums[key_of([*zip((axis.name for axis in axes), where, strict=True), *at])] += value
    return Table(tuple(axes), {key: Cell(value, value, min(value, 1)) for key, value in sums.items()}, at=at)


def every_key(axes: Sequence[Axis], *, at: Key = ()) -> list[Key]:
    """Return the key of every cell that these axes make, sums too."""
    nodes = [_nodes(axis) for axis in axes]
    names = [axis.name for axis in axes]
    return [key_of([*zip(names, where, strict=True), *at]) for where in product(*nodes)]


def _nodes(axis: Axis) -> list[str]:
    whole = [TOTAL] if TOTAL in axis.parents.values() else []
    return [*axis.parents, *whole]


@dataclass(frozen=True)
class Sum:
    """One cell is the sum of others, along one axis."""

    whole: Key
    parts: tuple[Key, ...]
    axis: Axis


def sums(table: Table) -> Iterator[Sum]:
    """Yield every sum that ties cells of a table. A part that has no cell keeps its sum from standing."""
    families = [(axis, parent, axis.children(parent)) for axis in table.axes for parent in _parents(axis)]
    for axis, parent, children in families:
        for key in table.cells:
            if dict(key).get(axis.name, TOTAL) != parent:
                continue
            rest = [pair for pair in key if pair[0] != axis.name]
            parts = tuple(key_of([*rest, (axis.name, child)]) for child in children)
            if all(part in table.cells for part in parts):
                yield Sum(key, parts, axis)


def _parents(axis: Axis) -> list[str]:
    return [parent for parent in dict.fromkeys(axis.parents.values()) if parent != NO_SUM]


def check_sums(table: Table) -> None:
    """Refuse a table whose sums do not add up, naming the cells.

    Raises:
        Refused: `margins-do-not-add-up` with `cells`; `negative-cell` with `cells`.
    """
    below = [say_key(key) for key, cell in table.cells.items() if cell.value < 0 or cell.contributors < 0]
    if below:
        raise Refused("negative-cell", cells=_named(below))
    wrong = [
        f"{say_key(one.whole)} = {table.cells[one.whole].value}, its parts {added}"
        for one in sums(table)
        if (added := sum(table.cells[part].value for part in one.parts)) != table.cells[one.whole].value
    ]
    if wrong:
        raise Refused("margins-do-not-add-up", cells=_named(wrong))


def say_key(key: Key) -> str:
    """Write where a cell stands."""
    return " / ".join(node for _, node in key) or TOTAL


def _named(cells: Sequence[str]) -> str:
    more = len(cells) - CELLS_NAMED
    return "; ".join(cells[:CELLS_NAMED]) + (f"; and {more} more" if more > 0 else "")
