"""What the board judges: elapsed time never shrinks, soft checks are silent, the next screen sounds when the first is ignored."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import load

MINUTE = 60_000
TIMED = ("waited", "called", "seated", "freed", "checked", "ended")


@pytest.fixture(scope="session")
def board() -> Callable[..., Any]:
    """The floor's core."""
    return load("floor-core.js")


def visit(name: str = "a", **told: Any) -> dict[str, Any]:
    blank = dict.fromkeys(TIMED) | {"waited": 0, "heard": None, "mark": "1"}
    return (
        blank
        | {"id": name, "state": "seated", "tonight": name, "place": "p", "room": "r", "together": "", "card": False}
        | told
    )


def told(
    *visits: Any, edition: int = 1, overdoses: Any = (), screens: Any = (), soft: Any = 10, hard: Any = 20, **more: Any
) -> Any:
    room = {"id": "r", "label": "Booths", "kind": "injecting", "soft": soft, "hard": hard, "purge": 0, "emptied": None,
            "places": [{"id": "p", "label": "1", "holds": 1}]}  # fmt: skip
    return {"edition": edition, "clock_back": False, "rooms": [room], "visits": list(visits), "overdoses": list(overdoses),
            "screens": list(screens)} | more  # fmt: skip


def overdose(**more: Any) -> dict[str, Any]:
    return {"id": "o", "place": "p", "visit": "", "type": "", "began": 0, "ended": None, "heard": None, "checked": None, "mark": "",
            "outcome": "", "screen": "A", "stamps": [], "doubts": [], "seconds": 0} | more  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 50_000), st.integers(-700_000, 700_000)), min_size=1, max_size=8))
def test_elapsed_never_shrinks_whatever_the_servers_clock_does(board: Any, tellings: list[tuple[int, int]]) -> None:
    state, count, last, edition = board("begin", None), 0, 0, 0
    for wait, off in tellings:
        count, edition = count + wait, edition + 1
        state = board("heard", state, told(visit(seated=max(0, count + off)), edition=edition), count)
        now = board("elapsed", state, visit(seated=0), "seated", count)
        assert (edition == 1 or now >= last + wait) and now >= max(0, count + off)
        last = now


def test_heard_says_that_a_clock_was_put_back(board) -> None:
    state = board("heard", board("begin", None), told(visit(seated=600_000)), 0)
    assert not state["wrong"]
    assert board("heard", state, told(visit(seated=10_000), edition=2), 5_000)["wrong"]


def test_heard_lets_an_older_board_be(board) -> None:
    state = board("heard", board("begin", None), told(visit(), edition=5), 0)
    assert board("heard", state, told(edition=4), 0)["board"]["visits"]


def test_taken_up_counts_what_went_by_while_the_page_was_away(board) -> None:
    state = board("heard", board("begin", None), told(visit(seated=60_000)), 1_000)
    kept = board("kept", state, {"count": 6_000, "wall": 50_000})
    again = board("takenUp", board("begin", None), kept, {"count": 20, "wall": 80_000})
    assert board("elapsed", again, visit(seated=0), "seated", 1_020) == 60_000 + 5_000 + 30_000 + 1_000
    back = board("takenUp", board("begin", None), kept, {"count": 20, "wall": 10_000})
    assert board("elapsed", back, visit(seated=0), "seated", 20) == 65_000


def test_a_new_check_begins_a_new_count(board) -> None:
    state = board("heard", board("begin", None), told(visit(checked=15 * MINUTE)), 0)
    assert board("ring", state, told(), visit(checked=0), 0) == "soft"
    state = board("heard", state, told(visit(checked=0, mark="2"), edition=2), 0)
    assert board("ring", state, told(), visit(checked=0, mark="2"), 0) == ""


@pytest.mark.parametrize(
    ("minutes", "soft", "ring"), [(9, 10, ""), (10, 10, "soft"), (19, 10, "soft"), (20, 10, "hard"), (500, None, "")]
)
def test_ring_is_silent_until_a_hard_check_is_missed(board, minutes, soft, ring) -> None:
    one = visit(checked=minutes * MINUTE)
    state = board("heard", board("begin", None), told(one), 0)
    assert board("ring", state, told(soft=soft, hard=soft and 20), one, 0) == ring


@pytest.mark.scenario("frontline:S25")
def test_round_done_clears_twenty_soft_rings_in_one_tap_and_a_hard_check_missed_later_sounds(board) -> None:
    many = [visit(str(n), checked=12 * MINUTE) for n in range(20)]
    state = board("heard", board("begin", None), told(*many), 0)
    assert [board("ring", state, told(), one, 0) for one in many] == ["soft"] * 20
    assert board("alarms", state, told(*many), 0) == []
    state["pending"] = [{"step": {"id": "s", "kind": "round", "on": "x"}, "count": 0, "screen": "A"}]
    after = board("shown", state)
    assert [board("ring", state, after, one, 0) for one in after["visits"]] == [""] * 20
    assert len(board("alarms", state, after, 20 * MINUTE)) == 20
    unset = told(*many, soft=None, hard=None)
    assert board("alarms", board("heard", board("begin", None), unset, 0), unset, 0) == []


def test_sounds_at_the_first_armed_screen_and_at_the_next_when_it_is_ignored(board) -> None:
    one = visit(checked=20 * MINUTE)
    screens = [{"id": "A", "armed": True}, {"id": "X", "armed": False}, {"id": "B", "armed": True}]
    shown = told(one, screens=screens)
    state = board("heard", board("begin", None), shown, 0)

    def sounding(me: str, count: int, *, online: bool = True, at: Any = shown) -> int:
        found = board("alarms", state, at, count)
        return len(board("sounds", found, {"screens": screens, "me": me, "label": me, "online": online}))

    assert (sounding("A", 0), sounding("B", 0)) == (1, 0)
    assert sounding("B", 15_000) == 1
    assert sounding("B", 0, online=False) == 1  # it hears nothing of the others: it sounds at once
    assert sounding("unknown", 0) == 1
    heard = told(one | {"heard": 1_000}, screens=screens)
    assert sounding("A", 0, at=heard) == sounding("B", 15_000, at=heard) == 0
    assert sounding("A", 0, at=told(one | {"heard": 120_000}, screens=screens)) == 1  # who said "heard" did not look


def test_overdose_sounds_everywhere_but_where_it_was_opened(board) -> None:
    screens = [{"id": "A", "armed": True}, {"id": "B", "armed": True}]
    shown = told(overdoses=[overdose()], screens=screens)
    state = board("heard", board("begin", None), shown, 0)
    found = board("alarms", state, shown, 15_000)
    assert [len(board("sounds", found, {"screens": screens, "me": m, "label": m, "online": True})) for m in "AB"] == [
        0,
        1,
    ]
    assert board("alarms", state, told(overdoses=[overdose(outcome="left")]), 0) == []


def pending(*steps: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"step": {"id": str(n), "on": "a"} | one, "count": 1_000 * n, "screen": "A"} for n, one in enumerate(steps)]


def test_shown_moves_a_visit_before_the_server_answers(board) -> None:
    state = board("heard", board("begin", None), told(), 0)
    steps = [{"kind": "arrive", "tonight": "Wren"}, {"kind": "call"}, {"kind": "seat", "place": "p"}]
    state["pending"] = pending(*steps)
    (one,) = board("shown", state)["visits"]
    assert (one["tonight"], one["state"], one["room"]) == ("Wren", "seated", "r")
    assert (
        board("elapsed", state, one, "seated", 5_000) == 3_000
        and board("elapsed", state, one, "waited", 5_000) == 5_000
    )
    for kind, state_after in (("aftercare", "aftercare"), ("exit", "ended"), ("unused", "ended")):
        state["pending"] = pending(*steps, {"kind": kind})
        assert board("shown", state)["visits"][0]["state"] == state_after


def test_shown_holds_an_overdose_that_no_server_knows_yet(board) -> None:
    state = board("begin", None)
    stamps = [
        {"kind": "stamp", "event": "naloxone", "item": "K"},
        {"kind": "stamp", "event": "spo2", "value": 80, "ago_s": 1},
    ]
    state["pending"] = pending(
        {"kind": "overdose", "type": "over-amp"}, *stamps, {"kind": "outcome", "outcome": "left"}
    )
    (one,) = board("shown", state)["overdoses"]
    assert [(s["event"], s["second"], s["late"]) for s in one["stamps"]] == [("naloxone", 1, False), ("spo2", 1, True)]
    assert one["outcome"] == "left" and one["type"] == "over-amp"
    assert board("naloxone", one, 61_000) == {"doses": 1, "since": 60}
    state["pending"] += pending({"kind": "close"})
    assert board("shown", state)["overdoses"] == []


def test_naloxone_counts_no_stamp_that_was_the_same_dose(board) -> None:
    stamps = [{"event": "naloxone", "second": 5, "counts": True}, {"event": "naloxone", "second": 9, "counts": False}]
    assert board("naloxone", overdose(stamps=stamps), 65_000) == {"doses": 1, "since": 60}
    assert board("naloxone", overdose(), 65_000) == {"doses": 0, "since": None}


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "00:00"), (138_900, "02:18"), (3_738_000, "1:02:18"), (-5, "00:00"), (None, "00:00")]
)
def test_clock_writes_minutes_and_seconds(board, ms, text) -> None:
    assert board("clock", ms) == text


def test_events_reads_whole_ones_and_keeps_the_rest(board) -> None:
    assert board("events", 'id: k.s\ndata: {"a":1}\n\n: here\n\nid: k') == [[{"id": "k.s", "data": '{"a":1}'}], "id: k"]
