"""A shift opened on a device: by a worker of its site, with password and code, signed by the device."""

import base64
import json
import uuid
from dataclasses import replace
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.org import models, queries, rules


@pytest.fixture
def ask(client: Any, device: Any) -> Any:
    """Ask for a shift as the device does; returns status and what was said."""

    def send(by: Any = device, signature: bytes | None = None, **told: Any) -> tuple[int, dict[str, Any]]:
        body = json.dumps({"device": str(by.id)} | told).encode()
        signed = base64.urlsafe_b64encode(by.sign(body) if signature is None else signature).decode().rstrip("=")
        headers = {"Handrail-Signature": signed}
        answer = client.post("/api/shift", body, content_type="application/json", headers=headers)
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
