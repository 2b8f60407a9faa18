"""Signing in step by step, locking, unlocking, switching; each page tried by owner, teammate, outsider and nobody."""

import base64
import json
import re
import uuid
from dataclasses import replace
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from handrail.core.common import keys
from handrail.core.org import actions, models, queries, rules, session
from handrail.fronts.console.programme import CONSOLE

from .desks import code, go, password, shift_of

STEPS = ("own-password", "set-up", "code", "pin")


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
