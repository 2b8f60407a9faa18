"""A day is sealed: rows move in the order of their random ids, and arrival is forgotten."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from handrail.core import journal
from handrail.core.common.refusals import Conflict
from handrail.core.encounters import actions, rules
from handrail.core.encounters import models as encounters
from handrail.core.journal import models, sealing
from handrail.core.journal.verify import verify
from handrail.core.people import rules as people
from handrail.core.supplies import models as supplies
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules
from handrail.services.exchange import models as exchange
from handrail.services.naloxone import models as naloxone

BODY = {
    "given": [{"item": "SYR-INS-28-1", "amount": 10}], "returned": [{"method": "said", "amount": 4}],
    "asked_for": ["other"], "naloxone": [{"item": "NAL-NS-4", "amount": 1}],
}  # fmt: skip
TABLES = (
    models.SealedEntry,
    models.ExpiringTime,
    models.ExpiringPerson,
    encounters.Encounter,
    supplies.Movement,
    exchange.Line,
    exchange.AskedFor,
    naloxone.Dispense,
)


@pytest.fixture
def day_of_visits(visit: Any, outreach: Any, now: Any) -> list[Any]:
    """Twelve visits, every third with a card, in an order that their ids have not."""
    drafts = [visit(BODY | ({"card": people.new_code()} if n % 3 == 0 else {})) for n in range(12)]
    drafts.sort(key=lambda one: one.id, reverse=True)
    for draft in drafts:
        actions.record_visit(draft, by=outreach, received_at=now)
    return drafts


def expire(act_id: uuid.UUID) -> None:
    models.Permit.objects.create(name="retain")
    for part in (models.ExpiringTime, models.ExpiringPerson):
        part.objects.filter(pk=act_id).delete()
    models.Permit.objects.filter(name="retain").delete()


def laid(table: str) -> list[uuid.UUID]:
    """Return ids in the order in which the rows lie."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id FROM "{table}" ORDER BY {"rowid" if connection.vendor == "sqlite" else "ctid"}')
        return [uuid.UUID(str(row[0])) for row in cursor.fetchall()]


def test_seal_day_empties_the_open_tables(day_of_visits, seal) -> None:
    assert seal() == 12
    assert models.OpenEntry.objects.filter(journal="anonymous").count() == supplies.OpenMovement.objects.count() == 0
    assert models.SealedEntry.objects.count() == models.ExpiringTime.objects.count() == 12
    assert models.ExpiringPerson.objects.count() == 12  # also for nobody: the parts do not tell


def test_seal_day_twice_seals_nothing_twice(day_of_visits, seal) -> None:
    seal()
    assert seal() == 0 and models.Batch.objects.count() == 1 and models.Permit.objects.count() == 0


def test_seal_day_leaves_later_days_open(day_of_visits, seal, now) -> None:
    assert seal(now.date() - timedelta(days=1)) == 0
    assert models.OpenEntry.objects.filter(journal="anonymous").count() == 12


@pytest.mark.parametrize("model", TABLES, ids=lambda one: one._meta.label_lower)
def test_seal_day_lays_rows_in_the_order_of_their_ids(day_of_visits, seal, model) -> None:
    seal()
    rows = laid(model._meta.db_table)
    assert len(rows) >= 12 and rows == sorted(rows)


def test_seal_day_numbers_places_in_the_order_of_ids(day_of_visits, seal) -> None:
    seal()
    placed = list(models.SealedEntry.objects.order_by("position").values_list("id", "position"))
    assert placed == [(act_id, n) for n, act_id in enumerate(sorted(one.id for one in day_of_visits))]


def test_seal_day_lays_a_late_act_among_those_of_its_day(day_of_visits, seal, visit, outreach, now) -> None:
    seal()
    actions.record_visit(visit(BODY), by=outreach, received_at=now)
    seal()
    rows = laid("encounters_encounter")
    assert len(rows) == 13 and rows == sorted(rows)


def test_seal_day_keeps_no_device_sequence_or_arrival(act, take, outreach, seal, every_cell) -> None:
    take(act(outreach, device="tablet-at-the-back", device_seq=734_511))
    seal()
    assert [cell for cell in every_cell() if "tablet-at-the-back" in cell or "734511" in cell] == []


def test_seal_day_writes_a_mark_for_each_balance_it_touched(day_of_visits, seal, site) -> None:
    seal()
    shelf = stock_rules.account_id(site.id, "shelf")
    marks = {(row.item_id, row.balance) for row in supplies.BalanceMark.objects.filter(account_id=shelf)}
    assert marks == {("SYR-INS-28-1", -120), ("NAL-NS-4", -12)}
    assert stock.unbalanced_marks() == []


def test_seal_day_leaves_balances_as_they_were(day_of_visits, seal, site) -> None:
    before = stock.balances(stock.accounts_of(site.id))
    seal()
    assert stock.balances(stock.accounts_of(site.id)) == before == stock.plain_sum(stock.accounts_of(site.id))


def test_seal_day_loses_no_row_that_arrives_while_it_runs(day_of_visits, seal, now, site, monkeypatch) -> None:
    whole, late = QuerySet._raw_delete, uuid.uuid4()

    def slow(rows: Any, using: str) -> Any:
        if rows.model is encounters.Encounter and not encounters.Encounter.objects.filter(pk=late).exists():
            encounters.Encounter.objects.create(
                id=late, site_id=site.id, channel="window", at=now, day=now.date(), served_for=1, services="exchange"
            )
        return whole(rows, using)

    monkeypatch.setattr(QuerySet, "_raw_delete", slow)
    seal()
    assert encounters.Encounter.objects.filter(pk=late).exists() and encounters.Encounter.objects.count() == 13


def test_seen_answers_already_after_sealing(day_of_visits, seal, outreach, now) -> None:
    seal()
    entry = actions.record_visit(day_of_visits[0], by=outreach, received_at=now)
    assert entry.already and entry.sealed and encounters.Encounter.objects.count() == 12
    assert (entry.at, entry.worker) == (now, str(outreach.id))
    assert {name: told for name, told in entry.body.items() if name != "person"} == day_of_visits[0].stated.body


def test_seen_detects_a_conflict_after_sealing(day_of_visits, seal, visit, outreach, now) -> None:
    seal()
    with pytest.raises(Conflict):
        actions.record_visit(visit(BODY | {"served_for": 2}, act_id=day_of_visits[0].id), by=outreach, received_at=now)


def test_seen_answers_already_once_what_expires_has_expired(day_of_visits, seal, outreach, now) -> None:
    seal()
    expire(day_of_visits[0].id)
    entry = actions.record_visit(day_of_visits[0], by=outreach, received_at=now)
    assert entry.already and entry.at is None and entry.worker == ""


def test_seen_still_detects_a_conflict_in_what_stays(day_of_visits, seal, visit, outreach, now) -> None:
    seal()
    expire(day_of_visits[0].id)
    with pytest.raises(Conflict):
        actions.record_visit(visit(BODY | {"served_for": 2}, act_id=day_of_visits[0].id), by=outreach, received_at=now)


def test_seal_confidential_seals_at_once_and_in_order(lead, outreach, now) -> None:
    opened = models.OpenEntry.objects.filter(journal="confidential").count()
    assert opened and sealing.seal_confidential(now.date()) == opened
    assert models.OpenEntry.objects.count() == 0 and verify(today=now.date()).broken is None
    assert "worker" in models.SealedEntry.objects.filter(kind="org.add_worker").first().durable


def test_seal_confidential_leaves_the_anonymous_journal_open(day_of_visits, now) -> None:
    sealing.seal_confidential(now.date())
    assert models.OpenEntry.objects.filter(journal="anonymous").count() == 12


def test_batches_are_chained_one_journal_at_a_time(day_of_visits, seal, visit, outreach, now) -> None:
    seal()
    sealing.seal_confidential(now.date())
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    numbers = list(models.Batch.objects.order_by("journal", "number").values_list("journal", "number", "leaves"))
    assert [one[:2] for one in numbers] == [("anonymous", 1), ("anonymous", 2), ("confidential", 1)]
    assert verify(today=now.date()).batches == 3


def test_undo_of_a_sealed_day_is_still_found_in_the_journal(day_of_visits, seal, outreach, now, site) -> None:
    actions.undo_visit(rules.Undo(uuid.uuid4(), site.id, now, day_of_visits[0].id), by=outreach, received_at=now)
    assert seal() == 13 and journal.find(day_of_visits[0].id).sealed
    assert verify(today=now.date()).broken is None


@pytest.mark.django_db(transaction=True)
def test_seal_day_leaves_no_open_row_in_the_file(visit, outreach, now, seal) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("NOT RUN: what a server keeps on its disk cannot be read from here")
    name = str(connection.settings_dict["NAME"])

    def written() -> int:
        return sum(Path(f"{name}{end}").read_bytes().count(b'Z","body":{"given"') for end in ("", "-wal"))

    for _ in range(5):
        actions.record_visit(visit(), by=outreach, received_at=now)
    before = written()
    seal()
    assert before >= 5 and written() == 0 and Path(f"{name}-wal").stat().st_size == 0
