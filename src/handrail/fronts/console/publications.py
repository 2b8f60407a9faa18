"""Read what other services publish and record it, row by row, through the one write path: dry run, the site's own names, errors by line.

The file is read whole before anything is recorded; it is not kept. A report tells line, column and code, never a cell.
"""

import csv
import hashlib
import itertools
import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from handrail.core.common import clock
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.journal import acts
from handrail.core.org import queries as org
from handrail.services.drugchecking import actions, rules
from handrail.services.drugchecking.acts import COUNT, RESULT
from handrail.services.drugchecking.imports.cells import Aliases, folded
from handrail.services.drugchecking.imports.drafts import Counted, ImportedCount, ImportedResult, Result
from handrail.services.drugchecking.imports.sources import SOURCES, Source, Told

from . import importing

KINDS = frozenset(SOURCES)
FIELDS = frozenset({"substance", "expected", "region"})
SQLITE_MAGIC = b"SQLite format 3\0"
MOST_ROWS = 2_000_000
PILLS = (
    "SELECT m.Pill_ID AS Pill_ID, m.Source AS Source, m.Sold_As_Ecstasy AS Sold_As_Ecstasy, m.Date AS Date, "
    "s.Substance_Name AS Substance_Name, c.Substance_Parts AS Substance_Parts FROM Pill_Misc m "
    "LEFT JOIN Pill_Content c ON c.Pill_ID = m.Pill_ID LEFT JOIN Substance s ON s.Substance_ID = c.Substance_ID "
    "ORDER BY m.Pill_ID, c.rowid"
)


def import_file(
    kind: str, path: Path, *, site: str | None = None, dry_run: bool = False, names: Path | None = None
) -> importing.Report:
    """Record every good row of a published file, once; report the others by line. A dry run reads and saves nothing.

    Args:
        names: a table `field,told,means` of the site's own (field: substance, expected or region).
    Raises:
        Refused: as `importing.import_file`, and `bad-names-table`. Nothing was saved.
    """
    source = SOURCES[kind]
    importing.check_file(path)
    aliases = read_names(names) if names else {}
    site_id = org.site_named(site).id
    report = importing.Report()
    told = [(line, one) for line, one in _survey(path, source, aliases, report) if one is not None]
    if not dry_run:
        _record(path, source, told, report=report, site_id=site_id, received_at=clock.now())
    return report


def survey(kind: str, path: Path) -> list[tuple[int, Result | Counted]]:
    """Read a file and save nothing: what each good line says. Raises Refused as `import_file`."""
    told = _survey(path, SOURCES[kind], {}, importing.Report())
    return [(line, one) for line, one in told if one is not None]


def read_names(path: Path) -> Aliases:
    """Read a site's table of names. Raises Refused: `no-such-file`, `file-too-large`, `bad-names-table`."""
    importing.check_file(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error):
        raise Refused("bad-names-table") from None
    if any(set(row) != {"field", "told", "means"} or row["field"] not in FIELDS or not row["means"] for row in rows):
        raise Refused("bad-names-table")
    return {(row["field"], folded(row["told"])): row["means"].strip() for row in rows}


def _survey(
    path: Path, source: Source, aliases: Aliases, report: importing.Report
) -> Iterator[tuple[int, Result | Counted | None]]:
    """Read the whole file; count its rows and keep what is odd in the report."""
    rows = READERS[source.form](path, source)

    def counted() -> Iterator[tuple[int, Mapping[str, Any] | None]]:
        for line, row in rows:
            report.read += 1
            yield line, row

    told: Told
    for told in source.read(counted(), aliases):
        line, one, refused, notes = told
        report.refused += refused
        report.notes += [importing.Note(note.line, note.code) for note in notes]
        if len(report.refused) + len(report.notes) > importing.MOST_ISSUES:
            raise Refused("too-many-bad-rows", most=importing.MOST_ISSUES)
        yield line, one


def _record(
    path: Path,
    source: Source,
    told: list[tuple[int, Result | Counted]],
    *,
    report: importing.Report,
    site_id: uuid.UUID,
    received_at: datetime,
) -> None:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    issues = (*report.refused, *(rules.Issue(note.line, "", note.code) for note in report.notes))
    read = rules.ImportedFile(source.source, source.licence, source.parser, sha256, report.read, issues, site_id)
    try:
        actions.record_file(read, by=importing.IMPORTER, received_at=received_at)
    except Conflict:
        raise Refused("imported-elsewhere") from None
    rest = iter(told)
    while batch := list(itertools.islice(rest, acts.ROWS_AT_ONCE)):
        kind = RESULT if isinstance(batch[0][1], Result) else COUNT
        drafts = [
            ImportedResult(source.source, one, site_id, read.id)
            if isinstance(one, Result)
            else ImportedCount(source.source, one, site_id, read.id)
            for _, one in batch
        ]
        answers = acts.receive_many(drafts, kind=kind, by=importing.IMPORTER, received_at=received_at)
        for (line, _), answer in zip(batch, answers, strict=True):
            importing.count(report, line, answer)


def _csv(path: Path, source: Source) -> Iterator[tuple[int, Mapping[str, str] | None]]:
    """Yield cells by column; None for a line with too few or too many. Raises Refused: `wrong-columns`, `not-text`."""
    columns: list[str] | None = None
    for line, cells in importing.cells_of(path):
        if columns is None:
            columns = [one.strip() for one in cells or ()]
            if set(source.columns) - set(columns) or len(set(columns)) != len(columns):
                raise Refused("wrong-columns", columns=", ".join(source.columns))
        else:
            yield (
                line,
                dict(zip(columns, cells, strict=True)) if cells is not None and len(cells) == len(columns) else None,
            )
    if columns is None:
        raise Refused("wrong-columns", columns=", ".join(source.columns))


def _json(path: Path, source: Source) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """Yield the objects of a list, counted from 1; None for what is no object. Raises Refused: `not-text`, `wrong-columns`."""
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("not-text") from None
    if not isinstance(told, list) or not any(isinstance(one, dict) and set(source.columns) <= set(one) for one in told):
        raise Refused("wrong-columns", columns=", ".join(source.columns))
    for number, one in enumerate(told, start=1):
        yield number, one if isinstance(one, dict) else None


def _sqlite(path: Path, source: Source) -> Iterator[tuple[int, Mapping[str, Any] | None]]:
    """Yield the rows of pills and their contents, counted from 1, the file opened to be read alone.

    Raises Refused: `not-a-database`, `wrong-columns`.
    """
    with path.open("rb") as file:
        if file.read(len(SQLITE_MAGIC)) != SQLITE_MAGIC:
            raise Refused("not-a-database")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.row_factory = sqlite3.Row
            for number, row in enumerate(database.execute(PILLS), start=1):
                if number > MOST_ROWS:
                    raise Refused("file-too-large", most=importing.LARGEST_FILE_MB)
                yield number, dict(row)
    except sqlite3.OperationalError:
        raise Refused("wrong-columns", columns=", ".join(source.columns)) from None
    except sqlite3.DatabaseError:
        raise Refused("not-a-database") from None


READERS = {"csv": _csv, "json": _json, "sqlite": _sqlite}
