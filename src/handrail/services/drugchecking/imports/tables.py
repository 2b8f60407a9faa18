"""Tables of counts: UNC by month, New York City by month, NFLIS by half-year. External series, never Samples."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from handrail.services.drugchecking.rules import BadCell, Issue

from .cells import Aliases, count, meaning, month, name
from .drafts import Counted
from .samples import BAD_ROW

Rows = Iterator[tuple[int, Mapping[str, str] | None]]
Told = Iterator[tuple[int, Counted | None, list[Issue], list[Issue]]]

MONTHS_A_YEAR = 12
SMALL = 20  # samples a month: normal here, and marked
POSITIVE = re.compile(r"Total_Lab_(?P<panel>.+)_Pos")
HALF = re.compile(r"S?A?(?P<half>[12])")
STATE = re.compile(r"[A-Z]{2}")


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return date(day.year + day.month // MONTHS_A_YEAR, day.month % MONTHS_A_YEAR + 1, 1)


def unc_monthly(rows: Rows, aliases: Aliases) -> Told:
    """Read a month a line, a substance a column."""
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            since, n = month(row, "month"), count(row, "n_samples")
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        for column in row:
            if column in {"month", "n_samples"}:
                continue
            yield _cell(line, row, column, substance=meaning(aliases, "substance", column), since=since, n=n)


def nyc(rows: Rows, aliases: Aliases) -> Told:
    """Read a month a line; the panels are whichever columns are there. Percentages are left behind: counts tell them better."""
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            since, n = month(row, "yr_mo"), count(row, "Total_Lab")
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        for column in row:
            if told := POSITIVE.fullmatch(column):
                panel = meaning(aliases, "substance", told.group("panel").replace("_", " ").casefold())
                yield _cell(line, row, column, substance=panel, since=since, n=n)


def _cell(
    line: int, row: Mapping[str, str], column: str, *, substance: str, since: date, n: int
) -> tuple[int, Counted | None, list[Issue], list[Issue]]:
    try:
        k = count(row, column)
        if k > n:
            raise BadCell(column, "more-than-all")
    except BadCell as bad:
        return line, None, [Issue(line, bad.column[:60], bad.code)], []
    notes = [Issue(line, "", "few-samples")] if n < SMALL else []
    return line, Counted(substance, "all", since, next_month(since), k, n, "samples"), [], notes


def nflis(rows: Rows, aliases: Aliases) -> Told:
    """Read a state, half-year and base a line. An extract has no total of all drugs, so none is kept."""
    for line, row in rows:
        if row is None:
            yield line, None, [Issue(line, "", BAD_ROW)], []
            continue
        try:
            since, until = _half(row)
            state = row["STATE"].strip()
            if not STATE.fullmatch(state):
                raise BadCell("STATE", "no-region")
            base = meaning(aliases, "substance", name(row, "BASE_DESCRIPTION").casefold())
            counted = Counted(base, state, since, until, count(row, "DRUG_REPORTS"), None, "reports")
        except BadCell as bad:
            yield line, None, [Issue(line, bad.column, bad.code)], []
            continue
        yield line, counted, [], [Issue(line, "STATE", "no-region")] if state == "XX" else []


def _half(row: Mapping[str, str]) -> tuple[date, date]:
    """Read year and `SA1`/`SA2`, which the export calls PERIOD and an extract half."""
    column = "PERIOD" if "PERIOD" in row else "half"
    told = HALF.match(row.get(column, "").strip())
    year = count(row, "YYYY")
    if told is None or not 1990 <= year <= 2100:  # noqa: PLR2004  -- years of the programme
        raise BadCell(column, "bad-day")
    first = told.group("half") == "1"
    return date(year, 1 if first else 7, 1), date(year, 7, 1) if first else date(year + 1, 1, 1)
