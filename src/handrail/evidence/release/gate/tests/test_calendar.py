"""Time is a fixed grid."""

from datetime import date

import pytest

from handrail.core.common.refusals import Refused
from handrail.evidence.release.gate import calendar


@pytest.mark.parametrize(
    ("name", "level", "since", "until", "before"),
    [
        ("2026-W10", "week", date(2026, 3, 2), date(2026, 3, 9), "2026-W09"),
        ("2026-W53", "week", date(2026, 12, 28), date(2027, 1, 4), "2026-W52"),
        ("2027-W01", "week", date(2027, 1, 4), date(2027, 1, 11), "2026-W53"),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 3, 1), "2024-01"),
        ("2025-12", "month", date(2025, 12, 1), date(2026, 1, 1), "2025-11"),
        ("2026-Q4", "quarter", date(2026, 10, 1), date(2027, 1, 1), "2026-Q3"),
        ("2026", "year", date(2026, 1, 1), date(2027, 1, 1), "2025"),
    ],
)
def test_a_period_begins_and_ends_and_follows_another(name, level, since, until, before) -> None:
    one = calendar.period(name)
    assert (one.level, one.since, one.until) == (level, since, until)
    assert calendar.around(since, level) == one
    assert calendar.before(one).name == before
    assert one.is_over(until)
    assert not one.is_over(date.fromordinal(until.toordinal() - 1))


@pytest.mark.parametrize(
    "name", ["", "2026-W54", "2025-W53", "2026-13", "2026-00", "2026-Q5", "last week", "2026-W10 "]
)
def test_nothing_else_is_a_period(name: str) -> None:
    with pytest.raises(Refused, match="unknown-period"):
        calendar.period(name)


def test_months_make_quarters_and_years_and_weeks_make_nothing() -> None:
    assert [one.name for one in calendar.months(calendar.period("2026-Q4"))] == ["2026-10", "2026-11", "2026-12"]
    assert len(calendar.months(calendar.period("2026"))) == 12
    assert calendar.months(calendar.period("2026-W10")) == []
    assert [one.name for one in calendar.above(calendar.period("2026-05"))] == ["2026-Q2", "2026"]
    assert [one.name for one in calendar.above(calendar.period("2026-Q2"))] == ["2026"]
    assert calendar.above(calendar.period("2026")) == calendar.above(calendar.period("2026-W10")) == []
