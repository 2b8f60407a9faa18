"""The month pseudonym: one a month, none once the month is forgotten."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from handrail.core.common import passing
from handrail.core.people import months

MARCH = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _own_keys(tmp_path) -> Iterator[None]:
    before = list(passing._folder)
    passing.install(tmp_path)
    yield
    passing._folder[:] = before


def test_person_is_the_same_within_a_month_and_another_in_the_next() -> None:
    first = months.person("p", day=MARCH, today=MARCH)
    assert first == months.person("p", day=date(2026, 3, 31), today=date(2026, 4, 30)) and len(first) == 32
    assert first not in (
        months.person("p", day=date(2026, 4, 1), today=date(2026, 4, 1)),
        months.person("q", day=MARCH, today=MARCH),
    )


def test_person_makes_no_key_for_a_month_whose_last_day_is_more_than_90_days_back() -> None:
    last = date(2026, 3, 31) + timedelta(days=90)
    assert months.person("p", day=MARCH, today=last + timedelta(days=1)) == "" and passing.spans() == []
    assert months.person("p", day=MARCH, today=last) != ""


def test_person_uses_a_key_that_a_hold_has_kept() -> None:
    first = months.person("p", day=MARCH, today=MARCH)
    assert months.person("p", day=MARCH, today=MARCH + timedelta(days=300)) == first


def test_person_is_blank_once_the_months_key_has_ended() -> None:
    months.person("p", day=MARCH, today=MARCH)
    passing.end(months.span(MARCH))
    assert months.person("p", day=MARCH, today=MARCH + timedelta(days=300)) == ""


def test_persons_returns_a_card_in_each_month_that_has_a_key() -> None:
    passing.make("sketch:x:2026")
    told = {f"{day:%Y-%m}": months.person("p", day=day, today=day) for day in (MARCH, date(2026, 4, 2))}
    assert months.persons("p") == told


@pytest.mark.parametrize(("day", "last"), [(date(2024, 2, 3), 29), (date(2026, 2, 1), 28), (date(2026, 12, 31), 31)])
def test_last_day_is_the_months(day, last) -> None:
    assert months.last_day(day) == day.replace(day=last)
