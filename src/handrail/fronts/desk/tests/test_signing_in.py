"""Signing in step by step, locking, unlocking, switching; each page tried by owner, teammate, outsider and nobody."""

import base64
import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from jwcrypto import jwk

from handrail.core.common import keys, periods
from handrail.core.common.refusals import Refused
from handrail.core.journal import models as journal_models
from handrail.core.org import actions, models, queries, rules, session
from handrail.fronts.console.programme import CONSOLE
from handrail.fronts.console.softkey import SoftKey

from .test_screens import AT, HX, send

STEPS = ("own-password", "set-up", "code", "pin")


def go(client: Client, name: str, told: dict[str, str] | None = None) -> str:
    """Send a form; return where it leads, or the code with which the page came back."""
    answer = client.post(reverse(f"desk:{name}"), told or {})
    found = re.search(r"<code>([a-z-]+)</code>", answer.content.decode())
    return str(answer.headers.get("Location") or (found and found.group(1)))


def code(secret: str, now: Any, back: int = 0) -> str:
    return rules.code_at(secret, int(now.timestamp()) // 30 + back)


def password(client: Client, handle: str) -> str:
    return go(client, "sign-in", {"handle": handle, "password": f"{handle} password long"})


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, now: Any) -> Any:
    """Move the clock on by so many seconds."""

    def move(seconds: int) -> None:
        monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(seconds=seconds))

    return move


@pytest.fixture
def ash(client: Client, outreach: Any, step_up: Any, now: Any) -> Client:
    """A browser in which ash has opened a shift by password and code, at a desk."""
    secret = step_up(outreach)
    assert password(client, "ash") == reverse("desk:code")
    assert go(client, "code", {"code": code(secret, now)}) == reverse("desk:home")
    return client


@pytest.fixture
def both(ash: Client, lead: Any, step_up: Any, now: Any) -> Client:
    """The same browser, in which robin has opened a shift after ash."""
    secret = step_up(lead)
    password(ash, "robin")
    assert go(ash, "code", {"code": code(secret, now)}) == reverse("desk:home")
    return ash


def shift_of(client: Client, handle: str) -> str:
    shifts = [uuid.UUID(one) for one in client.session["shifts"]]
    return str(next(one for one in shifts if (found := queries.worker(one)) and found.handle == handle))


def test_first_sign_in_leads_through_own_password_codes_and_pin(client, add_worker, now) -> None:
    add_worker("sam", "outreach")
    assert password(client, "sam") == reverse("desk:own-password")
    own = {"password": "four words that i keep", "again": "four words that i keep"}
    assert go(client, "own-password", own) == reverse("desk:set-up")
    page = client.get(reverse("desk:set-up")).content.decode()
    shown = re.search(r'class="code">([A-Z2-7 ]+)<', page)
    assert shown and 'src="data:image/svg' in page
    secret = base64.b32decode(shown.group(1).replace(" ", "")).hex()
    assert go(client, "set-up", {"code": "000000"}) == "wrong-code"
    assert go(client, "set-up", {"code": code(secret, now)}) == reverse("desk:pin")
    assert go(client, "pin", {"pin": "2580", "again": "2581"}) == "pins-differ"
    assert go(client, "pin", {"pin": "1234", "again": "1234"}) == "bad-pin"
    assert client.get(reverse("desk:home")).status_code == 302  # not in before the last step
    assert go(client, "pin", {"pin": "2580", "again": "2580"}) == reverse("desk:home")
    assert client.get(reverse("desk:home")).status_code == 200
    assert models.Shift.objects.get().method == "totp"


def test_sign_in_with_a_password_alone_opens_nothing(client, outreach, step_up) -> None:
    step_up(outreach)
    assert password(client, "ash") == reverse("desk:code")
    for path in ("home", "shift"):
        assert client.get(reverse(f"desk:{path}")).headers["Location"] == reverse("desk:sign-in")
    assert models.Shift.objects.count() == 0


def test_a_sign_in_that_nobody_goes_on_with_names_nobody_after_ten_minutes(both, client, at, now, outreach) -> None:
    """Two browsers: in one a shift is open, in the other none. Neither keeps who began; what is open stays open."""
    other, shift = Client(), shift_of(both, "robin")
    for browser in (both, other):
        assert password(browser, "ash") == reverse("desk:code")
    named = [row for row in Session.objects.all() if str(outreach.id) in json.dumps(row.get_decoded())]
    session.clear(now + timedelta(minutes=10))
    assert len(named) == 2 and both.session["pending"] == other.session["pending"] | {"until": ANY}
    session.clear(now + timedelta(minutes=10, seconds=1))
    assert not [row for row in Session.objects.all() if str(outreach.id) in json.dumps(row.get_decoded())]
    assert go(other, "code", {"code": "000000"}) == reverse("desk:sign-in") and shift_of(both, "robin") == shift


def test_sign_in_to_a_demo_takes_the_password_alone(client, outreach, settings, monkeypatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(keys, "_ring", [replace(keys.ring(), demo=True)])
    models.Worker.objects.update(one_time=False)
    assert password(client, "ash") == reverse("desk:home")
    assert client.get(reverse("desk:home")).status_code == 200
    assert models.Shift.objects.get().method == "password"


def test_sign_in_begins_a_session_under_a_new_key_that_names_nobody(client, outreach, step_up, now) -> None:
    secret = step_up(outreach)
    client.cookies["handrail"] = "chosen-by-a-stranger"
    password(client, "ash")
    between = client.cookies["handrail"].value
    go(client, "code", {"code": code(secret, now)})
    cookie = client.cookies["handrail"]
    assert cookie.value not in {"chosen-by-a-stranger", between}
    assert cookie["httponly"] and cookie["samesite"] == "Strict"
    told = [str(one.get_decoded()) for one in Session.objects.all()]
    assert len(told) == 1 and str(outreach.id) not in told[0] and "ash" not in told[0]


@pytest.mark.parametrize("step", STEPS)
def test_step_is_for_who_is_at_it_and_nobody_else(client, outreach, step_up, step) -> None:
    step_up(outreach)
    for method in (client.get, client.post):
        assert method(reverse(f"desk:{step}")).headers["Location"] == reverse("desk:sign-in")
    password(client, "ash")
    if step != "code":
        for method in (client.get, client.post):
            assert method(reverse(f"desk:{step}")).headers["Location"] == reverse("desk:code")


def test_step_ends_after_ten_minutes_or_with_another_password(client, outreach, step_up, at) -> None:
    step_up(outreach)
    password(client, "ash")
    assert client.get(reverse("desk:code")).status_code == 200
    at(601)
    assert client.get(reverse("desk:code")).status_code == 302
    password(client, "ash")
    models.Worker.objects.update(stamp=uuid.uuid4())
    assert client.get(reverse("desk:code")).status_code == 302


def test_own_password_refuses_two_that_differ_and_a_short_one(client, outreach) -> None:
    password(client, "ash")
    assert go(client, "own-password", {"password": "a" * 12, "again": "b" * 12}) == "passwords-differ"
    assert go(client, "own-password", {"password": "short", "again": "short"}) == "short-password"
    assert models.Worker.objects.get().one_time


def test_set_up_shows_the_next_worker_a_secret_of_their_own(client, outreach, lead) -> None:
    told = []
    for handle in ("ash", "robin"):
        models.Worker.objects.update(one_time=False)
        password(client, handle)
        told += [client.get(reverse("desk:set-up")).context["secret"] for _ in range(2)]
    assert told[0] == told[1] != told[2] == told[3]


def test_code_is_taken_once(ash, outreach, now) -> None:
    sealed = bytes(models.Worker.objects.get(pk=outreach.id).totp)
    secret = keys.ring().decrypt(sealed, about=f"org_worker|totp|{outreach.id}")
    other = Client()
    password(other, "ash")
    assert go(other, "code", {"code": code(secret, now)}) == "wrong-code"
    assert go(other, "code", {"code": code(secret, now, 1)}) == reverse("desk:home")


def test_code_waits_after_five_wrong_ones(client, outreach, step_up, now) -> None:
    secret = step_up(outreach)
    password(client, "ash")
    told = [go(client, "code", {"code": "000000"}) for _ in range(6)]
    assert told == ["wrong-code"] * 5 + ["sign-in-waits"]
    assert go(client, "code", {"code": code(secret, now)}) == "sign-in-waits"


def test_console_password_leads_through_everything_anew(ash, outreach, now) -> None:
    draft = rules.NewPassword(uuid.uuid4(), outreach.id, now)
    actions.set_password(draft, password="ash password long", by=CONSOLE, received_at=now)
    assert ash.get(reverse("desk:home")).headers["Location"] == reverse("desk:sign-in")
    assert password(ash, "ash") == reverse("desk:own-password")
    assert queries.account(outreach.id) == rules.Account(True, False, 0, False)


# --- Locking ---


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
    assert send(ash, "stock-sheet", site, method="get").status_code == 302


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


# --- My shift ---


def test_shift_page_sets_another_pin(ash, outreach) -> None:
    assert go(ash, "shift-pin", {"pin": "9", "again": "9"}) == "bad-pin"
    assert go(ash, "shift-pin", {"pin": "481516", "again": "481516"}) == reverse("desk:shift")
    assert go(ash, "unlock", {"shift": ash.session["shift"], "pin": "481516"}) == "/desk/"


def test_lock_of_nobody_leads_to_sign_in(client, db) -> None:
    assert go(client, "lock") == reverse("desk:unlock")
    assert client.get(reverse("desk:unlock")).headers["Location"] == reverse("desk:sign-in")


# --- Passkeys ---


def say(client: Client, name: str, told: Any) -> tuple[int, dict[str, Any]]:
    answer = client.post(
        reverse(f"desk:passkey-{name}"),
        json.dumps(told),
        content_type="application/json",
        headers={"Host": "localhost"},
    )
    return answer.status_code, answer.json()


def keyed(client: Client, *, origin: str = "http://localhost") -> tuple[SoftKey, tuple[int, dict[str, Any]]]:
    key = SoftKey()
    return key, say(client, "add", key.make(say(client, "ask-new", {})[1], origin=origin))


def test_passkey_is_both_steps_of_a_sign_in(ash, outreach, now) -> None:
    key, told = keyed(ash)
    assert told == (200, {"next": reverse("desk:shift")}) and b"for localhost" in ash.get("/desk/shift").content
    other = Client()
    assert say(other, "prove", key.sign(say(other, "ask", {})[1], origin="http://localhost:8000")) == (
        200,
        {"next": "/desk/"},
    )
    assert other.get(reverse("desk:home")).status_code == 200
    assert set(models.Shift.objects.values_list("method", flat=True)) == {"totp", "passkey"}


def test_passkey_can_be_the_second_step_of_a_first_sign_in(client, outreach) -> None:
    models.Worker.objects.update(one_time=False)
    assert password(client, "ash") == reverse("desk:set-up")
    _, told = keyed(client)
    assert told == (200, {"next": reverse("desk:pin")})
    assert go(client, "pin", {"pin": "2580", "again": "2580"}) == reverse("desk:home")
    assert models.Shift.objects.get().method == "passkey"


def test_passkey_is_not_added_by_a_password_alone_or_by_nobody_or_while_locked(client, ash, outreach) -> None:
    other = Client()
    assert say(other, "ask-new", {}) == say(other, "add", {}) and say(other, "add", {})[1]["code"] == "sign-in-first"
    password(other, "ash")  # has a second step already
    assert say(other, "ask-new", {})[1]["code"] == "sign-in-first"
    ash.post(reverse("desk:lock"))
    assert say(ash, "ask-new", {})[1]["code"] == "sign-in-first"


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://localhost.evil.example", "http://sub.localhost", "file://", ""]
)
def test_passkey_of_another_origin_opens_nothing(ash, origin) -> None:
    assert keyed(ash, origin=origin)[1][1]["code"] == "wrong-passkey"
    key, _ = keyed(ash)
    other = Client()
    assert say(other, "prove", key.sign(say(other, "ask", {})[1], origin=origin))[1]["code"] == "wrong-passkey"


def test_passkey_replayed_without_a_finger_under_another_name_or_copied_opens_nothing(ash, outreach) -> None:
    key, _ = keyed(ash)
    other, said = Client(), []
    told = key.sign(say(other, "ask", {})[1], origin="http://localhost")
    kept = other.cookies["handrail_asked"].value
    assert say(other, "prove", told)[0] == 200
    other.cookies["handrail_asked"] = kept
    said.append(say(other, "prove", told))  # the same answer again
    said.append(say(other, "prove", key.sign(say(other, "ask", {})[1], origin="http://localhost", flags=0x01)))
    models.Passkey.objects.update(counter=7)
    key.counter = 7
    said.append(say(other, "prove", key.sign(say(other, "ask", {})[1], origin="http://localhost")))
    models.Passkey.objects.update(name="riverside.local")
    key.counter = 8
    said.append(say(other, "prove", key.sign(say(other, "ask", {})[1], origin="http://localhost")))
    assert {one["code"] for _, one in said} == {"wrong-passkey"} and len(said) == 4
    models.Passkey.objects.update(name="localhost")
    assert say(other, "prove", key.sign(say(other, "ask", {})[1], origin="http://localhost"))[0] == 200
    models.Worker.objects.update(active=False)
    key.counter = 9
    last = key.sign(say(other, "ask", {})[1], origin="http://localhost")
    assert say(other, "prove", last)[1]["code"] == "wrong-passkey"


@pytest.mark.parametrize(
    "told",
    [
        {},
        [],
        "x",
        7,
        None,
        {"id": "x", "response": {}},
        {"rawId": "AA", "id": "AA", "type": "public-key", "response": 5},
    ],
)
def test_passkey_that_is_none_is_refused_with_its_code(ash, told) -> None:
    other = Client()
    assert say(other, "prove", told)[1]["code"] == "wrong-passkey"  # nothing was asked
    say(other, "ask", {})
    assert say(other, "prove", told)[1]["code"] == "wrong-passkey"
    say(ash, "ask-new", {})
    assert say(ash, "add", told)[1]["code"] == "wrong-passkey"


def test_passkeys_are_ten_at_most_and_the_last_second_step_stays(ash, outreach) -> None:
    for _ in range(10):
        keyed(ash)
    assert keyed(ash)[1][1]["code"] == "too-many-passkeys"
    first = str(models.Passkey.objects.values_list("id", flat=True)[0])
    assert go(ash, "passkey-remove", {"id": str(uuid.uuid4()), "passkey": first}) == reverse("desk:shift")
    assert go(ash, "passkey-remove", {"id": str(uuid.uuid4()), "passkey": first}) == "unknown-passkey"
    models.Worker.objects.filter(pk=outreach.id).update(totp=b"")
    ids = [str(one) for one in models.Passkey.objects.values_list("id", flat=True)]
    said = [go(ash, "passkey-remove", {"passkey": one}) for one in ids]
    assert said == [reverse("desk:shift")] * 8 + ["last-step"]


def test_passkey_of_a_colleague_is_not_removed(ash, lead, outreach, now) -> None:
    keyed(ash)
    row = models.Passkey.objects.get()
    models.Passkey.objects.update(worker_id=lead.id)
    assert go(ash, "passkey-remove", {"passkey": str(row.id)}) == "unknown-passkey"
    draft = rules.OwnStep(uuid.uuid4(), outreach.id, "remove_passkey", now, passkey_id=row.id)
    with pytest.raises(Refused, match="not-allowed"):
        actions.remove_passkey(draft, by=lead, received_at=now)


# --- Devices ---


def test_devices_page_lists_kind_contact_and_gap(signed_in, lead, device, site, now) -> None:
    desk = signed_in(lead)
    page = send(desk, "devices", site, method="get").content.decode()
    assert (
        "Window 1" in page
        and "window tablet" in page
        and "not heard from yet" in page
        and "locks after 3 minutes" in page
    )
    actions.note_contact(device.id, day=now.date(), new=10, highest_seq=50)
    for path in (reverse("desk:devices", args=[site.id]), reverse("desk:home")):
        assert "Window 1: at least 40 acts missing since 2026-03-10" in desk.get(path).content.decode()


def test_invite_shows_its_qr_once(signed_in, lead, site, settings) -> None:
    desk, told = signed_in(lead), {"id": str(uuid.uuid4()), "label": "Van 2", "kind": "van-tablet"}
    page = send(desk, "invite-device", site, told).content.decode()
    shown = re.search(r'class="code">(http://localhost:8000/app/enrol)#([\w-]+)<', page)
    assert shown and page.count('class="step"') == 3 and "data:image/svg" in page
    assert (
        actions.enrol_device(
            shown.group(2), str(jwk.JWK.generate(kty="EC", crv="P-256").export_public()), received_at=now_of(AT)
        ).label
        == "Van 2"
    )
    again = send(desk, "invite-device", site, told).content.decode()
    assert "made before" in again and shown.group(2) not in again


def now_of(text: str) -> Any:
    return periods.parse_moment(text)


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("invite-device", {"label": "", "kind": "phone"}, "bad-name"), ("invite-device", {"label": "A", "kind": "x"}, "unknown-device-kind"),
        ("invite-device", {"label": "A", "kind": "phone", "at": "never"}, "not-readable"),
        ("revoke-device", {"reason": "lost"}, "unknown-device"), ("revoke-device", {"device": "x", "reason": "lost"}, "unknown-device"),
    ],
)  # fmt: skip
def test_devices_forms_refused_answer_422_with_the_code(signed_in, lead, site, name, told, code) -> None:
    answer = send(signed_in(lead), name, site, told)
    assert answer.status_code == 422 and f"<code>{code}</code>" in answer.content.decode()


def test_revoke_ends_a_device_on_the_page(signed_in, lead, device, site) -> None:
    desk = signed_in(lead)
    told = {"device": str(device.id), "reason": "stolen"}
    assert send(desk, "revoke-device", site, told).status_code == 302
    assert "ended 2026-03-10" in send(desk, "devices", site, method="get").content.decode()
    assert b"unknown-reason" in send(desk, "revoke-device", site, told | {"reason": "x"}).content


def test_devices_are_for_leads(signed_in, outreach, site) -> None:
    desk = signed_in(outreach)
    assert send(desk, "devices", site, method="get").status_code == 404
    assert send(desk, "invite-device", site, {"label": "A", "kind": "phone"}).status_code == 422
    assert b"Devices" not in desk.get(reverse("desk:home")).content


def test_own_steps_are_taken_once_and_by_nobody_else(ash, outreach, lead, now) -> None:
    key, (options, state) = SoftKey(), actions.ask_new(outreach, name="localhost")
    made = key.make(options, origin="http://localhost")
    draft = rules.OwnStep(uuid.uuid4(), outreach.id, "add_passkey", now, passkey_id=uuid.uuid4())
    told = {"state": state, "response": made, "name": "localhost", "received_at": now}
    assert [actions.add_passkey(draft, by=outreach, **told).already for _ in range(2)] == [False, True]
    again = replace(draft, id=uuid.uuid4(), passkey_id=uuid.uuid4())
    with pytest.raises(Refused, match="wrong-passkey"):  # its challenge is spent
        actions.add_passkey(again, by=outreach, **told)
    end = replace(draft, id=uuid.uuid4(), what="remove_passkey")
    assert [actions.remove_passkey(end, by=outreach, received_at=now).already for _ in range(2)] == [False, True]
    codes = rules.OwnStep(uuid.uuid4(), outreach.id, "set_totp", now)
    secret = rules.new_secret()
    typed = {"secret": secret, "code": code(secret, now, 1), "received_at": now}
    with pytest.raises(Refused, match="not-allowed"):
        actions.set_totp(codes, by=lead, **typed)
    assert [actions.set_totp(codes, by=outreach, **typed).already for _ in range(2)] == [False, True]
