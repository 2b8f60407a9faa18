"""A place's databook: a table of named numbers with units and sources that makes a new place without code; CSV, or a sheet `place` of a workbook.

Each family asks for its own rows. Every one must stand there, in its unit, with its source, and be possible; nothing missing is filled.
"""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import saturation, supervised_site, transmission, workbook
from .engine import digest
from .tables import WORKBOOK, BadInput, Findings, Problem, Row, Table, read

SHEET = "place"
COLUMNS = ("table", "name", "value", "unit", "source", "meaning", "expected")
YES_OR_NO = "yes or no"


@dataclass(frozen=True)
class Asked:
    """A row that a family asks for: its table, name, unit, what it means, and between what it is possible."""

    table: str
    name: str
    unit: str
    meaning: str
    least: float = 0.0
    most: float = math.inf

    @property
    def expected(self) -> str:
        """What may stand there, in words."""
        if self.unit == YES_OR_NO:
            return YES_OR_NO
        return f"{self.least:g} to {self.most:g}" if self.most < math.inf else f"{self.least:g} or more"


def _share(table: str, name: str, meaning: str) -> Asked:
    return Asked(table, name, "share", meaning, 0.0, 1.0)


SATURATION = (
    Asked("people", "population", "people", "who live in the place", 1.0),
    Asked("people", "deaths", "deaths/year", "of opioid overdose"),
    Asked("kits", "kits_THN", "kits/year", "given out in the community"),
    Asked("kits", "kits_RX", "kits/year", "prescribed"),
    Asked("kits", "kits_standing_order", "kits/year", "from pharmacies by standing order"),
    Asked("kits", "use_recorded", YES_OR_NO, "whether kits used are counted there"),
)
TRANSMISSION = (
    _share("epidemic", "prevalence", "chronic infection now"),
    Asked("epidemic", "exit_rate", "per year", "stopping and death together", 0.001, 1.0),
    _share("epidemic", "clearance", "infections that clear by themselves"),
    _share("coverage", "oat_before", "reached by agonist treatment now"),
    _share("coverage", "nsp_before", "reached by enough syringes now"),
    _share("coverage", "oat", "reached by agonist treatment, planned"),
    _share("coverage", "nsp", "reached by enough syringes, planned"),
    Asked("treatment", "treated_per_1000", "treatments/1000 people/year", "antiviral, planned", 0.0, 1000.0),
    _share("treatment", "cured", "of those treated"),
    Asked("span", "years", "years", "how far to look", 1.0, 50.0),
)


def _site() -> tuple[Asked, ...]:
    """Ask for every input of the closed form, as its own book has them."""
    rows = read(supervised_site.SHIPPED)
    return tuple(
        Asked(row.text("outcome"), f"{row.text('outcome')}.{row.text('symbol')}", row.text("unit"), row.text("meaning"), 0.0, 1.0 if row.text("symbol") in supervised_site.SHARES else math.inf)
        for row in rows
    )  # fmt: skip


BOOKS: Mapping[str, tuple[Asked, ...]] = {
    saturation.FAMILY: SATURATION,
    transmission.FAMILY: TRANSMISSION,
    supervised_site.FAMILY: _site(),
}


def asked(family: str) -> tuple[Asked, ...]:
    """Return the rows that a family asks for.

    Raises:
        BadInput: the family takes no place; its inputs are tables of its own.
    """
    if family not in BOOKS:
        raise BadInput([Problem("command", 0, f"a place for {family}", f"one of {', '.join(BOOKS)}; other families read tables of their own with --data")])  # fmt: skip
    return BOOKS[family]


def template(family: str) -> list[tuple[str, ...]]:
    """Return the rows of an empty databook, its head first: values and sources are to be filled in."""
    rows = [(one.table, one.name, "", one.unit, "", one.meaning, one.expected) for one in asked(family)]
    return [COLUMNS, *rows]


def write(file: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write a databook: a workbook where the name ends in .xlsx, else CSV. A file that is there is never overwritten.

    Raises:
        BadInput: the file is there already.
    """
    if file.exists():
        raise BadInput([Problem(file.name, 0, "is there already", "a new file")])
    if file.suffix == WORKBOOK:
        workbook.write(file, {SHEET: rows})
        return
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8")


@dataclass(frozen=True)
class Place:
    """A checked databook as settings of a scenario, with its sources and fingerprint."""

    settings: Mapping[str, Any]
    sources: Mapping[str, str]
    fingerprint: str


def load(file: Path, family: str) -> Place:
    """Read a place's databook for a family.

    Raises:
        BadInput: with every row that is missing, unknown, doubled, without source, in another unit, or impossible.
    """
    needs = ("table", "name", "value", "unit", "source")
    table = read(file / f"{SHEET}.csv" if file.suffix == WORKBOOK else file, needs=needs)
    findings, rows = Findings(), asked(family)
    found = _by_name(table, {one.name for one in rows}, findings)
    settings = {one.name: _value(found[one.name], one, findings) for one in rows if one.name in found}
    for one in rows:
        if one.name not in found:
            findings.say(
                table.file, 0, f"{one.table} {one.name} is missing", f"a row with {one.expected}, in {one.unit}"
            )
    findings.stop()
    return Place(settings, {name: found[name].text("source") for name in settings}, digest({name: repr(value) for name, value in settings.items()}))  # fmt: skip


def _by_name(table: Table, known: set[str], findings: Findings) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in table:
        name = row.text("name")
        if name not in known:
            findings.say(row.file, row.number, f"name {name!r} is unknown", f"one of {', '.join(sorted(known))}")
        elif name in found:
            findings.say(
                row.file, row.number, f"{name} stands twice", f"one row; the other is row {found[name].number}"
            )
        else:
            found[name] = row
    return found


def _value(row: Row, one: Asked, findings: Findings) -> Any:
    """Return a row's value; note a unit, a source or a value that cannot be used, by its cell."""
    if row.text("unit") != one.unit:
        findings.say(row.file, row.number, f"unit of {one.name} is {row.text('unit')!r}", one.unit)
    if not row.text("source"):
        findings.say(row.file, row.number, f"source of {one.name} is missing", "where the number comes from")
    said = Row(row.file, row.number, {one.name: row.text("value")})
    if one.unit == YES_OR_NO:
        if row.text("value") not in {"yes", "no"}:
            findings.say(row.file, row.number, f"{one.name} is {row.text('value')!r}" if row.text("value") else f"{one.name} is missing", YES_OR_NO)  # fmt: skip
        return row.text("value") == "yes"
    return said.amount(one.name, findings, least=one.least, most=one.most)
