"""`POST /api/sync`: a device's signed batch; every act answered, each counted once."""

import base64
import hashlib
import json
import random
import uuid
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from django.db import OperationalError
from jwcrypto import jwa, jwk

from handrail.core.common import canonical, keys
from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import acts, batches, held, models
from handrail.core.org import actions as org_actions
from handrail.core.org import copies
from handrail.core.org import models as org_models
from handrail.core.org import queries as org_queries
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules


def told(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    return [(one["outcome"], one.get("code", "")) for one in answer.json()["acts"]]


def test_sync_saves_a_batch_and_answers_in_its_order(sync, act, outreach, lead) -> None:
    batch = [
        act(outreach),
        act(lead, {"item": "COOK", "amount": 9}, kind="supplies.receive"),
        act(outreach, kind_version=9),
    ]
    answer = sync(*batch)
    assert told(answer) == [("saved", ""), ("saved", ""), ("held", "unknown-kind")]
    assert [one["id"] for one in answer.json()["acts"]] == [one["id"] for one in batch]


def test_sync_tells_saved_for_what_was_there_already(sync, act, outreach, site) -> None:
    batch = [act(outreach) for _ in range(3)]
    assert [told(sync(*batch)) for _ in range(3)] == [[("saved", "")] * 3] * 3
    assert encounters.Encounter.objects.count() == 3 and stock.on_shelf(site.id)[0].balance == -30


def test_sync_counts_each_act_once_in_any_order_with_lost_answers(sync, act, outreach, site) -> None:
    batch = [act(outreach) for _ in range(40)]
    chance = random.Random(7)
    for _ in range(3):
        chance.shuffle(batch)
        for start in range(0, 40, 10):
            sync(*batch[start : start + 10])
    assert encounters.Encounter.objects.count() == 40 and stock.on_shelf(site.id)[0].balance == -400


def test_sync_holds_an_act_by_a_worker_whose_role_is_gone(sync, act, outreach) -> None:
    saved = act(outreach)
    sync(saved)
    org_models.Role.objects.all().delete()
    assert told(sync(saved, act(outreach))) == [("saved", ""), ("held", "not-allowed")]


def test_sync_holds_a_changed_body(sync, act, outreach) -> None:
    one = act(outreach)
    sync(one)
    assert told(sync(one | {"body": {"asked_for": ["other"]}})) == [("held", "conflict")]


def test_sync_holds_an_act_with_an_absurd_number_and_takes_its_neighbour(sync, act, outreach) -> None:
    absurd = act(outreach, {"given": [{"item": "COOK", "amount": int("9" * 400)}]})
    assert told(sync(absurd, act(outreach))) == [("held", "not-canonical"), ("saved", "")]


@pytest.mark.parametrize("name", ["device", "site"])
def test_sync_holds_what_another_device_or_site_should_say(sync, act, outreach, other_site, name) -> None:
    named = {"device": str(uuid.uuid4()), "site": str(other_site.id)}[name]
    assert told(sync(act(outreach, **{name: named}))) == [("held", "not-this-devices")]


@pytest.mark.parametrize(
    "wrong", [{"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, {"device_seq": -1}, {"device_seq": "1"}]
)
def test_sync_holds_an_id_that_tells_time_and_a_count_that_is_none(sync, act, outreach, wrong) -> None:
    assert told(sync(act(outreach, **wrong))) == [("held", "not-an-act")]


@pytest.mark.parametrize("turn", range(6))
def test_sync_takes_an_undo_and_a_new_lot_in_any_order_of_one_batch(sync, act, outreach, lead, site, turn) -> None:
    visit = act(
        outreach, {"naloxone": [{"item": "NAL-NS-4", "amount": 1, "lot": str(stock_rules.lot_id("NAL-NS-4", "Z1"))}]}
    )
    undo = act(outreach, {"visit": visit["id"]}, kind="window.undo")
    delivery = act(lead, {"item": "NAL-NS-4", "amount": 5, "lot": "Z1"}, kind="supplies.receive")
    batch = [delivery, visit, undo]
    random.Random(turn).shuffle(batch)
    assert told(sync(*batch)) == [("saved", "")] * 3
    assert [row.balance for row in stock.on_shelf(site.id)] == [5]


def test_sync_sets_no_cookie_and_asks_for_none(sync, act, outreach, client) -> None:
    assert "Set-Cookie" not in sync(act(outreach)).headers and client.cookies.output() == ""


@pytest.mark.parametrize("signature", [b"", b"\x00" * 64, b"\xff" * 64, b"short"])
def test_sync_takes_nothing_under_a_bad_signature(sync, act, outreach, signature) -> None:
    answer = sync(act(outreach), signature=signature)
    assert answer.status_code == 422 and answer.json()["code"] == "unknown-device"
    assert encounters.Encounter.objects.count() == models.Held.objects.count() == 0


def test_sync_takes_nothing_signed_for_another_body(sync, device, act, outreach) -> None:
    assert sync(act(outreach), signature=device.sign(b"another body")).json()["code"] == "unknown-device"


def test_sync_takes_nothing_of_an_unknown_device(sync, device, act, outreach) -> None:
    assert sync(act(outreach), by=type(device)()).json()["code"] == "unknown-device"
    assert encounters.Encounter.objects.count() == models.Held.objects.count() == 0


def test_sync_holds_what_a_revoked_device_brings_but_for_what_it_had_brought_before(
    sync, device, act, outreach
) -> None:
    saved = act(outreach)
    sync(saved)
    device.revoke()
    answer = sync(saved, act(outreach))
    assert told(answer) == [("saved", ""), ("held", "device-revoked")] and answer.json()["code"] == "device-revoked"
    assert encounters.Encounter.objects.count() == 1 and models.Held.objects.get().reason == "device-revoked"


@pytest.mark.parametrize("header", ["!!!", "é", "a", "="])
def test_sync_takes_nothing_under_what_is_no_signature(client, device, header) -> None:
    body = json.dumps({"device": str(device.id), "acts": []})
    answer = client.post("/api/sync", body, content_type="application/json", headers={"Handrail-Signature": header})
    assert answer.json()["code"] == "unknown-device"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"not json", b"\xff\xfe", b"[]", b"5", b"{}", b'{"device": "x"}', b'{"device": "x", "acts": {}}',
        b'{"device": ["x"], "acts": []}', b"[" * 100_000, b"9" * 5000,
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)  # fmt: skip
def test_sync_refuses_what_is_no_batch(client, db, body) -> None:
    answer = client.post("/api/sync", body, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["code"] == "not-a-batch"


@pytest.mark.parametrize("more", [{"more": 1}, {"ask": 5}, {"ask": {"a": 1}}, {"ask": ["x"] * 1001}], ids=str)
def test_sync_takes_the_acts_of_a_batch_that_is_wrong_as_a_whole_and_says_so(sync, act, outreach, more) -> None:
    answer = sync(act(outreach), act(outreach, kind_version=9), **more)
    assert answer.status_code == 422 and answer.json()["code"] == "not-a-batch"
    assert [one["outcome"] for one in answer.json()["acts"]] == ["saved", "held"]
    assert encounters.Encounter.objects.count() == 1


def test_sync_takes_the_first_of_too_many_and_names_the_limits(sync, act, outreach) -> None:
    batch = [act(outreach) for _ in range(batches.ACTS_IN_BATCH + 1)]
    answer = sync(*batch)
    assert answer.status_code == 422 and answer.json()["code"] == "batch-too-large"
    assert answer.json()["limits"] == {"acts": 200, "ask": 1000, "bytes": 1_000_000}
    assert [one["id"] for one in answer.json()["acts"]] == [one["id"] for one in batch[:-1]]
    assert encounters.Encounter.objects.count() == batches.ACTS_IN_BATCH


def test_sync_never_breaks_on_a_deep_act(client, device) -> None:
    for depth in [*range(8, 700, 50), *range(700, 1010, 2)]:
        body = f'{{"device": "{device.id}", "acts": [{"[" * depth}{"]" * depth}]}}'.encode()
        signed = base64.urlsafe_b64encode(device.sign(body)).decode()
        answer = client.post("/api/sync", body, content_type="application/json", headers={"Handrail-Signature": signed})
        assert answer.status_code in {200, 422}, depth


@pytest.mark.parametrize(
    "one",
    [None, 5, "x", [], {}, {"id": ["x"]}, {"id": {"a": 1}}, float("nan"), 1e400, "\ud800", {"\ud800": "\x00"}],
    ids=repr,
)
def test_sync_holds_an_act_of_any_form(sync, site, one) -> None:
    assert told(sync(one)) == [("held", "not-an-act")]


def test_sync_answers_503_and_takes_nothing_when_too_much_is_held(sync, act, outreach, monkeypatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 0)
    answer = sync(act(outreach), act(outreach, kind_version=9))
    assert (
        answer.status_code == 503 and answer.json()["code"] == "held-full" and encounters.Encounter.objects.count() == 0
    )


def test_sync_is_no_get(client, db) -> None:
    assert client.get("/api/sync").status_code == 405


def test_sync_refuses_a_body_that_is_too_large(client, db) -> None:
    answer = client.post("/api/sync", b"x" * 1_000_001, content_type="application/json")
    assert answer.status_code == 422 and answer.json()["code"] == "too-large"


def test_sync_keeps_a_raw_code_of_a_held_act_sealed(sync, act, outreach, every_cell) -> None:
    one = act(outreach, {"card": "JG7MCT", "given": [{"item": "NO-SUCH", "amount": 1}]})
    sync(one)
    assert [cell for cell in every_cell() if "JG7MCT" in cell] == []
    assert json.loads(keys.ring().unseal(models.Held.objects.get().sealed))["body"]["card"] == "JG7MCT"


def test_sync_answers_an_id_that_is_no_id_as_it_was_told(sync, site) -> None:
    assert sync({"id": "x" * 50}).json()["acts"][0]["id"] == "x" * 50
    assert uuid.UUID(str(models.Held.objects.get().id)).version == 4


# --- Sealed acts ---


def sealed(one: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"id": one["id"], "sealed": keys.ring().seal_act(canonical.canonical(one))} | changed


def test_sync_opens_what_a_device_sealed(sync, act, outreach, device) -> None:
    one = act(outreach, device=str(device.id))
    assert told(sync(sealed(one))) == told(sync(one)) == told(sync(sealed(one))) == [("saved", "")]
    assert encounters.Encounter.objects.count() == 1


def test_sync_opens_what_was_sealed_to_the_key_before(sync, act, outreach, device, monkeypatch) -> None:
    one = sealed(act(outreach, device=str(device.id)))
    ring = keys.ring()
    monkeypatch.setattr(keys, "_ring", [type(ring)(**vars(ring) | {"site": (keys.new_pair(), *ring.site)})])
    assert told(sync(one)) == [("saved", "")]


def test_sync_holds_what_cannot_be_opened_as_it_came_and_takes_its_neighbour(sync, act, outreach, site, device) -> None:
    one, other = (act(outreach, device=str(device.id)) for _ in range(2))
    stranger = keys._seal("{}", jwk.JWK.from_json(keys.new_pair()))
    assert told(sync(sealed(one, sealed=stranger), sealed(other))) == [("held", "not-openable"), ("saved", "")]
    row = models.Held.objects.get()
    assert (row.act, row.site, row.reason) == (one["id"], str(site.id), "not-openable")
    assert json.loads(keys.ring().unseal(row.sealed)) == {"id": one["id"], "sealed": stranger}


@pytest.mark.parametrize("text", ["5", "[]", "{}", "not json", "[" * 5000], ids=lambda text: text[:8])
def test_sync_holds_a_sealed_text_that_is_no_act(sync, act, outreach, text) -> None:
    answer = sync({"id": act(outreach)["id"], "sealed": keys.ring().seal_act(text)})
    assert told(answer) == [("held", "not-an-act")]


def test_sync_holds_an_act_under_anothers_id(sync, act, outreach, device) -> None:
    one, other = (act(outreach, device=str(device.id)) for _ in range(2))
    assert told(sync(sealed(one, id=other["id"]))) == [("held", "not-an-act")]


@pytest.mark.parametrize("text", [5, None, [], {}], ids=str)
def test_sync_holds_a_seal_that_is_no_text(sync, act, outreach, text) -> None:
    assert told(sync({"id": act(outreach)["id"], "sealed": text})) == [("held", "not-an-act")]


def test_sync_takes_a_sealed_undo_after_its_sealed_visit_in_any_order(sync, act, outreach, device) -> None:
    visit = act(outreach, device=str(device.id))
    undo = act(outreach, {"visit": visit["id"]}, kind="window.undo", device=str(device.id))
    assert told(sync(sealed(undo), sealed(visit))) == [("saved", "")] * 2


def test_sync_holds_an_act_whose_device_does_not_know_the_time(sync, act, outreach) -> None:
    assert told(sync(act(outreach, at=""))) == [("held", "time-unknown")]


# --- Signed answers ---


def verified(answer: Any, body: bytes | None = None) -> bool:
    """Check an answer as a device does, against the pinned keys."""
    key = {one["kid"]: one for one in keys.ring().answer_keys()}[answer.headers["Handrail-Key"]]
    signature = base64.urlsafe_b64decode(answer.headers["Handrail-Answer"] + "==")
    try:
        jwa.JWA.signing_alg("ES256").verify(jwk.JWK(**key), answer.content if body is None else body, signature)
    except InvalidSignature:
        return False
    return True


def test_sync_signs_its_answer_and_says_to_what(client, device, act, outreach) -> None:
    body = json.dumps({"device": str(device.id), "acts": [act(outreach, device=str(device.id))]}).encode()
    signed = base64.urlsafe_b64encode(device.sign(body)).decode()
    answer = client.post("/api/sync", body, content_type="application/json", headers={"Handrail-Signature": signed})
    assert verified(answer) and not verified(answer, answer.content.replace(b"saved", b"saveD"))
    assert answer.json()["of"] == base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode().rstrip("=")
    assert answer.json()["now"] == "2026-03-10T18:00:00Z"


@pytest.mark.parametrize("body", [b"not json", b'{"device": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "acts": []}'])
def test_sync_signs_its_refusals_too(client, db, body) -> None:
    answer = client.post("/api/sync", body, content_type="application/json")
    assert answer.status_code == 422 and verified(answer) and answer.json()["of"]


def test_sync_signs_that_it_has_no_turn(sync, act, outreach, monkeypatch) -> None:
    def busy(*args: Any, **told: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(acts, "receive_batch", busy)
    answer = sync(act(outreach))
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "busy", "2")
    assert verified(answer)


def test_sync_refuses_a_batch_too_deep_to_be_written_down(sync, act, outreach, monkeypatch) -> None:
    def deep(*args: Any, **told: Any) -> None:
        raise RecursionError

    monkeypatch.setattr(acts, "receive_batch", deep)
    assert sync(act(outreach)).json()["code"] == "not-a-batch"


# --- What is here, and where this installation stands ---


def test_sync_says_which_of_the_ids_asked_for_are_here(sync, act, outreach, seal, now) -> None:
    saved, waiting, lost = act(outreach), act(outreach, kind_version=9), act(outreach)
    sync(saved, waiting)
    ask = [lost["id"], saved["id"], "no id", waiting["id"]]
    for _ in range(2):
        answer = sync(ask=ask).json()
        assert (answer["known"], answer["lacking"]) == ([saved["id"], waiting["id"]], [lost["id"], "no id"])
        seal()


def test_sync_says_where_the_installation_stands(sync, site) -> None:
    org_actions.install(demo=False)
    answer = sync().json()
    assert (answer["acts"], answer["epoch"], answer["copies"]) == ([], str(org_queries.installation().id), None)


def test_sync_tells_which_copy_was_begun_which_is_whole_and_that_one_was_brought_back(sync, now) -> None:
    copies.finish_copy(copies.begin_copy(now.date()), now.date())
    copies.begin_copy(now.date())
    before = sync().json()
    copies.begin_epoch()
    after = sync().json()
    assert before["copies"] == after["copies"] == {"begun": 2, "done": 1}
    assert before["epoch"] != after["epoch"] == org_queries.epoch()


def test_receive_batch_tells_what_is_heard_for_the_first_time(act, outreach, now) -> None:
    batch = [act(outreach, device_seq=7), act(outreach, kind_version=9, device_seq=8), "no act"]
    heard: list[Any] = []
    for _ in range(2):
        acts.receive_batch(batch, worker_of=lambda _: outreach, received_at=now, heard=heard.append)
    first, second = [[(one.fresh, one.device_seq) for one in told] for told in heard]
    assert first == [(True, 7), (True, 8), (True, 0)] and second == [(False, 7), (False, 8), (False, 0)]


def test_receive_batch_is_undone_when_its_hearing_cannot_be_noted(act, outreach, now) -> None:
    def broken(told: Any) -> None:
        raise Refused("busy")

    with pytest.raises(Refused):
        acts.receive_batch([act(outreach)], worker_of=lambda _: outreach, received_at=now, heard=broken)
    assert encounters.Encounter.objects.count() == 0
