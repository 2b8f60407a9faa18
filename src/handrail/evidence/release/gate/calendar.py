"""The fixed grid of time: weeks (ISO 8601), months, quarters, years. There is no other span, so no two can be subtracted to a day."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.core.common.refusals import Refused

WEEK, MONTH, QUARTER, YEAR = "week", "month", "quarter", "year"
FORMS = {
    WEEK: re.compile(r"(?P<year>\d{4})-W(?P<n>\d{2})"),
    MONTH: re.compile(r"(?P<year>\d{4})-(?P<n>\d{2})"),
    QUARTER: re.compile(r"(?P<year>\d{4})-Q(?P<n>[1-4])"),
    YEAR: re.compile(r"(?P<year>\d{4})"),
}
MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
DECEMBER = 12


@dataclass(frozen=True)
class Period:
    """One span of the grid, site-local days, `until` not included."""

    name: str
    level: str
    since: date
    until: date

    def is_over(self, today: date) -> bool:
        """Tell whether its last day has passed."""
        return today >= self.until


def period(name: str) -> Period:
    """Read a span: `2026-W46`, `2026-10`, `2026-Q3`, `2026`. Raises Refused("unknown-period")."""
    for level, form in FORMS.items():
        if found := form.fullmatch(name):
            try:
                since = _begins(level, int(found["year"]), int(found.groupdict().get("n") or 1))
                return Period(name, level, since, _ends(level, since))
            except ValueError:
                break
    raise Refused("unknown-period")


def around(day: date, level: str) -> Period:
    """Return the span of this level that holds a day."""
    if level == WEEK:
        year, week, _ = day.isocalendar()
        return period(f"{year}-W{week:02}")
    if level == MONTH:
        return period(f"{day:%Y-%m}")
    return period(f"{day:%Y}" if level == YEAR else f"{day:%Y}-Q{(day.month + 2) // 3}")


def before(one: Period) -> Period:
    """Return the span before."""
    return around(one.since - timedelta(days=1), one.level)


def months(one: Period) -> list[Period]:
    """Return the months of a month, quarter or year, in their order. A week has none: weeks and months do not nest."""
    found, month = [], around(one.since, MONTH)
    while one.level != WEEK and month.since < one.until:
        found.append(month)
        month = around(month.until, MONTH)
    return found


def above(one: Period) -> list[Period]:
    """Return the spans of the grid that hold a month, quarter or year wholly: its quarter, its year."""
    levels = {MONTH: (QUARTER, YEAR), QUARTER: (YEAR,)}.get(one.level, ())
    return [around(one.since, level) for level in levels]


def _begins(level: str, year: int, n: int) -> date:
    if level == WEEK:
        return date.fromisocalendar(year, n, 1)
    return date(year, (n - 1) * MONTHS[level] + 1, 1)


def _ends(level: str, since: date) -> date:
    if level == WEEK:
        return since + timedelta(days=7)
    months = since.month - 1 + MONTHS[level]
    return date(since.year + months // DECEMBER, months % DECEMBER + 1, 1)
