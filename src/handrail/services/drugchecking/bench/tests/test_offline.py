"""What a device recorded with no network goes through sync: in any order, once, and it cannot tell saved from saved before."""

import uuid
from typing import Any

import pytest

from handrail.core.journal import acts
from handrail.core.org import queries as org
from handrail.services.drugchecking.bench import models

pytestmark = pytest.mark.django_db


def told(table: Any, name: str, act_id: uuid.UUID, seq: int, **body: Any) -> dict[str, Any]:
    """Return an act as a device sends it: envelope version 1."""
    at = table.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "v": 1, "id": str(act_id), "kind": f"drugchecking.{name}", "kind_version": 1, "site": str(table.site.id), "at": at,
        "worker": str(table.by.id), "device": "", "device_seq": seq, "body": body,
    }  # fmt: skip


def test_twenty_samples_recorded_with_no_network_are_there_once_whatever_comes_first_and_how_often(table) -> None:
    kits = table.kits(2)[:20]
    batch = []
    for n, (bench, _, _) in enumerate(kits):
        sample, test = uuid.uuid4(), uuid.uuid4()
        batch += [
            told(table, "tell", uuid.uuid4(), 3 * n + 2, sample=str(sample), how="person", tests=[str(test)]),
            told(
                table, "test", test, 3 * n + 1, sample=str(sample), method="strip", panel="fentanyl", picture="one-line"
            ),
            told(table, "intake", sample, 3 * n, bench=bench, kind="drug"),
        ]
    answers = [acts.receive_batch(batch, worker_of=org.worker, received_at=table.now) for _ in range(3)]
    assert {answer.outcome for answer in answers[0]} == {acts.SAVED}
    assert {answer.outcome for again in answers[1:] for answer in again} == {acts.ALREADY}
    counts = [
        table.objects.count() for table in (models.BenchSample, models.BenchTest, models.Statement, models.Handed)
    ]
    assert counts == [20, 20, 20, 20]


def test_kit_that_two_devices_took_is_held_for_a_reviewer_and_nothing_is_lost(table) -> None:
    bench = table.kits()[0][0]
    first, second = (told(table, "intake", uuid.uuid4(), n, bench=bench, kind="drug") for n in range(2))
    answers = acts.receive_batch([first, second], worker_of=org.worker, received_at=table.now)
    assert sorted((answer.outcome, answer.code) for answer in answers) == [(acts.HELD, "kit-used"), (acts.SAVED, "")]
