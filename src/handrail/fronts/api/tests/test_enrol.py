"""A device is let in by the token of its sheet, and keeps what it needs to record without a network: never a person."""

import base64
import json
import uuid
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.org import actions, queries, rules
from handrail.core.org import models as org_models
from handrail.core.supplies import recalls
from handrail.core.supplies import rules as stock


@pytest.fixture
def token(lead, site, now) -> str:
    """The token of a sheet for a van's tablet."""
    draft = rules.NewInvitation(uuid.uuid4(), site.id, "Van 2", "van-tablet", now)
    return actions.invite_device(draft, by=lead, received_at=now)[1]


@pytest.fixture
def enrol(client) -> Any:
    """Send what a device sends."""
    return lambda told: client.post("/api/enrol", json.dumps(told), content_type="application/json")


def test_enrol_lets_a_device_in_once_and_gives_it_its_pack(enrol, token, device, site) -> None:
    key = json.loads(type(device)().public_key)
    first, again = enrol({"token": token, "key": key}), enrol({"token": token, "key": key})
    told = first.json()["pack"]
    assert first.status_code == 200 and again.json()["pack"] == told
    assert (
        told["device"] | {"id": ""} == {"id": "", "label": "Van 2", "kind": "van-tablet"} and told["idle_minutes"] == 5
    )
    assert told["site"] == {"id": str(site.id), "name": "Riverside", "zone": "America/Vancouver"}
    assert told["site_keys"] == keys.ring().site_keys() and told["answer_keys"] == keys.ring().answer_keys()
    assert queries.device(uuid.UUID(told["device"]["id"])).label == "Van 2"


@pytest.mark.parametrize("wrong", [{}, {"token": 5, "key": {}}, {"token": "x", "key": "y"}, [], "x"], ids=str)
def test_enrol_refuses_what_cannot_be_read(enrol, db, wrong) -> None:
    assert (enrol(wrong).status_code, enrol(wrong).json()["code"]) == (422, "not-readable")


def test_enrol_refuses_another_device_a_used_sheet_and_a_bad_key(enrol, token, device) -> None:
    assert enrol({"token": token, "key": {"kty": "oct"}}).json()["code"] == "bad-key"
    enrol({"token": token, "key": json.loads(type(device)().public_key)})
    other = enrol({"token": token, "key": json.loads(type(device)().public_key)})
    assert other.json()["code"] == "enrol-ended" and other.headers["Handrail-Answer"]


@pytest.fixture
def ask(client, device) -> Any:
    """Ask for the pack, signed."""

    def send(body: bytes | None = None) -> Any:
        body = body if body is not None else json.dumps({"device": str(device.id)}).encode()
        signed = base64.urlsafe_b64encode(device.sign(body)).decode().rstrip("=")
        return client.post("/api/pack", body, content_type="application/json", headers={"Handrail-Signature": signed})

    return send


def test_pack_holds_items_presets_lots_and_no_person(ask, sync, act, outreach, lead) -> None:
    sync(act(outreach, {"card": "JG7MCT", "asked_for": ["other"]}))
    sync(act(lead, {"item": "NAL-NS-4", "amount": 5, "lot": "A17"}, kind="supplies.receive"))
    answer = ask()
    told = answer.json()["pack"]
    assert answer.status_code == 200 and answer.json()["mark"] == told["mark"]
    assert {"SYR-INS-28-1", "NAL-NS-4"} <= {one["code"] for one in told["items"]}
    assert "USED" not in {one["code"] for one in told["items"]}
    assert [one["code"] for one in told["lots"]["NAL-NS-4"]] == ["A17"] and set(told["lots"]) == {"NAL-NS-4"}
    assert told["presets"][0] == {"name": "10 × 1 mL + bin", "lines": [["SYR-INS-28-1", 10], ["SHARPS-P", 1]]}
    text = answer.content.decode()
    for person in ("ash", "robin", str(outreach.id), str(lead.id), "JG7MCT", "participant", "handle"):
        assert person not in text


def test_pack_has_another_mark_when_anything_in_it_is_another(ask, sync, act, lead) -> None:
    before = ask().json()["mark"]
    assert ask().json()["mark"] == sync().json()["mark"] == before
    sync(act(lead, {"item": "NAL-NS-4", "amount": 5, "lot": "A17"}, kind="supplies.receive"))
    assert ask().json()["mark"] != before


def test_pack_is_not_given_to_a_revoked_or_unknown_device(ask, device) -> None:
    assert ask(b'{"device": "x"}').json()["code"] == ask(b'{"device": 5}').json()["code"] == "unknown-device"
    assert ask(b"not json").json()["code"] == "not-readable"
    device.revoke()
    assert ask().json()["code"] == "device-revoked"


def test_sync_counts_what_is_new_so_that_a_gap_is_seen(sync, act, outreach, device, now) -> None:
    sync(act(outreach, device_seq=1))
    later = act(outreach, device_seq=4)
    for _ in range(2):
        sync(later, act(outreach, device_seq=5, id="0" * 8))
    row = org_models.DeviceDay.objects.get(device=device.id)
    assert (row.new, row.highest) == (3, 5)
    (gap,) = queries.gaps()
    assert gap.missing == 2


def test_pack_tells_the_open_box_of_each_stock_or_the_lot_assumed_and_offers_no_recalled_lot(
    ask, sync, act, lead, site, now
) -> None:
    for code in ("A17", "B02"):
        sync(act(lead, {"item": "NAL-NS-4", "amount": 5, "lot": code}, kind="supplies.receive"))
    lots = {code: str(stock.lot_id("NAL-NS-4", code)) for code in ("A17", "B02")}
    assert ask().json()["pack"]["offers"] == {"": {"NAL-NS-4": {"lot": lots["A17"], "basis": "assumed"}}}
    sync(act(lead, {"item": "NAL-NS-4", "lot": lots["B02"]}, kind="supplies.open_box"))
    assert ask().json()["pack"]["offers"] == {"": {"NAL-NS-4": {"lot": lots["B02"], "basis": "known"}}}
    recall = recalls.NewRecall(uuid.uuid4(), site.id, now, uuid.UUID(lots["B02"]), "Cracked")
    recalls.recall(recall, by=lead, received_at=now)
    told = ask().json()["pack"]
    assert [one["id"] for one in told["lots"]["NAL-NS-4"]] == [lots["A17"]] and told["offers"][""]["NAL-NS-4"][
        "lot"
    ] == lots["A17"]
    assert [one["code"] for one in told["recalled"]] == ["B02"]
