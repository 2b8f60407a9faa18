"""Passkeys at the desk, and steps of one's own."""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handrail.core.common.refusals import Refused
from handrail.core.org import actions, models, rules
from handrail.fronts.console.softkey import SoftKey

from .desks import code, go, password


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
