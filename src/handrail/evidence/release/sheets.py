"""A released table as a workbook (XLSX): the numbers on one sheet, all that is said beside them on another."""

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from handrail.core.ui.spreadsheet import cell

from .published import Published
from .writers import about, check, lines

CORE = "docProps/core.xml"  # the part of the file that says when it was written
STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: it tells nothing
WIDTHS = (24, 60)  # characters: a column of names, a column of sentences


def as_xlsx(published: Published) -> bytes:
    """Return a released table as a workbook. No cell is a formula; the same table is the same file, byte for byte."""
    from openpyxl import Workbook  # a quarter of a second to load; only who asks for a sheet waits for it

    told, book = check(published), Workbook()
    with override("en"):
        table, more = book.active, book.create_sheet("about")
        table.title = "numbers"
        for line in lines(told):
            _append(table, line)
        for name, says in about(told).items():
            _append(more, (name, says))
    table.freeze_panes = "A2"
    for sheet in (table, more):
        for column, width in zip("AB", WIDTHS, strict=True):
            sheet.column_dimensions[column].width = width if sheet is more else WIDTHS[0]
    out = io.BytesIO()
    book.save(out)
    return _without_time(out.getvalue(), book)


def _append(sheet: Any, line: tuple[Any, ...]) -> None:
    """Add a line whose texts are texts: what would start a formula gets a quote before it, and no cell is typed as one."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    row = sheet.max_row + 1 if sheet.max_row > 1 or sheet["A1"].value is not None else 1
    for column, value in enumerate(line, start=1):
        one = sheet.cell(row, column)
        if isinstance(value, int | Decimal):
            one.value = value
        elif value:
            one.value = ILLEGAL_CHARACTERS_RE.sub("", cell(value))
            one.data_type = "s"


def _without_time(file: bytes, book: Any) -> bytes:
    """Write the same workbook without the moment at which it was made."""
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.xml.functions import tostring

    then, out = datetime(*STAMP), io.BytesIO()  # noqa: DTZ001  -- the format has no zone
    told = DocumentProperties(creator="Handrail", created=then, modified=then)
    with zipfile.ZipFile(io.BytesIO(file)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = tostring(told.to_tree()) if name == CORE else old.read(name)
            new.writestr(zipfile.ZipInfo(name, STAMP), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()
