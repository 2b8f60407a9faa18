"""A shift opened on a device: by a worker of its site, with password and code, signed by the device."""

import base64
import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.org import actions, models, queries, rules
from handrail.fronts.console.softkey import SoftKey


@pytest.fixture
def ask(client: Any, device: Any) -> Any:
    """Ask for a shift as the device does; returns status and what was said."""

    def send(
        by: Any = device, signature: bytes | None = None, path: str = "", **told: Any
    ) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"device": str(by.id)} | told).encode()
        signed = base64.urlsafe_b64encode(by.sign(body) if signature is None else signature).decode().rstrip("=")
        headers = {"Handrail-Signature": signed}
        answer = client.post(path or "/api/shift", body, content_type="application/json", headers=headers)
        assert answer.headers["Handrail-Answer"]
        return answer.status_code, answer.json()

    return send


@pytest.fixture
def ash(outreach: Any, step_up: Any, now: Any) -> dict[str, str]:
    """What ash types."""
    secret = step_up(outreach)
    return {"handle": "ash", "password": "ash password long", "code": rules.code_at(secret, int(now.timestamp()) // 30)}


def test_open_shift_on_a_device_signs_what_it_records(ask, ash, outreach, device, act, sync, now) -> None:
    status, told = ask(**ash)
    worker = queries.worker(uuid.UUID(told["shift"]))
    assert status == 200 and worker and worker.id == outreach.id
    assert models.Shift.objects.values_list("device_id", "method").get() == (device.id, "totp")
    assert sync(act(worker)).json()["acts"][0]["outcome"] == "saved"
    assert ask(**ash)[1]["code"] == "wrong-code"  # a code is good once


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"code": ""}, "wrong-code"), ({"code": "000000"}, "wrong-code"), ({"password": "wrong"}, "wrong-sign-in"),
        ({"handle": "nobody"}, "wrong-sign-in"), ({"handle": 7}, "not-readable"), ({"code": None}, "not-readable"),
    ],
)  # fmt: skip
def test_open_shift_on_a_device_refuses(ask, ash, told, code) -> None:
    assert ask(**(ash | told))[1]["code"] == code
    assert models.Shift.objects.count() == 0


def test_open_shift_is_for_devices_in_use_and_their_own_signature(ask, ash, device) -> None:
    assert ask(**ash, signature=b"x" * 64)[1]["code"] == ask(type(device)(), **ash)[1]["code"] == "unknown-device"
    device.revoke()
    assert ask(**ash)[1]["code"] == "device-revoked"


def test_open_shift_with_a_given_password_leads_to_a_desk(ask, outreach) -> None:
    assert ask(handle="ash", password="ash password long", code="")[1]["code"] == "first-at-a-desk"


def test_open_shift_is_for_who_holds_a_role_at_the_devices_site(ask, add_worker, other_site, step_up, now) -> None:
    secret = step_up(add_worker("kit", "outreach", at=other_site))
    code = rules.code_at(secret, int(now.timestamp()) // 30)
    assert ask(handle="kit", password="kit password long", code=code)[1]["code"] == "not-allowed"


def test_open_shift_in_a_demo_takes_the_password_alone(ask, outreach, settings, monkeypatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(keys, "_ring", [replace(keys.ring(), demo=True)])
    models.Worker.objects.update(one_time=False)
    assert ask(handle="ash", password="ash password long")[0] == 200


# --- By passkey ---

ORIGIN = "http://localhost:8000"


@pytest.fixture
def key(outreach: Any, step_up: Any, now: Any) -> SoftKey:
    """Ash's passkey, bound to localhost."""
    step_up(outreach)
    made = SoftKey()
    options, state = actions.ask_new(outreach, name="localhost")
    draft = rules.OwnStep(uuid.uuid4(), outreach.id, "add_passkey", now, passkey_id=uuid.uuid4())
    response = made.make(options, origin=ORIGIN)
    actions.add_passkey(draft, state=state, response=response, name="localhost", by=outreach, received_at=now)
    return made


@pytest.fixture(autouse=True)
def localhost(client: Any) -> None:
    """Be reached as localhost: a passkey is bound to that name."""
    client.defaults["SERVER_NAME"] = "localhost"


def test_open_shift_by_passkey_once_for_each_challenge(ask, key, outreach) -> None:
    status, asked = ask(path="/api/passkey")
    told = {"asked": asked["asked"], "passkey": key.sign(asked["options"], origin=ORIGIN)}
    answer = ask(**told)
    assert (status, answer[0]) == (200, 200)
    worker = queries.worker(uuid.UUID(answer[1]["shift"]))
    assert worker and worker.id == outreach.id and models.Shift.objects.get().method == "passkey"
    assert ask(**told)[1]["code"] == "wrong-passkey"


def test_open_shift_by_passkey_is_for_the_device_that_asked(ask, key, add_device, device) -> None:
    asked = ask(path="/api/passkey")[1]
    signed = key.sign(asked["options"], origin=ORIGIN)
    assert ask(add_device(), asked=asked["asked"], passkey=signed)[1]["code"] == "wrong-passkey"
    for wrong in ({"asked": "forged"}, {"asked": None}, {"passkey": "none"}, {"passkey": {}}):
        assert ask(**({"asked": asked["asked"], "passkey": signed} | wrong))[1]["code"] == "wrong-passkey"
    device.revoke()
    assert ask(path="/api/passkey")[1]["code"] == "device-revoked"


def test_passkey_leads_who_was_given_a_password_to_a_desk(ask, key) -> None:
    models.Worker.objects.update(one_time=True)
    asked = ask(path="/api/passkey")[1]
    signed = key.sign(asked["options"], origin=ORIGIN)
    assert ask(asked=asked["asked"], passkey=signed)[1]["code"] == "first-at-a-desk"


# --- Closing ---


def test_close_shift_ends_it_at_the_server_and_its_acts_still_arrive(ask, ash, act, sync, now) -> None:
    shift = uuid.UUID(ask(**ash)[1]["shift"])
    assert ask(path="/api/shift/close", shift=str(shift))[0] == 200
    assert models.Shift.objects.get().until == now
    assert sync(act(queries.worker(shift))).json()["acts"][0]["outcome"] == "saved"
    assert ask(path="/api/shift/close", shift="")[0] == 200


def test_close_shift_leaves_another_devices_shift_open(ask, ash, add_device, now) -> None:
    shift = ask(**ash)[1]["shift"]
    assert ask(add_device(), path="/api/shift/close", shift=shift)[0] == 200
    assert models.Shift.objects.get().until > now


# --- A copy that was brought back lacks the shift ---


@pytest.fixture
def lost(ask: Any, ash: Any, outreach: Any) -> Any:
    """A shift that was opened on the device after the copy was made: its seal, and its worker under its id."""
    told = ask(**ash)[1]
    worker = replace(outreach, shift=uuid.UUID(told["shift"]))
    before = models.Shift.objects.values_list("site_id", "device_id", "day", "method", "until").get()
    models.Shift.objects.all().delete()
    return worker, {told["shift"]: told["seal"]}, before


@pytest.fixture
def at_time(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Move the clock."""
    return lambda moment: monkeypatch.setattr("handrail.core.common.clock.now", lambda: moment)


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(one["outcome"], one.get("code", "")) for one in answer.json()["acts"]]


def test_seal_brings_a_lost_shift_back_before_its_acts(lost, outreach, act, sync) -> None:
    worker, seals, before = lost
    assert sum(map(len, next(iter(seals.items())))) < 300
    assert outcomes(sync(act(worker))) == [("held", "unknown-worker")]
    answer = sync(act(worker), act(worker), shifts=seals)
    assert answer.status_code == 200 and outcomes(answer) == [("saved", "")] * 2
    assert models.Shift.objects.values_list("site_id", "device_id", "day", "method", "until").get() == before
    told = queries.worker(worker.shift)
    assert told and told.id == outreach.id
    assert outcomes(sync(act(worker), shifts=seals)) == [("saved", "")] and models.Shift.objects.count() == 1


def test_seal_older_than_names_are_kept_brings_nothing_back(lost, act, sync, now, at_time) -> None:
    worker, seals, _ = lost
    at_time(now + timedelta(days=31))
    assert outcomes(sync(act(worker), shifts=seals)) == [("held", "unknown-worker")]
    at_time(now + timedelta(days=30))
    assert outcomes(sync(act(worker), shifts=seals)) == [("saved", "")]


def test_seal_brings_no_erased_name_back(ask, ash, outreach, act, sync, now) -> None:
    told = ask(**ash)[1]
    actions.forget_shift_names(before=now.date() + timedelta(days=1))
    worker = replace(outreach, shift=uuid.UUID(told["shift"]))
    answer = sync(act(worker), shifts={told["shift"]: told["seal"]})
    assert outcomes(answer) == [("held", "shift-ended")] and bytes(models.Shift.objects.get().worker_sealed) == b""


def test_seal_of_a_worker_who_left_brings_nothing_back(lost, act, sync) -> None:
    worker, seals, _ = lost
    models.Worker.objects.update(active=False)
    assert outcomes(sync(act(worker), shifts=seals)) == [("held", "unknown-worker")]


@pytest.mark.parametrize(
    "wrong", ["another device", "another shift", "changed", "no seal", "no text", "no shift", "no mapping"]
)
def test_seal_that_is_not_this_devices_and_shifts_own_is_passed_over(lost, act, sync, add_device, wrong) -> None:
    worker, seals, _ = lost
    shift, seal = next(iter(seals.items()))
    other = str(uuid.uuid4())
    told = {
        "another shift": {other: seal}, "changed": {shift: seal[:-8] + "AAAAAAAA"}, "no seal": {shift: "a"}, "no text": {shift: 7},
        "no shift": {"x": seal}, "no mapping": [seal],
    }.get(wrong, seals)  # fmt: skip
    by = {"by": add_device()} if wrong == "another device" else {}
    assert {one[0] for one in outcomes(sync(act(worker), shifts=told, **by))} == {"held"}
    assert models.Shift.objects.count() == 0
