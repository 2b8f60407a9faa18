"""Bad input: a held act, never a lost one. What is answered, what is held, and that nothing else changed."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.encounters import models as encounters
from handrail.core.journal import held, models
from handrail.core.org import models as org
from handrail.core.supplies import models as supplies

NINE_DEEP: Any = "end"
for _ in range(9):
    NINE_DEEP = {"in": NINE_DEEP}

Case = tuple[dict[str, Any], str, str]  # what is other about the act, the answer's code, the kind that a reviewer sees
VISIT = "window.visit"
MATRIX: dict[str, Case] = {
    "ahead": ({"at": "2026-03-10T18:30:00Z"}, "date-ahead", VISIT),
    "ten years ahead": ({"at": "2036-03-10T18:00:00Z"}, "date-ahead", VISIT),
    "401 days back": ({"at": "2025-02-02T18:00:00Z"}, "date-too-old", VISIT),
    "no moment": ({"at": "soon"}, "not-an-act", VISIT),
    "no time known": ({"at": ""}, "time-unknown", VISIT),
    "a worker nobody knows": ({"worker": str(uuid.uuid4())}, "unknown-worker", VISIT),
    "no worker": ({"worker": ""}, "not-an-act", VISIT),
    "a kind nobody knows": ({"kind": "window.nap"}, "unknown-kind", ""),
    "a version nobody knows": ({"kind_version": 9}, "unknown-kind", VISIT),
    "a newer envelope": ({"v": 2}, "unknown-envelope", VISIT),
    "another site": ({"site": str(uuid.uuid4())}, "not-this-devices", VISIT),
    "another device": ({"device": str(uuid.uuid4())}, "not-this-devices", VISIT),
    "a fraction": ({"body": {"served_for": 1.5}}, "not-canonical", VISIT),
    "nothing": ({"body": {"served_for": None}}, "not-canonical", VISIT),
    "a yes": ({"body": {"served_for": True}}, "not-canonical", VISIT),
    "a control character": ({"body": {"card": "JG7\x00MCT"}}, "not-canonical", VISIT),
    "no NFC": ({"body": {"card": "e\u0301"}}, "not-canonical", VISIT),
    "half a symbol": ({"body": {"card": "\ud800"}}, "not-canonical", VISIT),
    "a grapheme of 10 kB": ({"body": {"card": "e" + "\u0301" * 10_000}}, "not-canonical", VISIT),
    "nine levels": ({"body": NINE_DEEP}, "not-canonical", VISIT),
    "a number of 400 digits": ({"body": {"served_for": int("9" * 400)}}, "not-canonical", VISIT),
    "a running number below zero": ({"device_seq": -1}, "not-an-act", VISIT),
    "a running number that no device reaches": ({"device_seq": 2**63}, "not-canonical", VISIT),
    "a broken counter": ({"device_seq": 10_000_001}, "not-an-act", VISIT),
    "a field more": ({"received_at": "2026-03-10T18:00:00Z"}, "not-an-act", VISIT),
    "an id that tells time": ({"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, "not-an-act", VISIT),
    "an act of the console's": ({"kind": "org.add_worker"}, "console-only", "org.add_worker"),
    "an act of the desk's": ({"kind": "journal.open_held"}, "desk-only", "journal.open_held"),
    "an item nobody knows": ({"body": {"given": [{"item": "ODD", "amount": 1}]}}, "unknown-item", VISIT),
}


@pytest.fixture
def answers(sync: Any) -> Any:
    """Send a batch; return what became of each act."""

    def send(*batch: Any, **more: Any) -> list[tuple[str, str]]:
        answer = sync(*batch, **more)
        assert answer.status_code == 200, answer.content
        return [(one["outcome"], one.get("code", "")) for one in answer.json()["acts"]]

    return send


def stands() -> dict[str, int]:
    """Count what a batch may change."""
    tables = (encounters.Encounter, supplies.OpenMovement, org.Worker, org.Role, org.Device)
    told = {table.__name__: table.objects.count() for table in tables}
    return told | {"entries": models.OpenEntry.objects.filter(journal="anonymous").count()}


def one_visit_more(before: dict[str, int]) -> bool:
    """Tell whether the good neighbour was saved (a visit, an entry, a movement of stock) and nothing else changed."""
    more = {"Encounter": 1, "OpenMovement": 1, "entries": 1}
    return stands() == {name: count + more.get(name, 0) for name, count in before.items()}


@pytest.mark.parametrize("case", MATRIX)
def test_bad_act_is_held_and_its_neighbour_saved(answers, act, outreach, site, case) -> None:
    wrong, code, kind = MATRIX[case]
    before, bad = stands(), act(outreach) | wrong
    assert answers(bad, act(outreach)) == [("held", code), ("saved", "")]
    assert one_visit_more(before)
    row = models.Held.objects.get()
    assert (row.reason, row.kind, row.site, row.day.isoformat()) == (code, kind, str(site.id), "2026-03-10")
    kept = json.loads(keys.ring().unseal(row.sealed))
    assert {name: kept[name] for name in wrong if name != "body"} == {
        name: wrong[name] for name in wrong if name != "body"
    }
    assert answers(bad) == [("held", code)] and models.Held.objects.count() == 1


@pytest.mark.parametrize("told", [None, 5, "x", [], {}, [[[]]], {"id": 5}, float("nan")], ids=repr)
def test_what_is_no_act_is_held_for_the_devices_site(answers, act, outreach, site, told) -> None:
    before = stands()
    assert answers(told, act(outreach)) == [("held", "not-an-act"), ("saved", "")]
    assert one_visit_more(before) and models.Held.objects.get().site == str(site.id)


def test_acts_of_a_revoked_device_are_held(answers, act, outreach, device) -> None:
    saved = act(outreach)
    answers(saved)
    before = stands()
    device.revoke()
    batch = [act(outreach) for _ in range(20)]
    assert answers(saved, *batch) == [("saved", "")] + [("held", "device-revoked")] * 20
    assert stands() == before and {row.reason for row in models.Held.objects.all()} == {"device-revoked"}


def test_acts_of_a_worker_whose_role_is_gone_are_held(answers, act, outreach, lead) -> None:
    org.Role.objects.filter(worker_id=outreach.id).delete()
    before = stands()
    assert answers(act(outreach), act(lead)) == [("held", "not-allowed"), ("saved", "")]
    assert one_visit_more(before)


def test_a_changed_body_is_held_and_the_first_stays(answers, act, outreach) -> None:
    first = act(outreach)
    answers(first)
    before = stands()
    changed = first | {"body": {"asked_for": ["other"]}}
    assert answers(changed, act(outreach)) == [("held", "conflict"), ("saved", "")]
    assert one_visit_more(before) and models.Held.objects.get().act == first["id"]


def test_one_id_twice_in_a_batch_with_two_bodies_is_saved_once_and_held_once(answers, act, outreach) -> None:
    before, first = stands(), act(outreach)
    other = first | {"body": {"given": [{"item": "SYR-INS-28-1", "amount": 99}]}}
    assert sorted(answers(first, other)) == [("held", "conflict"), ("saved", "")]
    assert one_visit_more(before) and models.Held.objects.count() == 1


def test_a_sealed_act_that_no_key_opens_is_held_as_it_came(answers, act, outreach) -> None:
    before, act_id = stands(), str(uuid.uuid4())
    shut = {"id": act_id, "sealed": keys.make(demo=False).seal_act("{}")}
    assert answers(shut, act(outreach)) == [("held", "not-openable"), ("saved", "")]
    assert one_visit_more(before)
    assert json.loads(keys.ring().unseal(models.Held.objects.get().sealed)) == shut


def test_a_body_of_a_million_numbers_is_refused_whole_for_its_size(sync, act, outreach) -> None:
    before = stands()
    answer = sync(act(outreach, {"given": [1] * 1_000_000}))
    assert (answer.status_code, answer.json()["code"]) == (422, "too-large")
    assert stands() == before and models.Held.objects.count() == 0


def test_a_body_of_many_numbers_that_fits_is_held(answers, act, outreach) -> None:
    before = stands()
    assert answers(act(outreach, {"given": [1] * 300_000}), act(outreach)) == [("held", "not-an-act"), ("saved", "")]
    assert one_visit_more(before)


def test_the_acts_of_a_batch_of_201_are_not_lost(sync, act, outreach) -> None:
    answer = sync(*[act(outreach, kind_version=9) for _ in range(201)])
    assert (answer.status_code, answer.json()["code"]) == (422, "batch-too-large")
    assert (
        len(answer.json()["acts"]) == models.Held.objects.count() == 200
    )  # the last is not answered: it stays on its device


def test_an_unknown_signature_takes_nothing(sync, act, outreach) -> None:
    before = stands()
    answer = sync(act(outreach), act(outreach, kind_version=9), signature=b"\x01" * 64)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-device")
    assert stands() == before and models.Held.objects.count() == 0


def test_a_flood_of_small_batches_of_one_device_is_bounded_and_never_lost(
    sync, answers, act, outreach, device, now, monkeypatch
) -> None:
    monkeypatch.setattr(held, "MOST_OF_ONE", 3)
    device.revoke()
    batch = [act(outreach) for _ in range(5)]
    assert [answers(one) for one in batch[:3]] == [[("held", "device-revoked")]] * 3
    before = stands()
    for one in batch[3:]:
        answer = sync(one)
        assert (answer.status_code, answer.json()["code"]) == (503, "device-held-full")
        assert int(answer.headers["Retry-After"]) > 0
    assert stands() == before and models.Held.objects.count() == 3
    assert answers(batch[0]) == [("held", "device-revoked")]  # what is kept is answered still
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=1))
    assert answers(*batch[3:]) == [("held", "device-revoked")] * 2


def test_a_full_house_takes_nothing_of_the_batch_so_that_its_sender_keeps_it(sync, act, outreach, monkeypatch) -> None:
    monkeypatch.setattr(held, "MOST_HELD", 1)
    before = stands()
    answer = sync(act(outreach), act(outreach, kind_version=9), act(outreach, kind_version=8))
    assert (answer.status_code, answer.json()["code"]) == (503, "held-full")
    assert stands() == before and models.Held.objects.count() == 0
