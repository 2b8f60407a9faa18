"""Coarse steps and the site's own day."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common import periods
from handrail.core.common.refusals import Refused

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  -- bounds are naive by contract


@pytest.mark.parametrize(
    ("minutes", "kept"),
    [(15, datetime(2026, 3, 10, 12, 45, tzinfo=UTC)), (60, datetime(2026, 3, 10, 12, 0, tzinfo=UTC))],
)
def test_coarse_rounds_down_to_its_step(minutes: int, kept: datetime) -> None:
    assert periods.coarse(datetime(2026, 3, 10, 12, 59, 59, 999_999, tzinfo=UTC), minutes=minutes) == kept


@given(MOMENTS)
def test_coarse_once_is_coarse_for_ever(at: datetime) -> None:
    kept = periods.coarse(at)
    assert periods.coarse(kept) == kept
    assert timedelta(0) <= at - kept < timedelta(minutes=15)


def test_coarse_answers_in_utc_whatever_zone_it_is_told() -> None:
    at = datetime(2026, 3, 10, 12, 7, tzinfo=timezone(timedelta(hours=5, minutes=45)))  # Kathmandu
    assert periods.coarse(at).isoformat() == "2026-03-10T06:15:00+00:00"


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-03-08T07:59:00Z", "America/Vancouver", date(2026, 3, 7)),  # a minute before midnight, standard time
        (
            "2026-03-08T08:00:00Z",
            "America/Vancouver",
            date(2026, 3, 8),
        ),  # midnight, an hour before the clocks go forward
        ("2026-03-09T06:59:00Z", "America/Vancouver", date(2026, 3, 8)),  # the short day ends an hour earlier in UTC
        ("2026-03-09T07:00:00Z", "America/Vancouver", date(2026, 3, 9)),
        ("2026-10-25T00:30:00Z", "Europe/London", date(2026, 10, 25)),  # 01:30 comes twice that night
        ("2026-10-25T01:30:00Z", "Europe/London", date(2026, 10, 25)),
        ("2024-02-29T23:59:59Z", "Etc/UTC", date(2024, 2, 29)),
        ("2024-02-29T12:00:00Z", "Pacific/Kiritimati", date(2024, 3, 1)),
        ("2026-03-10T00:00:00Z", "Etc/UTC", date(2026, 3, 10)),
        ("2026-03-10T11:00:00Z", "Pacific/Pago_Pago", date(2026, 3, 10)),
        ("2026-03-10T10:59:00Z", "Pacific/Pago_Pago", date(2026, 3, 9)),
    ],
)
def test_site_day_is_the_calendar_day_it_was_there(at: str, zone: str, day: date) -> None:
    assert periods.site_day(datetime.fromisoformat(at), zone) == day


@pytest.mark.parametrize("text", ["2026-03-10T18:00:00Z", "2026-03-10T10:00:00-08:00", "2026-03-11T03:30:00+09:30"])
def test_parse_moment_reads_any_offset_as_utc(text: str) -> None:
    assert periods.parse_moment(text) == datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        5,
        "",
        "soon",
        "2026-03-10T18:00:00",
        "2026-02-30T18:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_parse_moment_is_none_for_what_is_no_moment(text: object) -> None:
    assert periods.parse_moment(text) is None


@given(MOMENTS)
def test_write_moment_is_read_back_to_the_second(at: datetime) -> None:
    assert periods.parse_moment(periods.write_moment(at)) == at.replace(microsecond=0)


def test_check_happened_lets_a_device_run_a_little_ahead() -> None:
    periods.check_happened(NOON + periods.CLOCK_AHEAD, received_at=NOON)
    with pytest.raises(Refused) as refused:
        periods.check_happened(NOON + periods.CLOCK_AHEAD + timedelta(seconds=1), received_at=NOON)
    assert refused.value.code == "date-ahead"


def test_check_happened_refuses_what_is_older_than_ids_are_kept() -> None:
    periods.check_happened(NOON - periods.OLDEST, received_at=NOON)
    with pytest.raises(Refused) as refused:
        periods.check_happened(NOON - periods.OLDEST - timedelta(seconds=1), received_at=NOON)
    assert (refused.value.code, refused.value.facts) == ("date-too-old", {"days": 400})
