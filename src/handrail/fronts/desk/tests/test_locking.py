"""Locking, unlocking, switching, and the page of one's own shift."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from handrail.core.common import keys
from handrail.core.journal import models as journal_models
from handrail.core.org import actions, models, queries, rules
from handrail.fronts.console.programme import CONSOLE

from .desks import HX, code, go, password, send, shift_of


def test_screen_locks_when_nobody_touched_it_for_five_minutes(ash, at) -> None:
    at(299)
    assert ash.get(reverse("desk:home")).status_code == 200
    at(299 + 299)
    assert ash.get(reverse("desk:home")).status_code == 200
    at(299 + 299 + 300)
    answer = ash.get(reverse("desk:home"))
    assert answer.headers["Location"] == reverse("desk:unlock") + "?next=%2Fdesk%2F"
    assert ash.get(answer.headers["Location"]).status_code == 200


@pytest.mark.scenario("trust:19")
def test_locked_screen_records_without_a_code_as_the_open_shift_and_reads_nobody(ash, site, outreach) -> None:
    ash.post(reverse("desk:lock"))
    given = {"give.SYR-INS-28-1": "10"}
    assert send(ash, "window", site, method="get").status_code == 200
    assert send(ash, "visit", site, given, **HX).status_code == 200
    entry = journal_models.OpenEntry.objects.get(kind="window.visit")
    assert entry.worker == ash.session["shift"] and queries.same_worker(entry.worker, outreach)
    assert b"locked" in send(ash, "visit", site, given | {"card": "JG7MCT"}, **HX).content
    assert b"locked" in send(ash, "card", site, {"card": "JG7MCT"}, **HX).content
    assert journal_models.OpenEntry.objects.filter(kind="window.visit").count() == 1
    assert send(ash, "stock", site, method="get").status_code == 200  # a shelf is nobody
    for name in ("home", "shift", "held"):
        assert ash.get(reverse(f"desk:{name}")).headers["Location"].startswith(reverse("desk:unlock"))
    assert b"locked" in send(ash, "stock-sheet", site, {"why": "audit"}).content


def test_unlock_by_pin_goes_back_to_the_page(ash) -> None:
    ash.post(reverse("desk:lock"))
    told = {"shift": ash.session["shift"], "pin": "2580", "next": "/desk/shift"}
    assert go(ash, "unlock", told) == "/desk/shift"
    assert ash.get("/desk/shift").status_code == 200


@pytest.mark.parametrize(
    "away", ["https://elsewhere.example/", "//elsewhere.example/desk/", "/", "javascript:alert(1)", ""]
)
def test_unlock_goes_nowhere_but_the_desk(ash, away) -> None:
    ash.post(reverse("desk:lock"))
    assert go(ash, "unlock", {"shift": ash.session["shift"], "pin": "2580", "next": away}) == "/desk/"


def test_unlock_slows_wrong_pins_and_after_ten_the_shift_must_be_opened_anew(ash, outreach, at) -> None:
    ash.post(reverse("desk:lock"))
    told = {"shift": ash.session["shift"], "pin": "0000"}
    seconds, said = 0, []
    for tried in range(10):
        at(seconds)
        said.append(go(ash, "unlock", told))
        seconds += 15 * 60 if tried >= 4 else 0
    assert said == ["wrong-pin"] * 10
    at(seconds)
    assert go(ash, "unlock", told | {"pin": "2580"}) == "pin-spent"


def test_unlock_waits_after_five_wrong_pins_even_for_the_right_one(ash, at) -> None:
    told = {"shift": ash.session["shift"], "pin": "9999"}
    assert [go(ash, "unlock", told) for _ in range(6)] == ["wrong-pin"] * 5 + ["sign-in-waits"]
    assert go(ash, "unlock", told | {"pin": "2580"}) == "sign-in-waits"
    at(30)
    assert go(ash, "unlock", told | {"pin": "2580"}) == "/desk/"


@pytest.mark.parametrize("pin", ["", "x", "2580 ", "\x00", "２５８０", "2" * 4000])
def test_unlock_refuses_what_is_no_pin(ash, pin) -> None:
    assert go(ash, "unlock", {"shift": ash.session["shift"], "pin": pin}) == "wrong-pin"


def test_unlock_switches_between_those_who_opened_a_shift_here(both, site) -> None:
    ash, robin = shift_of(both, "ash"), shift_of(both, "robin")
    assert both.session["shift"] == robin
    page = both.get(reverse("desk:unlock")).content.decode()
    assert "ash" in page and "robin" in page
    assert go(both, "unlock", {"shift": ash, "pin": "2580", "next": "/desk/shift"}) == "/desk/"  # not where robin was
    assert b"ash" in both.get(reverse("desk:home")).content
    assert send(both, "devices", site, method="get").status_code == 404


def test_one_screen_stays_one_browser_whoever_unlocks_it(both) -> None:
    mark, key = both.session["browser"], both.session.session_key
    go(both, "unlock", {"shift": shift_of(both, "ash"), "pin": "2580"})
    assert both.session["browser"] == mark and both.session.session_key != key
    go(both, "sign-out")
    assert both.session["browser"] == mark


def test_unlock_lets_nobody_in_who_opened_no_shift_here(both, add_worker, step_up, now) -> None:
    kit = add_worker("kit", "outreach")
    step_up(kit)
    elsewhere = actions.open_shift(kit, method=rules.TOTP, now=now)
    assert go(both, "unlock", {"shift": str(elsewhere.shift), "pin": "2580"}) == "pin-spent"
    for shift in ("", "x", str(uuid.uuid4())):
        assert go(both, "unlock", {"shift": shift, "pin": "25800"}) in {"pin-spent", "wrong-pin"}
    assert go(Client(), "unlock", {"shift": str(elsewhere.shift), "pin": "2580"}) == reverse("desk:sign-in")


def test_unlock_answers_a_script_in_one_word(both) -> None:
    said = []
    for handle, pin in (("robin", "2580"), ("ash", "2580"), ("ash", "1111")):
        told = {"shift": shift_of(both, handle), "pin": pin}
        answer = both.post(reverse("desk:unlock"), told, headers={"Accept": "application/json"})
        said.append((answer.status_code, answer.json().get("same"), answer.json().get("code")))
    assert said == [(200, True, None), (200, False, None), (422, None, "wrong-pin")]


def test_sign_out_ends_the_own_shift_and_leaves_the_others_locked(both, now) -> None:
    ash, robin = shift_of(both, "ash"), shift_of(both, "robin")
    assert go(both, "sign-out") == reverse("desk:sign-in")
    assert queries.on_shift(uuid.UUID(robin), now=now) is None and both.session["shifts"] == [ash]
    assert both.get(reverse("desk:home")).headers["Location"] == reverse("desk:sign-in")
    assert b"ash" in both.get(reverse("desk:sign-in")).content
    assert go(both, "unlock", {"shift": ash, "pin": "2580"}) == "/desk/"
    go(both, "sign-out")
    assert Session.objects.count() == 0 and b"Open on this screen" not in both.get(reverse("desk:sign-in")).content


def test_sign_in_again_replaces_the_own_shift_here(ash, outreach, at, now) -> None:
    before = ash.session["shift"]
    at(60)
    sealed = bytes(models.Worker.objects.get(pk=outreach.id).totp)
    secret = keys.ring().decrypt(sealed, about=f"org_worker|totp|{outreach.id}")
    password(ash, "ash")
    go(ash, "code", {"code": code(secret, now + timedelta(seconds=60))})
    assert ash.session["shifts"] == [ash.session["shift"]] and ash.session["shift"] != before


def test_withdrawn_role_reads_nothing_at_once(ash, outreach, site, now) -> None:
    draft = rules.RoleChange(uuid.uuid4(), outreach.id, "outreach", site.id, False, now)
    actions.change_role(draft, by=CONSOLE, received_at=now)
    assert send(ash, "window", site, method="get").status_code == 404
    assert b"not-allowed" in send(ash, "card", site, {"card": "JG7MCT"}, **HX).content


def test_revoked_device_ends_the_session_on_it(ash, lead, device, site, now) -> None:
    models.Shift.objects.update(device_id=device.id)
    draft = rules.DeviceEnd(uuid.uuid4(), device.id, site.id, "stolen", now)
    actions.revoke_device(draft, by=lead, received_at=now)
    assert ash.get(reverse("desk:home")).headers["Location"] == reverse("desk:sign-in")


def test_shift_page_sets_another_pin(ash, outreach) -> None:
    assert go(ash, "shift-pin", {"pin": "9", "again": "9"}) == "bad-pin"
    assert go(ash, "shift-pin", {"pin": "481516", "again": "481516"}) == reverse("desk:shift")
    assert go(ash, "unlock", {"shift": ash.session["shift"], "pin": "481516"}) == "/desk/"


def test_lock_of_nobody_leads_to_sign_in(client, db) -> None:
    assert go(client, "lock") == reverse("desk:unlock")
    assert client.get(reverse("desk:unlock")).headers["Location"] == reverse("desk:sign-in")
