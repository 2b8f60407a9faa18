"""`POST /api/floor` and its stream: signed both ways, an overdose with no shift, every listener told the same."""

import base64
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from jwcrypto import jwa, jwk

from handrail.core.common import keys
from handrail.core.org import actions as org
from handrail.fronts.api import floor, live
from handrail.services.consumption import models


@pytest.fixture
def ask(client: Any, device: Any) -> Any:
    """Send something signed by the device; returns the response."""

    def send(path: str = "/api/floor", *, by: Any = device, signed: bool = True, **told: Any) -> Any:
        body = json.dumps({"device": str(by.id)} | told).encode()
        signature = base64.urlsafe_b64encode(by.sign(body)).decode().rstrip("=") if signed else ""
        return client.post(path, body, content_type="application/json", headers={"Handrail-Signature": signature})

    return send


def step(kind: str, on: Any = None, **told: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "kind": kind, "on": str(on or uuid.uuid4())} | told


def test_steps_of_a_shift_are_taken_and_those_of_nobody_refused(ask, device, add_worker, now) -> None:
    wren = add_worker("wren", "floor")
    shift = org.open_shift(wren, method="totp", device_id=device.id, now=now).signs_as
    one = step("arrive", tonight="Blue")
    told = ask(shift=str(shift), steps=[one]).json()
    assert told["steps"] == [{"id": one["id"], "outcome": "saved"}] and told["board"]["visits"][0]["tonight"] == "Blue"
    for nobody in ("", "x", str(uuid.uuid4())):
        (answer,) = ask(shift=nobody, steps=[step("arrive")]).json()["steps"]
        assert answer["code"] == "sign-in-first" and answer["say"]


def test_an_overdose_needs_the_devices_key_alone(ask, device) -> None:
    od = uuid.uuid4()
    assert ask(steps=[step("overdose", od), step("stamp", od, event="oxygen")]).json()["steps"][1]["outcome"] == "saved"
    assert models.LiveStamp.objects.get().screen == "Window 1"
    assert ask(signed=False, steps=[step("overdose")]).json()["code"] == "unknown-device"
    device.revoke()
    assert ask(steps=[step("overdose")]).json()["code"] == "device-revoked"


def test_a_shift_whose_name_is_forgotten_is_nobodys(ask, device, add_worker, now) -> None:
    shift = org.open_shift(add_worker("wren", "floor"), method="totp", device_id=device.id, now=now).signs_as
    org.forget_shift_names(now.date().replace(year=2027))
    assert ask(shift=str(shift), steps=[step("arrive")]).json()["steps"][0]["code"] == "sign-in-first"


@pytest.mark.parametrize("steps", [5, [{}] * 101, None])
def test_steps_that_cannot_be_read_are_refused_whole(ask, steps) -> None:
    assert ask(steps=steps).json()["code"] == "not-readable"


@pytest.mark.parametrize("odd", [5, None, {}, {"id": "x"}, []])
def test_a_step_that_cannot_be_read_stands_in_no_others_way(ask, odd) -> None:
    od = step("overdose")
    told = ask(steps=[odd, od]).json()["steps"]
    assert (told[0]["code"], told[1]["outcome"]) == ("not-readable", "saved")


def test_screens_are_noted_with_their_sound(ask, device) -> None:
    first = ask(armed=False, steps=[]).json()["board"]["edition"]
    assert ask(armed=False, steps=[]).json()["board"]["edition"] == first
    told = ask(armed=True, steps=[]).json()["board"]
    assert ask(steps=[]).json()["board"]["screens"] == [{"id": str(device.id), "label": "Window 1", "armed": True}]
    assert told["edition"] >= first


def frames(chunks: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Yield what is told, each frame's signature proven."""
    key = jwk.JWK(**keys.ring().answer_keys()[0])
    for chunk in chunks:
        if chunk.startswith(b":"):
            continue
        name, data = chunk.decode().strip().split("\n")
        kid, _, signature = name.removeprefix("id: ").rpartition(".")
        raw = data.removeprefix("data: ").encode()
        assert kid == key.kid
        assert jwa.JWA.signing_alg("ES256").verify(key, raw, base64.urlsafe_b64decode(signature + "==")) is None
        yield json.loads(raw)


@pytest.mark.django_db(transaction=True)
def test_watch_streams_each_newest_board_to_every_listener(ask) -> None:
    ask(steps=[step("overdose")])
    answers = [ask("/api/floor/watch") for _ in range(3)]
    streams = [frames(iter(one.streaming_content)) for one in answers]
    first = [next(one) for one in streams]
    assert [len(one["overdoses"]) for one in first] == [1, 1, 1]
    ask(steps=[step("overdose")])
    assert [len(next(one)["overdoses"]) for one in streams] == [2, 2, 2]
    thread = floor.hub.thread
    assert thread
    for one in answers:
        one.close()
    thread.join(timeout=20)
    assert not floor.hub.sites


def test_watch_turns_away_who_does_not_fit_or_is_not_known(ask, monkeypatch) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    assert ask("/api/floor/watch").status_code == 503
    assert ask("/api/floor/watch", signed=False).json()["code"] == "unknown-device"


@pytest.mark.django_db(transaction=True)
def test_hub_beats_when_there_is_no_news_and_looks_again_after_a_busy_database(monkeypatch) -> None:
    monkeypatch.setattr(live, "BEAT_EVERY", 0.05)
    site, busy = uuid.uuid4(), [OperationalError()]

    def edition(_: uuid.UUID) -> int:
        if busy:
            raise busy.pop()
        return 1

    hub = live.Hub(edition=edition, render=lambda _: b"data: x\n\n")
    stream = hub.listen(site)
    assert next(stream) == b": here\n\n"
    told = [next(stream) for _ in range(6)]
    assert told.count(b"data: x\n\n") == 1 and b": here\n\n" in told
    stream.close()
    thread = hub.thread
    assert isinstance(thread, threading.Thread)
    thread.join(timeout=10)
    assert not hub.sites
