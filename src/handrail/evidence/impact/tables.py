"""Reading a family's files: every cell that is missing or impossible is named with file, row and what was expected, before anything runs."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handrail.core.common.refusals import Refused

from . import workbook

WORKBOOK = ".xlsx"
FIRST_ROW = 2  # the header is row 1, as a spreadsheet counts


@dataclass(frozen=True)
class Problem:
    """One cell or row that cannot be used."""

    file: str
    row: int
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}" if self.row else self.file
        return f"{where}: {self.found}; expected {self.expected}"


class BadInput(Refused):
    """The inputs cannot be run. `problems` holds every one; the sentence names the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("model-input", problem=str(problems[0]), more=len(problems) - 1)

    def __str__(self) -> str:
        return "; ".join(str(one) for one in self.problems)


@dataclass
class Findings:
    """Collects problems, so that all are named at once."""

    problems: list[Problem] = field(default_factory=list)

    def say(self, file: str, row: int, found: str, expected: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(file, row, found, expected))

    def stop(self) -> None:
        """Refuse when there is any problem."""
        if self.problems:
            raise BadInput(self.problems)


@dataclass(frozen=True)
class Row:
    """A row of a file, with its number in a spreadsheet."""

    file: str
    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell without the space around it; empty where there is none."""
        return (self.cells.get(column) or "").strip()

    def amount(
        self, column: str, findings: Findings, *, least: float = float("-inf"), most: float = float("inf")
    ) -> float:
        """Return a number between bounds; note what is none, and return NaN."""
        said = self.text(column)
        expected = "a number" + (f" from {least:g} to {most:g}" if least > float("-inf") or most < float("inf") else "")
        try:
            value = float(said)
        except ValueError:
            findings.say(self.file, self.number, f"{column} is {said!r}" if said else f"{column} is missing", expected)
            return float("nan")
        if not least <= value <= most:
            findings.say(self.file, self.number, f"{column} is {said}", expected)
        return value

    def probability(self, column: str, findings: Findings) -> float:
        """Return a number from 0 to 1."""
        return self.amount(column, findings, least=0.0, most=1.0)


@dataclass(frozen=True)
class Table:
    """A file's rows and its fingerprint."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    sha256: str

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def by(self, *columns: str) -> dict[tuple[str, ...], Row]:
        """Index the rows by columns; the last of equals wins."""
        return {tuple(row.text(column) for column in columns): row for row in self.rows}


def read(path: Path, *, needs: Iterable[str] = (), delimiter: str = ",") -> Table:
    """Read a CSV file, gzipped or plain; below a workbook (`book.xlsx/people.csv`) the sheet of that name (`people`).

    Raises:
        BadInput: there is no such file or sheet, it is no text, or it lacks a column.
    """
    try:
        if path.parent.suffix == WORKBOOK:
            return _columned(*workbook.sheet(path.parent, path.name.partition(".")[0]), needs)
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    except workbook.UnreadableError as broken:
        raise BadInput(
            [Problem(path.parent.name, 0, str(broken), f"a workbook with a sheet {path.name.partition('.')[0]}")]
        ) from None
    except (OSError, UnicodeDecodeError, EOFError):
        raise BadInput([Problem(path.name, 0, "cannot be read", "a CSV file in UTF-8")]) from None
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    return _columned(path.name, tuple(reader.fieldnames or ()), list(reader), raw, needs)


def _columned(  # what a file or a sheet gave, with its columns checked
    name: str, columns: tuple[str, ...], cells: Sequence[Mapping[str, str]], raw: bytes, needs: Iterable[str]
) -> Table:
    if missing := [one for one in needs if one not in columns]:
        raise BadInput([Problem(name, 1, f"no column {one}", f"the columns {', '.join(needs)}") for one in missing])
    rows = tuple(Row(name, at, one) for at, one in enumerate(cells, FIRST_ROW))
    return Table(name, columns, rows, hashlib.sha256(raw).hexdigest())


def sources(*tables: Table) -> dict[str, str]:
    """Return file names and fingerprints."""
    return {table.file: table.sha256 for table in tables}
