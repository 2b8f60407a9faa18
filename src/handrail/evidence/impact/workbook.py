"""A databook as a workbook (XLSX): each sheet is a table, its first row the columns. Read and written; a value is text as a reader sees it."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

LONGEST_NAME = 31  # of a sheet, in the format itself
Cells = Sequence[Sequence[Any]]


class UnreadableError(Exception):
    """No workbook, or no such sheet."""


def sheet(file: Path, name: str) -> tuple[str, tuple[str, ...], list[dict[str, str]], bytes]:
    """Return a sheet's name for problems, its columns, its rows as text by column, and the workbook's bytes.

    Raises:
        UnreadableError: the file is no workbook, or has no such sheet.
    """
    from openpyxl import load_workbook  # a quarter of a second to load; only who reads a workbook waits for it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        raw = file.read_bytes()
        book = load_workbook(file, read_only=True, data_only=True)
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError):
        raise UnreadableError("cannot be read") from None
    if name[:LONGEST_NAME] not in book.sheetnames:
        raise UnreadableError(f"no sheet {name[:LONGEST_NAME]}")
    rows = [[plain(value) for value in row] for row in book[name[:LONGEST_NAME]].iter_rows(values_only=True)]
    book.close()
    columns = tuple(rows[0]) if rows else ()
    return (
        f"{file.name}, sheet {name[:LONGEST_NAME]}",
        columns,
        [dict(zip(columns, row, strict=False)) for row in rows[1:]],
        raw,
    )


def plain(value: Any) -> str:
    """Return a cell as text: a whole number without a point, yes and no for truth, nothing for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value)


def write(file: Path, sheets: Mapping[str, Cells]) -> None:
    """Write tables as sheets, the head in bold and held in sight."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name[:LONGEST_NAME])
        for row in rows:
            page.append(list(row))
        page.freeze_panes = "A2"
        for cell in page[1]:
            cell.font = Font(bold=True)
        for column, width in enumerate((max(len(str(cell)) for cell in along) for along in zip(*rows, strict=True)), 1):
            page.column_dimensions[page.cell(1, column).column_letter].width = min(width + 2, 60)
    book.save(file)
