"""The floor at the desk: rooms, check times, hand-over, sheets, figures; who may see them."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from handrail.core.common.worker import Worker
from handrail.services.consumption import actions, models
from handrail.services.consumption.rules import flow, overdoses, stays

from .desks import send

ROOM = {"label": "Booths", "kind": "injecting", "places": "3", "holds": "1", "purge": ""}
SCREENS = ("floor", "handover", "floor-sheets", "floor-figures", "floor-paper")


@pytest.fixture
def desk(signed_in: Any, lead: Any, site: Any) -> Any:
    """A lead's desk at a site with one room."""
    opened = signed_in(lead)
    assert send(opened, "add-room", site, ROOM).status_code == 302
    return opened


def code(answer: Any) -> str:
    found = re.search(r"<code>([a-z-]+)</code>", answer.content.decode())
    return found.group(1) if found else ""


def tap(site: Any, by: Any, now: Any, kind: str, on: Any, **told: Any) -> None:
    (answer,) = actions.take_steps(
        [{"id": str(uuid.uuid4()), "kind": kind, "on": str(on)} | told],
        sender=actions.Sender(site.id, "A", by),
        received_at=now,
    )
    assert answer.refusal is None


def test_rooms_are_added_checked_and_closed(desk, site, signed_in, add_worker) -> None:
    page = send(desk, "floor", site, method="get").content.decode()
    assert "Booths" in page and "3 places" in page and "CHECKS NOT SET" in page and "Set when people" not in page
    room = models.Room.objects.get()
    told = {"room": str(room.pk), "soft": "5", "hard": "10", "clinician": "Dr Example"}
    assert code(send(desk, "set-checks", site, told)) == "not-allowed"
    sage = signed_in(add_worker("sage", "clinician"))
    assert code(send(sage, "set-checks", site, told | {"hard": "4"})) == "hard-before-soft"
    assert code(send(sage, "set-checks", site, told | {"soft": "x"})) == "bad-amount"
    assert code(send(sage, "set-checks", site, told | {"room": "x"})) == "unknown-room"
    assert send(sage, "set-checks", site, told).status_code == 302
    assert "Set by Dr Example" in send(sage, "floor", site, method="get").content.decode()
    again = signed_in(add_worker("finch", "lead"))
    assert send(again, "end-room", site, {"room": str(room.pk)}).status_code == 302
    assert "No room yet" in send(again, "floor", site, method="get").content.decode()


@pytest.mark.parametrize(
    ("told", "refused"),
    [({"label": ""}, "bad-name"), ({"kind": "x"}, "not-readable"), ({"places": "0"}, "bad-amount"), ({"holds": "99"}, "bad-amount"),
     ({"purge": "999"}, "bad-amount"), ({"id": "x"}, "not-readable")],
)  # fmt: skip
def test_room_that_cannot_be_is_refused_and_what_was_typed_stays(desk, site, told, refused) -> None:
    answer = send(desk, "add-room", site, ROOM | {"label": "Annex"} | told)
    assert (answer.status_code, code(answer)) == (422, refused)
    assert told.get("label", "Annex") in answer.content.decode()


@pytest.mark.parametrize("name", SCREENS)
def test_screens_are_for_workers_of_the_site(client, signed_in, add_worker, site, other_site, name) -> None:
    path = reverse(f"desk:{name}", args=[site.id])
    assert client.get(path).status_code == 302
    assert signed_in(add_worker("noor", "reviewer")).get(path).status_code == 404
    assert signed_in(add_worker("finch", "lead", at=other_site)).get(path).status_code == 404
    assert signed_in(add_worker("sol", "lead")).get(path).status_code == 200


def test_handover_tells_aftercare_open_overdoses_low_stock_and_incidents(desk, site, lead, now) -> None:
    place = models.Place.objects.get(label="1")
    resting, sitting, waiting = (uuid.uuid4() for _ in range(3))
    for visit, name in ((resting, "Wren"), (sitting, "Finch"), (waiting, "Lark")):
        tap(site, lead, now - timedelta(minutes=40), "arrive", visit, tonight=name)
    tap(site, lead, now - timedelta(minutes=30), "seat", resting, place=str(place.pk))
    tap(site, lead, now - timedelta(minutes=12), "aftercare", resting)
    tap(site, lead, now - timedelta(minutes=9), "seat", sitting, place=str(place.pk))
    od = uuid.uuid4()
    tap(site, None, now - timedelta(minutes=3), "overdose", od, place=str(place.pk))
    tap(site, None, now - timedelta(minutes=2), "stamp", od, event="naloxone", item="NAL-NS-4")
    assert send(desk, "incident", site, {"kind": "fight", "from": "handover"}).status_code == 302
    assert code(send(desk, "incident", site, {"kind": "x"})) == "not-readable"
    page = send(desk, "handover", site, method="get").content.decode()
    for told in (
        "Wren",
        "looked at 12 min ago",
        "Finch",
        "9 min",
        "1 person waits",
        "place 1",
        "3 min ago, 1 dose",
        "running",
        "fight",
    ):
        assert told in page, told
    assert "Lark" not in page  # who only waits is a number
    sheets = send(desk, "floor-sheets", site, method="get").content.decode()
    assert sheets.count('class="paper"') == 2 and "Overdose sheet" in sheets


def test_closing_the_shift_at_the_desk_lets_names_go(desk, site, lead, now, every_cell) -> None:
    visit = uuid.uuid4()
    tap(site, lead, now, "arrive", visit, tonight="Bluebird")
    tap(site, lead, now, "left", visit)
    assert send(desk, "close-floor", site, {"from": "handover"}).headers["Location"].endswith("/handover")
    assert not any("Bluebird" in cell for cell in every_cell())


def test_a_shift_is_closed_where_there_is_a_floor(signed_in, lead, site) -> None:
    assert code(send(signed_in(lead), "close-floor", site)) == "no-floor"


def keep(site: Any, lead: Any, now: Any, *, visits: int, events: int) -> None:
    """Keep so many visits and overdoses as a shift would have."""
    place = models.Place.objects.get(label="1")
    for n in range(visits):
        visit = uuid.uuid4()
        tap(site, lead, now - timedelta(minutes=60), "arrive", visit)
        tap(site, lead, now - timedelta(minutes=60 - n % 10), "seat", visit, place=str(place.pk))
        tap(site, lead, now - timedelta(minutes=30), "exit", visit)
    actions.close_shift(site.id, by=lead, now=now)
    for n in range(events):
        stamps = (overdoses.Stamp(uuid.uuid4(), "naloxone" if n % 2 else "oxygen", 60),)
        draft = stays.Overdose(uuid.uuid4(), site.id, now.date(), flow.INJECTING, "", "recovered", stamps)
        actions.record_overdose(draft, by=by_device(site), received_at=now)


def by_device(site: Any) -> Any:
    return Worker(site.id, "a device", frozenset({("consumption.overdose", site.id)}))


def test_figures_name_their_denominator_and_simulate_from_the_sites_own_stays(desk, site, lead, now) -> None:
    empty = send(desk, "floor-figures", site, method="get").content.decode()
    assert empty.count("no basis") >= 3 and "Too few stays" in empty
    keep(site, lead, now, visits=40, events=4)
    told = {"since": "2026-03-01", "until": "2026-03-11", "hours": "8"}
    page = send(desk, "floor-figures", site, told, method="get").content.decode()
    assert "100.00" in page and "4 overdoses, 40 visits where consumption occurred" in page
    assert "3 · as now" in page and "Served visits understate demand" in page and "Internal, not released" in page
    for wrong, refused in (
        ({"since": "x"}, "not-readable"),
        ({"since": "2026-04-01"}, "not-readable"),
        ({"hours": "25"}, "bad-amount"),
        ({"stay": "9" * 5000}, "bad-amount"),
    ):
        answer = send(desk, "floor-figures", site, told | wrong, method="get")
        assert (answer.status_code, code(answer)) == (422, refused)


LINE = {
    "day": "2026-03-09",
    "hour": "14",
    "room": "injecting",
    "wait_s": "5",
    "stay_s": "20",
    "after_s": "",
    "outcome": "used",
}
SHEET = {"day": "2026-03-09", "place": "injecting", "outcome": "recovered", "item": "NAL-NS-4", "minute.0": "1", "event.0": "oxygen",
         "minute.1": "3", "event.1": "naloxone"}  # fmt: skip


def test_a_floor_sheets_line_is_kept_in_its_hour_marked_from_paper_and_a_second_one_shown_as_a_likely_pair(
    desk, site
) -> None:
    first = send(desk, "paper-visit", site, LINE).content.decode()
    assert "marked from paper" in first and "looks like one" not in first
    stay = models.Stay.objects.get()
    assert stay.paper and (stay.wait_s, stay.stay_s) == (300, 1200) and stay.day.isoformat() == "2026-03-09"
    assert stay.encounter.at and stay.encounter.at.hour == 21  # 14:00 in Vancouver's summer
    assert "looks like one" in send(desk, "paper-visit", site, LINE).content.decode()


def test_an_overdose_sheet_is_kept_marked_from_paper_and_moves_stock(desk, site) -> None:
    told = SHEET | {"id": str(uuid.uuid4())}
    for _ in range(2):  # the form sent twice
        assert "looks like one" not in send(desk, "paper-overdose", site, told).content.decode()
    kept = models.Overdose.objects.get()
    assert (kept.paper, kept.doses, kept.oxygen, kept.seconds) == (True, 1, True, 180)
    assert "looks like one" in send(desk, "paper-overdose", site, SHEET).content.decode()


@pytest.mark.parametrize(
    ("name", "told", "refused"),
    [("paper-visit", {"hour": "24"}, "bad-amount"), ("paper-visit", {"day": ""}, "not-readable"), ("paper-visit", {"outcome": "x"}, "not-an-act"),
     ("paper-visit", {"day": "2026-03-12"}, "date-ahead"), ("paper-visit", {"stay_s": "9999"}, "bad-amount"),
     ("paper-overdose", {"outcome": ""}, "outcome-first"), ("paper-overdose", {"place": "x"}, "not-readable"),
     ("paper-overdose", {"event.0": "x"}, "not-readable"), ("paper-overdose", {"day": "2027-01-01"}, "date-ahead")],
)  # fmt: skip
def test_a_sheet_that_cannot_be_is_refused(desk, site, name, told, refused) -> None:
    answer = send(desk, name, site, (LINE if name == "paper-visit" else SHEET) | told)
    assert (answer.status_code, code(answer)) == (422, refused)
