"""The catalogue of indicators: what each one counts, by what, from where, and what it must not be used for."""

from collections.abc import Mapping

from django.utils.translation import override

from .declared import DECLARED
from .defined import DEFINED
from .defined_floor import ON_THE_FLOOR
from .definition import Definition

CATALOGUE: Mapping[str, Definition] = {one.id: one for one in (*DEFINED, *ON_THE_FLOOR, *DECLARED)}

FIELDS: tuple[tuple[str, str], ...] = (
    ("formula", "Formula"),
    ("unit", "Unit"),
    ("denominator", "Denominator"),
    ("source", "Source"),
    ("missing", "Missing data"),
    ("uncertainty", "Uncertainty"),
    ("not_for", "Not for"),
)


def pages() -> Mapping[str, str]:
    """Write a reference page each, by id, in English, the same every time."""
    with override("en"):
        return {one.id: "\n".join(_page(one)) for one in CATALOGUE.values()}


def as_markdown() -> str:
    """Write the list of them."""
    with override("en"):
        rows = [_line(CATALOGUE[name]) for name in sorted(CATALOGUE)]
        return "\n".join(["# Indicators", "", "| Indicator | Version | Unit | Stands |", "|---|---|---|---|", *rows])


def _line(one: Definition) -> str:
    return f"| [{one.title}](indicators/{one.id}.md) | {one.version} | {one.unit} | {_stands(one)} |"


def _stands(one: Definition) -> str:
    if one.waits_for:
        return f"declared; waits for {one.waits_for}"
    return f"released by {', '.join(one.grids)}" if one.grid else "counted"


def _page(one: Definition) -> list[str]:
    rows = [f"| {name} | {getattr(one, field)} |" for field, name in FIELDS]
    by = "; ".join(" and ".join(table) for table in one.tables)
    released = [f"| Released | by {', '.join(one.grids)}, divided by {by} |"] if one.tables else []
    return [
        f"# {one.title}", "", f"`{one.id}`, version {one.version}: {_stands(one)}.", "", "| | |", "|---|---|", *rows, *released,
    ]  # fmt: skip
