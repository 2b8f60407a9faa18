"""Read a published file and record it, row by row, through the one write path.

The file is read twice: once to take its fingerprint and find what is wrong, so that a wrong file changes nothing; once to
record its rows, in batches. A line is a row: a stray quotation mark spoils its own line and no other.
"""

import csv
import hashlib
import itertools
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from handrail.core.common import clock
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker
from handrail.core.journal import acts
from handrail.core.org import queries as org
from handrail.core.org.rules import ROLES
from handrail.core.ui import refusals
from handrail.services.drugchecking import actions, rules
from handrail.services.drugchecking.acts import SAMPLE

LARGEST_FILE_MB = 100
LONGEST_LINE = 10_000  # characters; the longest row of a known layout has under 100
MOST_ISSUES = 100_000  # past this many odd lines it is not the file it claims to be
LINES_TOLD = 20  # on a terminal; the rest is in the JSON

IMPORTER = Worker(
    id=uuid.UUID("0f6f3c1a-8f57-4f5e-9a43-3f1d8f7b2c60"),  # fixed: the console itself, not a person
    handle="console",
    grants=frozenset((permission, None) for permission in ROLES["importer"]),
)

Parsed = tuple[int, rules.Row | rules.Issue]


@dataclass(frozen=True)
class Note:
    """A line that was saved, and what is worth knowing about it."""

    line: int
    code: str


@dataclass
class Report:
    """What became of a file: rows read, saved, saved before, in conflict; refused lines and noted ones."""

    read: int = 0
    saved: int = 0
    already: int = 0
    conflict: int = 0
    refused: list[rules.Issue] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON."""
        return asdict(self)

    def tell(self) -> None:
        """Print the report for a person: the counts, then the first odd lines with what to do about them."""
        print(
            f"{self.read} rows read: {self.saved} saved, {self.already} saved before, {self.conflict} in conflict, "
            f"{len(self.refused)} refused"
        )
        odd = [(one.line, one.column, one.code) for one in self.refused] + [
            (one.line, "", one.code) for one in self.notes
        ]
        for line, column, code in sorted(odd)[:LINES_TOLD]:
            print(f"  line {line}{column and ', ' + column}: {refusals.say(Refused(code))} [{code}]")
        if len(odd) > LINES_TOLD:
            print(f"  and {len(odd) - LINES_TOLD} more: see them all with --json")


def import_file(kind: str, path: Path, *, site: str | None = None, dry_run: bool = False) -> Report:
    """Record every good row of a file, once; report the others by line. A dry run parses and saves nothing.

    Args:
        kind: which layout the file has: `bc-strips`.
        site: the name of the site that keeps the records; None for the first.
    Raises:
        Refused: `unknown-import`, `no-such-file`, `file-too-large`, `not-text`, `wrong-columns`, `too-many-bad-rows`,
            `unknown-site`, `imported-elsewhere`. Nothing was saved.
    """
    layout = rules.layout(kind)
    check_file(path)
    site_id = org.site_named(site).id
    report = _survey(path, layout)
    if not dry_run:
        _record(path, layout, report=report, site_id=site_id, received_at=clock.now())
    return report


def check_file(path: Path) -> None:
    """Refuse what cannot be a file to import, before a byte is read. Raises Refused: `no-such-file`, `file-too-large`."""
    if not path.is_file():
        raise Refused("no-such-file")
    if path.stat().st_size > LARGEST_FILE_MB * 1_000_000:
        raise Refused("file-too-large", most=LARGEST_FILE_MB)


def _survey(path: Path, layout: rules.Layout) -> Report:
    """Read the whole file and say what it holds."""
    report = Report()
    for line, parsed in _rows(path, layout):
        report.read += 1
        if isinstance(parsed, rules.Issue):
            report.refused.append(parsed)
        elif len(parsed.readings) < len(layout.readings):
            report.notes.append(Note(line, "one-reading"))
        if len(report.refused) + len(report.notes) > MOST_ISSUES:
            raise Refused("too-many-bad-rows", most=MOST_ISSUES)
    return report


def _record(path: Path, layout: rules.Layout, *, report: Report, site_id: uuid.UUID, received_at: datetime) -> None:
    """Record the file, then its rows in batches; count in the report what became of them."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    issues = (*report.refused, *(rules.Issue(note.line, "", note.code) for note in report.notes))
    read = rules.ImportedFile(layout.source, layout.licence, layout.parser, sha256, report.read, issues, site_id)
    try:
        actions.record_file(read, by=IMPORTER, received_at=received_at)
    except Conflict:
        raise Refused("imported-elsewhere") from None
    good = ((line, parsed) for line, parsed in _rows(path, layout) if isinstance(parsed, rules.Row))
    while batch := list(itertools.islice(good, acts.ROWS_AT_ONCE)):
        drafts = [
            rules.ImportedSample(layout.source, row.native_id, row.readings, site_id, read.id) for _, row in batch
        ]
        told = acts.receive_many(drafts, kind=SAMPLE, by=IMPORTER, received_at=received_at)
        for (line, _), answer in zip(batch, told, strict=True):
            count(report, line, answer)


def count(report: Report, line: int, answer: acts.Answer) -> None:
    """Count in the report what became of one act."""
    if answer.outcome == acts.SAVED:
        report.saved += 1
    elif answer.outcome == acts.ALREADY:
        report.already += 1
    elif answer.code == "conflict":
        report.conflict += 1
        report.notes.append(Note(line, answer.code))
    else:
        report.refused.append(rules.Issue(line, "", answer.code))


def _rows(path: Path, layout: rules.Layout) -> Iterator[Parsed]:
    """Read the rows of a file, each with its line, or what is wrong with it. Raises Refused for a wrong file."""
    columns: tuple[str, ...] | None = None
    for line, cells in cells_of(path):
        if columns is None:
            columns = rules.check_columns(cells or (), of=layout)
        else:
            yield line, _parse(line, cells, columns, layout)
    if columns is None:
        rules.check_columns((), of=layout)


def cells_of(path: Path) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each line's number and cells, None where it cannot be divided; empty lines but the first are left out.

    Raises:
        Refused: `not-text`, `no-such-file`.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line, text in _lines(file):
                if text != "" or line == 1:
                    yield line, _cells(text)
    except UnicodeDecodeError:
        raise Refused("not-text") from None
    except PermissionError:
        raise Refused("no-such-file") from None


def _parse(
    line: int, cells: list[str] | None, columns: tuple[str, ...], layout: rules.Layout
) -> rules.Row | rules.Issue:
    if cells is None:
        return rules.Issue(line, "", "not-a-row")
    try:
        return rules.parse_row(cells, columns=columns, of=layout)
    except rules.BadCell as bad:
        return rules.Issue(line, bad.column, bad.code)


def _cells(text: str | None) -> list[str] | None:
    """Divide one line into cells; None when it cannot be."""
    if text is None:
        return None
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None


def _lines(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """Read lines with their numbers, from 1; None for one that is too long to be a row."""
    for number, text in enumerate(iter(lambda: _piece(file), ""), start=1):
        whole = text.endswith("\n") or len(text) < LONGEST_LINE
        rest = text
        while not rest.endswith("\n") and len(rest) == LONGEST_LINE:
            rest = _piece(file)
        yield number, text.rstrip("\n") if whole else None


def _piece(file: TextIO) -> str:
    text = file.readline(LONGEST_LINE)
    if "\0" in text:
        raise Refused("not-text")
    return text
