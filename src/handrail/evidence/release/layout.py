"""A released table laid out for a page or a sheet: rows by its first axis, columns by its second, sums last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from .published import Number, Published
from .regions import REGION
from .writers import BLANK, check

ALL = "all"
NAMES: Mapping[str, Any] = {
    "all": _("all"), "place": _("place"), "kind": _("kind"), "code": _("card"), "with a code": _("with a code"), "no code": _("no code"),
    "syringe": _("syringes"), "syringe_barrel": _("syringe barrels"), "needle": _("separate needles"), "prep": _("preparation"),
    "smoking": _("smoking"), "snorting": _("snorting"), "checking": _("drug checking"), "disposal": _("sharps containers"),
    "care": _("wound care"), "sexual_health": _("sexual health"), "testing": _("self tests"), "basic": _("food and hygiene"),
}  # fmt: skip


MARKS: Mapping[str, str] = {"small": "a", "shield": "b", "dominated": "c", "held-before": "d"}


@dataclass(frozen=True)
class Shown:
    """One number as it is printed: its value (of a share, to which step it is rounded), or the mark of why it is blank; neither where the table has no such cell."""

    value: int | Decimal | None = None
    mark: str = ""
    step: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One row: its name, its numbers in the order of the columns."""

    name: str
    numbers: tuple[Shown, ...]


@dataclass(frozen=True)
class Grid:
    """A table as it is printed, and the reasons of its blanks (by mark, in words) that occur in it."""

    corner: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    reasons: tuple[tuple[str, str], ...]


def as_grid(published: Published) -> Grid:
    """Lay a released table out. Takes what is published and nothing else."""
    told = check(published)
    why = sorted({number.why for number in told.blanks}, key=lambda one: MARKS[one])
    reasons = tuple((MARKS[one], str(BLANK[one])) for one in why)
    return lay_out(told.axes, told.numbers, unit=str(told.definition.unit), reasons=reasons)


def lay_out(
    axes: Sequence[str], numbers: Sequence[Number], *, unit: str, reasons: tuple[tuple[str, str], ...] = ()
) -> Grid:
    """Lay numbers out by one axis or two."""
    at, two = {number.where: number for number in numbers}, len(axes) > 1
    rows = _nodes(number.where[0] for number in numbers)
    columns = _nodes(number.where[1] for number in numbers) if two else [unit]
    lines = tuple(
        Line(name(row), tuple(_shown(at.get((row, column) if two else (row,))) for column in columns)) for row in rows
    )
    return Grid(name(axes[0]), tuple(map(name, columns)), lines, reasons)


def _shown(number: Number | None) -> Shown:
    return Shown(number.value, MARKS.get(number.why, ""), number.step) if number else Shown()


def _nodes(told: Any) -> list[str]:
    return sorted(dict.fromkeys(told), key=lambda node: (node == ALL, node.startswith(REGION), node))


def name(node: str) -> str:
    """Return a node's or an axis's name as a reader knows it."""
    if node.startswith(REGION):
        return _("%(name)s (region)") % {"name": node.removeprefix(REGION)}
    return str(NAMES.get(node, node))
