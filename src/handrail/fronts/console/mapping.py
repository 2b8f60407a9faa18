"""A spreadsheet of somebody's own, read by a mapping file that says what its headings mean. Nothing is guessed: a cell is read or named.

The mapping is TOML. `[columns]` gives our field the file's heading; other tables are each kind's own (docs/how-to/import-a-spreadsheet.md).
"""

import csv
import hashlib
import tomllib
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from handrail.core.common import keys, periods
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.supplies import rules as supplies
from handrail.services.drugchecking.rules import Issue

from .importing import Report, check_file

LONGEST_NUMBER = 12  # characters; far more than any amount has
HEADINGS = 1  # the line of the file on which they stand


class BadCellError(Exception):
    """A cell says nothing that can be read; `column` is its heading."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


@dataclass
class Sheet:
    """A file, its mapping and the site: rows as {heading: text}, with their lines."""

    site: org.Site
    mapping: Mapping[str, Any]
    headings: list[str]
    rows: list[tuple[int, dict[str, str]]]
    mark: str
    report: Report = field(default_factory=Report)

    def table(self, name: str) -> dict[str, Any]:
        """Return a table of the mapping; empty where it has none."""
        told = self.mapping.get(name, {})
        return dict(told) if isinstance(told, Mapping) else {}

    def cell(self, row: Mapping[str, str], name: str, *, needed: bool = True) -> str:
        """Return the text of our field in a row. Raises BadCellError: `empty-cell`."""
        heading = str(self.table("columns").get(name, ""))
        text = row.get(heading, "").strip()
        if needed and not text:
            raise BadCellError(heading or name, "empty-cell")
        return text

    def amount(self, row: Mapping[str, str], heading: str, *, least: int = 0) -> int:
        """Return a whole number under a heading; an empty cell is none. Raises BadCellError: `bad-amount`."""
        text = row.get(heading, "").strip() or "0"
        short = len(text) <= LONGEST_NUMBER  # Python reads no number of thousands of digits
        if not (short and text.isdecimal() and least <= int(text) <= supplies.MOST_AT_ONCE):
            raise BadCellError(heading, "bad-amount")
        return int(text)

    def moment(self, row: Mapping[str, str], *, received_at: datetime) -> datetime:
        """Return when it was: with an offset, or the site's own time. Raises BadCellError: `bad-time`, `date-ahead`, `date-too-old`."""
        heading, text = str(self.table("columns").get("time", "")), self.cell(row, "time")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise BadCellError(heading, "bad-time") from None
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(self.site.timezone))
        try:
            periods.check_happened(at, received_at=received_at)
        except Refused as refusal:
            raise BadCellError(heading, refusal.code) from None
        return at

    def act_id(self, said: str) -> uuid.UUID:
        """Return the id of a row's act: keyed, so that it says nothing of its time, and the same when the file is read again."""
        return keys.ring().veiled(uuid.uuid5(self.site.id, said))

    def refuse(self, line: int, column: str, code: str) -> None:
        """Name a cell that was not taken."""
        self.report.refused.append(Issue(line, column, code))


def read(path: Path, mapping: Path | None, *, site: str | None, fields: Collection[str]) -> Sheet:
    """Read a file by its mapping; headings that the mapping names and the file lacks are named on line 1.

    Raises:
        Refused: `no-such-file`, `file-too-large`, `not-text`, `no-mapping`, `bad-mapping`, `lacking-columns` where a field
            that every row needs has no heading in the file.
    """
    check_file(path)
    told, (headings, rows, mark) = _mapping(mapping), _rows(path)
    sheet = Sheet(org.site_named(site), told, headings, rows, mark)
    columns = sheet.table("columns")
    if unnamed := sorted(name for name in fields if columns.get(name) not in headings):
        raise Refused("lacking-columns", columns=", ".join(f"{name} = {columns.get(name, '?')}" for name in unnamed))
    named = [*columns.values(), *sheet.table("items")]
    for heading in named:
        if heading not in headings:
            sheet.refuse(HEADINGS, str(heading), "unknown-column")
    return sheet


def _mapping(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        raise Refused("no-mapping")
    check_file(path)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise Refused("bad-mapping") from None


def _rows(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]], str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("not-text") from None
    lines = csv.reader(text.splitlines())
    headings = [one.strip() for one in next(lines, [])]
    return headings, list(_numbered(lines, headings)), hashlib.sha256(text.encode()).hexdigest()


def _numbered(lines: Any, headings: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for cells in lines:
        if any(cell.strip() for cell in cells):
            yield lines.line_num, dict(zip(headings, cells, strict=False))
