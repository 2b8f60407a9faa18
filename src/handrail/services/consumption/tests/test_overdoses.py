"""The overdose record: never refused, one record of every screen, counted once it is over."""

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.journal import models as journal
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.services.consumption import actions, models, queries
from handrail.services.consumption.rules import overdoses, stays, steps

KIT = "NAL-NS-4"


def record(site: Any, now: Any, after: int = 0) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = queries.board(site.id, now=now + timedelta(seconds=after))["overdoses"]
    return found


def shelf(site: Any) -> int:
    return sum(row.balance for row in stock.on_shelf(site.id) if row.item == KIT)


@pytest.fixture
def overdose(tap: Any) -> Any:
    """Open an overdose with nobody signed in; returns its id."""

    def open_(**told: Any) -> uuid.UUID:
        found = uuid.uuid4()
        assert tap("overdose", found, by=None, **told) == ""
        return found

    return open_


def test_record_needs_no_sign_in_and_counts_from_the_tap(overdose, tap, floor, now) -> None:
    found = overdose(after=10, age_ms=4_000)
    assert tap("stamp", found, by=None, event="naloxone", item=KIT, after=70) == ""
    told = record(floor, now, 100)
    assert told["began"] == 94_000
    assert [(one["event"], one["second"]) for one in told["stamps"]] == [("naloxone", 64)]


def test_stamp_of_an_overdose_whose_beginning_is_not_here_begins_the_record(tap, floor, now) -> None:
    found = uuid.uuid4()
    assert tap("stamp", found, by=None, event="oxygen", value=10, second=30) == ""
    assert record(floor, now)["began"] == 30_000
    assert record(floor, now)["stamps"][0]["second"] == 30
    assert tap("overdose", found, by=None, after=0, age_ms=45_000) == ""
    assert record(floor, now)["began"] == 45_000


@pytest.mark.parametrize(
    "told", [{"event": 5}, {"event": "x" * 999}, {}, {"event": "naloxone", "item": 7, "value": "x", "late": "y"},
             {"event": "spo2", "value": -3, "ago_s": True}, {"event": "spo2", "value": 10**12}, {"other": [], "odd": {}}]
)  # fmt: skip
def test_stamp_is_never_refused_for_what_it_says(overdose, tap, floor, now, told) -> None:
    assert tap("stamp", overdose(), by=None, **told) == ""
    assert record(floor, now)["stamps"][0]["event"] in overdoses.EVENTS


def test_stamps_of_two_screens_8_s_apart_are_both_kept_and_asked_about_afterwards(
    overdose, tap, floor, lead, now
) -> None:
    found = overdose()
    first, second = uuid.uuid4(), uuid.uuid4()
    tap("stamp", found, step=first, event="naloxone", item=KIT, screen="A", after=60)
    tap("stamp", found, step=second, event="naloxone", item=KIT, screen="B", after=68)
    told = record(floor, now, 70)
    assert len(told["stamps"]) == 2 and told["doubts"] == [[str(first), str(second), 8]]
    before = shelf(floor)
    tap("same", found, first=str(first), other=str(second), same=True)
    assert record(floor, now)["doubts"] == []
    tap("outcome", found, outcome="recovered", after=400)
    tap("close", found, after=500)
    kept = models.Overdose.objects.get()
    assert (kept.doses, kept.seconds, kept.outcome, kept.place) == (1, 400, "recovered", "outside")
    assert shelf(floor) == before - 1


def test_two_doses_stay_two_once_that_is_answered(overdose, tap, floor, now) -> None:
    found, other = overdose(), uuid.uuid4()
    tap("stamp", found, event="naloxone", screen="A")
    tap("stamp", found, step=other, event="naloxone", screen="B", after=20)
    tap("same", found, other=str(other), same=False)
    told = record(floor, now)
    assert told["doubts"] == [] and all(one["counts"] for one in told["stamps"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from("AB")), max_size=8))
def test_doubts_name_only_neighbours_of_two_screens_within_20_s(told: list[tuple[int, str]]) -> None:
    made = [overdoses.Stamp(uuid.uuid4(), "naloxone", second, screen) for second, screen in told]
    for one in overdoses.doubts(made):
        assert (
            one.first.screen != one.second.screen
            and 0 <= one.second.second - one.first.second <= 20
            and one.apart <= 20
        )
    assert overdoses.doses(made) == len(told)
    assert overdoses.since_naloxone(made) == max((second for second, _ in told), default=None)


def test_close_asks_for_an_outcome_and_for_nothing_else(overdose, tap, floor) -> None:
    found = overdose()
    assert tap("close", found, by=None) == "outcome-first"
    assert tap("outcome", found, by=None, outcome="unknown") == "" and tap("close", found, by=None) == ""
    assert models.Overdose.objects.get().outcome == "unknown"
    assert not models.LiveOverdose.objects.exists() and not models.LiveStamp.objects.exists()


def test_mistap_is_kept_apart_and_moves_no_stock(overdose, tap, floor, now) -> None:
    found, before = overdose(), shelf(floor)
    tap("stamp", found, event="naloxone", item=KIT)
    tap("outcome", found, outcome="mistake")
    tap("close", found)
    assert shelf(floor) == before
    assert queries.day(floor.id, models.Overdose.objects.get().day) == queries.Day(0, 0, 0, 1)


def test_recovery_after_naloxone_moves_to_aftercare_with_a_re_check(arrive, overdose, tap, place, floor, now) -> None:
    visit = arrive()
    tap("seat", visit, place=place("1"))
    found = overdose(visit=str(visit))
    tap("stamp", found, event="naloxone", after=60)
    tap("outcome", found, outcome="recovered", after=300)
    told = queries.board(floor.id, now=now + timedelta(seconds=360))
    assert told["visits"][0]["state"] == "aftercare" and told["overdoses"][0]["checked"] == 60_000
    tap("rechecked", found, after=360)
    assert record(floor, now, 360)["checked"] == 0


def test_recovery_with_oxygen_alone_needs_no_re_check(overdose, tap, floor, now) -> None:
    found = overdose()
    tap("stamp", found, event="oxygen", value=10)
    tap("outcome", found, outcome="recovered")
    assert record(floor, now)["checked"] is None


@pytest.mark.parametrize("join", [True, False])
def test_record_is_joined_to_a_card_only_if_the_person_says_so(arrive, overdose, tap, place, join) -> None:
    visit = arrive(card=people.new_code())
    tap("seat", visit, place=place("1"))
    found = overdose(visit=str(visit))
    if join:
        tap("join", found, join=True)
    tap("outcome", found, outcome="recovered")
    tap("close", found)
    kept = models.Overdose.objects.get()
    assert bool(kept.person) == join and kept.place == "injecting"
    assert bool("person" in journal.OpenEntry.objects.get(kind="consumption.overdose").stated) == join


def test_record_keeps_seconds_and_the_day_and_no_clock_time(overdose, tap, floor, now) -> None:
    found = overdose(after=3)
    for second, (event, value) in enumerate([("stimulate", None), ("spo2", 80), ("oxygen", 10), ("naloxone", None)]):
        tap("stamp", found, event=event, after=10 + second, **({} if value is None else {"value": value}))
    tap("outcome", found, outcome="ambulance", after=600)
    tap("close", found, after=700)
    kept, entry = models.Overdose.objects.get(), journal.OpenEntry.objects.get(kind="consumption.overdose")
    assert [one["second"] for one in json.loads(kept.timeline)] == [7, 8, 9, 10]
    assert kept.ambulance and kept.oxygen and kept.doses == 1 and kept.day.isoformat() == "2026-03-10"
    assert json.loads(entry.stated)["at"] == "" and "18:0" not in entry.stated


def test_late_entry_is_marked_and_falls_into_its_second(overdose, tap, floor, now) -> None:
    found = overdose()
    tap("stamp", found, event="naloxone", ago_s=120, after=300)
    (one,) = record(floor, now)["stamps"]
    assert one["late"] and one["second"] == 180


def test_stamp_that_comes_after_the_record_was_closed_is_kept_in_its_margin(overdose, tap, floor) -> None:
    found, before = overdose(), shelf(floor)
    tap("outcome", found, outcome="left")
    tap("close", found)
    step = uuid.uuid4()
    for _ in range(2):
        assert tap("stamp", found, by=None, step=step, event="naloxone", item=KIT, second=40) == ""
    late = models.LateStamp.objects.get()
    assert (late.event, late.second) == ("naloxone", 40) and shelf(floor) == before - 1
    assert tap("outcome", found, outcome="died") == ""
    assert models.Overdose.objects.get().outcome == "left"


def test_closing_the_shift_leaves_a_running_overdose_open(overdose, tap, floor, lead, now) -> None:
    overdose()
    over = overdose()
    tap("outcome", over, outcome="left")
    actions.close_shift(floor.id, by=lead, now=now + timedelta(hours=1))
    assert models.LiveOverdose.objects.count() == 1 and models.Overdose.objects.count() == 1


def test_heard_is_told_to_every_screen_and_a_check_takes_it_back(arrive, tap, place, floor, now) -> None:
    visit = arrive()
    tap("seat", visit, place=place("1"))
    assert tap("heard", visit, by=None, after=5) == ""
    assert queries.board(floor.id, now=now + timedelta(seconds=8))["visits"][0]["heard"] == 3_000
    tap("check", visit, after=9)
    assert queries.board(floor.id, now=now + timedelta(seconds=9))["visits"][0]["heard"] is None


def test_units_used_follow_the_doses_in_a_unit() -> None:
    site = uuid.UUID(int=1)
    made = [
        overdoses.Stamp(uuid.uuid4(), "naloxone", n, item=item) for n, item in enumerate(["a", "a", "a", "b", "gone"])
    ]
    draft = stays.Overdose(uuid.UUID(int=2), site, date(2026, 3, 10), "outside", "", "left", tuple(made))
    assert [(one.item, one.amount) for one in draft.moves({"a": 2, "b": 1})] == [("a", 2), ("b", 1)]


def test_parse_counts_no_further_back_than_two_days(now) -> None:
    told = {"id": str(uuid.uuid4()), "on": str(uuid.uuid4()), "kind": "stamp", "age_ms": 10**12}
    assert now - steps.parse(told, received_at=now).at == timedelta(days=2)
