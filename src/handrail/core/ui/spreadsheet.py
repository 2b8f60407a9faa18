"""Staff exports: CSV that a spreadsheet reads as text, never as a formula. The file says what it is."""

import csv
import io
from collections.abc import Iterable, Sequence

INTERNAL = "internal, not released"
FULL_WIDTH = 0xFEE0  # how far the full-width forms lie from the plain ones (Unicode, U+FF01 to U+FF5E); some programs read both alike
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", *(chr(ord(sign) + FULL_WIDTH) for sign in "=+-@"))


def cell(value: object) -> str:
    """Return a value as it can stand in a spreadsheet: what would start a formula gets a quote before it."""
    if isinstance(value, int):
        return str(value)
    text = str(value if value is not None else "")
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def internal(columns: Sequence[str], rows: Iterable[Sequence[object]], *, why: str) -> str:
    """Return a staff export with its watermark, and the reason it was taken for, as the first line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([INTERNAL, f"taken for: {why}"])
    writer.writerow(columns)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()
