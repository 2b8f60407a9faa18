"""Visits on the floor: the queue, the last spot, what is kept."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import models as journal
from handrail.core.people import rules as people
from handrail.services.consumption import actions, models, queries
from handrail.services.consumption.rules import flow, setup


def shown(site: Any, now: Any, after: int = 0) -> dict[str, Any]:
    return queries.board(site.id, now=now + timedelta(seconds=after))


def states(site: Any, now: Any) -> list[tuple[str, str]]:
    return [(one["tonight"], one["state"]) for one in shown(site, now)["visits"]]


def test_arrive_gives_a_number_to_who_gives_no_name(arrive, floor, now) -> None:
    arrive(tonight="Blue")
    arrive()
    assert states(floor, now) == [("Blue", "waiting"), ("2", "waiting")]


def test_queue_moves_up_down_holds_and_stands_together(arrive, tap, floor, now) -> None:
    a, b, c = (arrive(tonight=one) for one in "abc")
    assert tap("up", c) == tap("down", a) == tap("hold", b, hold=True) == ""
    assert [one["tonight"] for one in shown(floor, now)["visits"]] == ["c", "a", "b"]
    assert tap("together", b, **{"with": str(c)}) == ""
    assert [one["tonight"] for one in shown(floor, now)["visits"]] == ["c", "b", "a"]
    told = {one["tonight"]: one for one in shown(floor, now)["visits"]}
    assert told["b"]["together"] == told["c"]["together"] == str(c) and told["b"]["hold"]


def test_seat_lets_one_win_the_last_free_spot(arrive, tap, place, floor, now) -> None:
    first, second = arrive(), arrive()
    assert tap("seat", first, place=place("1"), screen="A") == ""
    assert tap("seat", second, place=place("1"), screen="B") == "place-taken"
    assert states(floor, now) == [("1", "seated"), ("2", "waiting")]


def test_seat_fills_a_place_that_holds_more(arrive, tap, place) -> None:
    visits = [arrive() for _ in range(5)]
    assert [tap("seat", one, place=place("4")) for one in visits] == ["", "", "", "", "place-taken"]


def test_elapsed_counts_from_the_tap_however_late_it_came(arrive, tap, place, floor, now) -> None:
    visit = arrive()
    tap("seat", visit, place=place("1"), after=60, age_ms=45_000)
    assert shown(floor, now, 75)["visits"][0]["seated"] == 60_000


def test_board_never_shrinks_when_the_clock_is_put_back(arrive, tap, place, floor, now) -> None:
    visit = arrive()
    tap("seat", visit, place=place("1"))
    arrive(after=600)
    told = shown(floor, now, -600)
    assert told["clock_back"] and told["visits"][0]["seated"] == 600_000


def test_step_counts_once(arrive, tap, place, floor) -> None:
    step, visit = uuid.uuid4(), uuid.uuid4()
    assert [tap("arrive", visit, step=step) for _ in range(3)] == ["", "", ""]
    assert tap("arrive", visit) == ""
    assert models.LiveVisit.objects.count() == 1


def test_step_of_a_visit_needs_a_worker_who_may(arrive, tap, add_worker) -> None:
    visit = arrive()
    assert tap("call", visit, by=None) == "sign-in-first"
    assert tap("call", visit, by=add_worker("noor", "reviewer")) == "not-allowed"


@pytest.mark.parametrize(
    ("kind", "told", "code"),
    [("call", {"odd": 1}, "not-readable"), ("seat", {}, "not-readable"), ("seat", {"place": "x"}, "not-readable"),
     ("detail", {"route": "x"}, "not-readable"), ("detail", {"tonight": "x" * 21}, "bad-name"), ("nap", {}, "not-readable"),
     ("detail", {"said": ["x"]}, "not-readable"), ("hold", {"hold": 1}, "not-readable"), ("detail", {"hazard": 5}, "not-readable"),
     ("seat", {"place": str(uuid.UUID(int=5))}, "unknown-room")],
)  # fmt: skip
def test_step_that_cannot_be_read_is_refused(arrive, tap, kind, told, code) -> None:
    assert tap(kind, arrive(), **told) == code


def test_step_about_a_visit_that_is_not_there(tap) -> None:
    assert tap("call", uuid.uuid4()) == "unknown-visit"


@pytest.mark.parametrize(
    ("step", "state"), [("uncall", "waiting"), ("exit", "waiting"), ("back", "seated"), ("call", "ended")]
)
def test_check_step_refuses_what_the_state_does_not_allow(step: str, state: str) -> None:
    with pytest.raises(Refused) as refused:
        flow.check_step(step, state)
    assert refused.value.code == "moved-on"


def test_exit_is_taken_back_to_the_place_while_it_is_free(arrive, tap, place, floor, now) -> None:
    one, two = arrive(), arrive()
    tap("seat", one, place=place("1"))
    tap("exit", one)
    assert tap("back", one) == "" and states(floor, now)[0] == ("1", "seated")
    tap("exit", one)
    tap("seat", two, place=place("1"))
    assert tap("back", one) == "" and states(floor, now)[0] == ("1", "aftercare")


def test_purge_counts_from_the_last_who_left(arrive, tap, place, floor, now) -> None:
    one, two = arrive(), arrive()
    for visit in (one, two):
        tap("seat", visit, place=place("4"))
    tap("aftercare", one)
    assert shown(floor, now)["rooms"][1]["emptied"] is None
    tap("exit", two, after=30)
    assert shown(floor, now, 90)["rooms"][1]["emptied"] == 60_000


def test_round_done_clears_every_check_in_one_act(arrive, tap, place, floor, now) -> None:
    for label in "123":
        tap("seat", arrive(), place=place(label))
    before = models.LiveStep.objects.count()
    assert tap("round", floor.id, after=600) == ""
    assert {one["checked"] for one in shown(floor, now, 600)["visits"]} == {0}
    assert models.LiveStep.objects.count() == before + 1


def test_close_shift_keeps_durations_and_the_hour_and_no_name(arrive, tap, place, floor, lead, now, every_cell) -> None:
    visit = arrive(tonight="Bluebird", route="inject", said=["opioid"], hazard="Reacted for fentanyl.", first=True)
    tap("seat", visit, place=place("2"), after=301)
    tap("aftercare", visit, after=1802)
    tap("exit", visit, after=2403)
    assert actions.close_shift(floor.id, by=lead, now=now + timedelta(seconds=2500)) == 1
    stay, encounter = models.Stay.objects.get(), encounters.Encounter.objects.get()
    assert (stay.wait_s, stay.stay_s, stay.after_s, stay.outcome, stay.room) == (301, 1501, 601, "used", "injecting")
    assert (encounter.channel, encounter.services, encounter.at) == ("consumption", "consumption", now)
    assert not any("Bluebird" in cell for cell in every_cell())
    assert not models.LiveVisit.objects.exists() and not models.LiveStep.objects.exists()
    assert tap("call", visit) == "moved-on"


def test_close_shift_leaves_who_is_still_here(arrive, tap, place, floor, lead, now) -> None:
    here, gone = arrive(tonight="Wren"), arrive()
    tap("seat", here, place=place("1"))
    tap("left", gone, reason="wait")
    actions.close_shift(floor.id, by=lead, now=now)
    assert states(floor, now) == [("Wren", "seated")]
    assert models.Stay.objects.get().reason == "wait"


def test_settle_waits_as_long_as_an_exit_can_be_taken_back(arrive, tap, floor, now) -> None:
    tap("left", arrive())
    assert actions.settle(floor.id, now=now + timedelta(minutes=9)) == 0
    assert actions.settle(floor.id, now=now + timedelta(minutes=10)) == 1
    entry = journal.OpenEntry.objects.get(kind="consumption.visit")
    assert "18:00:00" in entry.stated


def test_visit_with_a_card_belongs_to_it_and_one_without_to_nobody(arrive, tap, floor, lead, now, every_cell) -> None:
    code = people.new_code()
    told = {"carded": arrive(card=code), "nobody": arrive()}
    for visit in told.values():
        tap("left", visit)
    assert tap("arrive", uuid.uuid4(), card="NOTACODE") == "not-a-code"
    actions.close_shift(floor.id, by=lead, now=now)
    assert sorted(bool(one.person) for one in encounters.Encounter.objects.all()) == [False, True]
    assert not any(code in cell for cell in every_cell())


def test_rooms_check_times_need_a_clinician_and_an_order(floor, lead, add_worker, now) -> None:
    room = models.Room.objects.get(label="Booths")
    clinician = add_worker("sage", "clinician")
    draft = setup.Checks(uuid.uuid4(), floor.id, now, room.pk, 5, 10, "Dr Example")
    with pytest.raises(Refused, match="not-allowed"):
        actions.set_checks(draft, by=lead, received_at=now)
    actions.set_checks(draft, by=clinician, received_at=now)
    room.refresh_from_db()
    assert (room.soft_minutes, room.hard_minutes, room.clinician) == (5, 10, "Dr Example")
    with pytest.raises(Refused, match="hard-before-soft"):
        actions.set_checks(
            setup.Checks(uuid.uuid4(), floor.id, now, room.pk, 5, 5, "Dr E"), by=clinician, received_at=now
        )


def test_room_closes_once_nobody_sits_in_it(arrive, tap, place, floor, lead, now) -> None:
    room, visit = models.Room.objects.get(label="Booths"), arrive()
    tap("seat", visit, place=place("1"))
    with pytest.raises(Refused, match="room-in-use"):
        actions.close_room(setup.RoomEnd(uuid.uuid4(), floor.id, now, room.pk), by=lead, received_at=now)
    tap("exit", visit)
    actions.close_room(setup.RoomEnd(uuid.uuid4(), floor.id, now, room.pk), by=lead, received_at=now)
    assert [one.label for one in queries.rooms(floor.id)] == ["Smoke"]
