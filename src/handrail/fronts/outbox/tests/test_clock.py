"""A device's clock may be wrong by a day or by ten years: the server's time is counted on, or it is said to be unknown."""

import pytest

MINUTE, HOUR = 60_000, 3_600_000
DAY, YEAR = 24 * HOUR, 365 * 24 * HOUR
SERVER = 1_773_165_600_000  # 2026-03-10T18:00:00Z


def heard(clock, wrong_by: int):
    return clock("heard", clock("begin", None), {"server": SERVER, "device": SERVER + wrong_by, "count": 500})


def test_now_is_unknown_until_a_server_was_heard(clock) -> None:
    assert clock("now", clock("begin", None), {"device": SERVER, "count": 1}) is None
    assert clock("written", None) == ""


@pytest.mark.parametrize("wrong_by", [0, DAY, -DAY, 10 * YEAR, -10 * YEAR])
def test_now_is_the_servers_time_however_wrong_the_devices_clock(clock, wrong_by) -> None:
    state = heard(clock, wrong_by)
    later = {"device": SERVER + wrong_by + HOUR, "count": 500 + HOUR}
    assert clock("now", state, later) == SERVER + HOUR
    assert clock("now", clock("kept", state), later) == SERVER + HOUR  # and after the page was left


@pytest.mark.parametrize("back", [DAY, 10 * YEAR])
def test_now_counts_on_when_the_devices_clock_is_put_back(clock, back) -> None:
    assert clock("now", heard(clock, 0), {"device": SERVER - back, "count": 500 + HOUR}) == SERVER + HOUR


@pytest.mark.parametrize("back", [DAY, 10 * YEAR])
def test_now_is_unknown_when_the_clock_was_put_back_while_the_page_was_left(clock, back) -> None:
    kept = clock("kept", clock("passed", heard(clock, 0), SERVER + HOUR))
    assert clock("now", kept, {"device": SERVER - back, "count": 9}) is None


def test_now_trusts_a_clock_that_ran_on_while_the_device_slept(clock) -> None:
    assert clock("now", heard(clock, 0), {"device": SERVER + 9 * HOUR, "count": 600}) == SERVER + 9 * HOUR


def test_now_is_unknown_when_the_clock_was_put_ten_years_ahead(clock) -> None:
    told = {"device": SERVER + 10 * YEAR, "count": 600}
    assert clock("now", heard(clock, 0), told) is None and clock("now", clock("kept", heard(clock, 0)), told) is None


def test_now_allows_a_clock_to_be_put_right_by_a_little(clock) -> None:
    assert (
        clock("now", heard(clock, 0), {"device": SERVER + HOUR - MINUTE, "count": 500 + HOUR}) == SERVER + HOUR - MINUTE
    )


def test_moved_tells_by_how_much_a_clock_was_moved(clock) -> None:
    state = heard(clock, 0)
    assert clock("moved", state, {"server": SERVER + HOUR, "device": SERVER + HOUR + 5 * MINUTE}) == 0
    assert clock("moved", state, {"server": SERVER + HOUR, "device": SERVER + HOUR + DAY}) == -DAY
    assert clock("moved", clock("begin", None), {"server": SERVER, "device": 0}) == 0


def test_passed_keeps_the_latest_time_and_no_unknown_one(clock) -> None:
    state = heard(clock, 0)
    assert (
        clock("passed", state, SERVER + HOUR)["seen"]
        == clock("passed", clock("passed", state, SERVER + HOUR), SERVER)["seen"]
    )
    assert clock("passed", state, None) == state


def test_written_is_a_quarter_of_an_hour(clock) -> None:
    assert clock("written", SERVER + 14 * MINUTE + 59_999) == "2026-03-10T18:00:00Z"
    assert clock("written", SERVER + 15 * MINUTE) == "2026-03-10T18:15:00Z"


def test_heard_believes_a_server_whose_clock_was_put_right(clock) -> None:
    ahead = clock("heard", clock("begin", None), {"server": SERVER + 10 * YEAR, "device": SERVER, "count": 1})
    right = clock("heard", clock("passed", ahead, SERVER + 10 * YEAR), {"server": SERVER, "device": SERVER, "count": 9})
    assert clock("now", clock("kept", right), {"device": SERVER + HOUR, "count": 1}) == SERVER + HOUR
