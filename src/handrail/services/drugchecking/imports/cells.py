"""Cells as other services write them: days, lists, amounts, names, registry numbers."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime

from handrail.services.drugchecking.rules import BadCell

FIRST_YEAR = 1990  # drug checking services publish since; an earlier day is a typing error
LONGEST_NAME = 80
DAYS = ("%Y-%m-%d", "%d%b%Y", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S")
CAS = re.compile(r"(\d{2,7})-(\d{2})-(\d)")

Aliases = Mapping[tuple[str, str], str]  # (field, folded text) -> what it means; the site edits the table


def day(row: Mapping[str, str], column: str) -> date | None:
    """Read a day, None for an empty cell. Raises BadCell: `bad-day`, `impossible-day`."""
    text = row.get(column, "").strip().strip(".")
    if not text:
        return None
    for form in DAYS:
        try:
            told = datetime.strptime(text[:19], form).date()  # noqa: DTZ007  -- a day without an hour has no zone
        except ValueError:
            continue
        if told.year < FIRST_YEAR:
            raise BadCell(column, "impossible-day")
        return told
    raise BadCell(column, "bad-day")


def month(row: Mapping[str, str], column: str) -> date:
    """Read `Jan 2024` or `2024-01` as the month's first day. Raises BadCell("bad-day")."""
    text = row.get(column, "").strip()
    for form in ("%b %Y", "%B %Y", "%Y-%m"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  -- a month has no zone
        except ValueError:
            continue
    raise BadCell(column, "bad-day")


def count(row: Mapping[str, str], column: str) -> int:
    """Read a count. Raises BadCell("bad-count")."""
    text = row.get(column, "").strip().replace(",", "").removesuffix(".0")
    if not text.isascii() or not text.isdigit() or len(text) > 9:  # noqa: PLR2004  -- a thousand million reports is no count
        raise BadCell(column, "bad-count")
    return int(text)


def hundredths(row: Mapping[str, str], column: str) -> int | None:
    """Read a percentage as hundredths of a percent, None for an empty cell. Raises BadCell("bad-amount-told")."""
    text = row.get(column, "").strip().rstrip("%").strip()
    if not text:
        return None
    try:
        told = float(text)
    except ValueError:
        raise BadCell(column, "bad-amount-told") from None
    if not 0 <= told <= 100:  # noqa: PLR2004  -- percent
        raise BadCell(column, "bad-amount-told")
    return round(told * 100)


def listed(text: str) -> tuple[str, ...]:
    """Divide a cell of several values, in order, each once."""
    return tuple(dict.fromkeys(one.strip() for one in text.split(";") if one.strip()))


def name(row: Mapping[str, str], column: str) -> str:
    """Read a name as it is told, white space put in order. Raises BadCell("bad-substance")."""
    told = " ".join(row.get(column, "").split())
    if not told or len(told) > LONGEST_NAME or not told.isprintable():
        raise BadCell(column, "bad-substance")
    return told


def folded(text: str) -> str:
    """Return text without case, spaces, hyphens and accents: names alike in this are one, and no others."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\s\-\u2010-\u2015_]+", "", "".join(one for one in plain if not unicodedata.combining(one)))


def meaning(aliases: Aliases, field: str, text: str) -> str:
    """Return what the site's table says a text means, else the text."""
    return aliases.get((field, folded(text)), text)


def is_cas(text: str) -> bool:
    """Say whether a CAS number has its form and its check digit."""
    told = CAS.fullmatch(text.strip())
    if told is None:
        return False
    digits = (told.group(1) + told.group(2))[::-1]
    return sum(place * int(digit) for place, digit in enumerate(digits, start=1)) % 10 == int(told.group(3))
