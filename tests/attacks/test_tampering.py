"""Who has the database, its guards lifted and no key, edits, deletes, inserts and reorders sealed rows; `verify` names each time."""

import random
import uuid
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from handrail.core.encounters import actions
from handrail.core.encounters import models as encounters
from handrail.core.encounters import rules as visits
from handrail.core.journal import guards, holds, sealing
from handrail.core.journal import models as journal
from handrail.core.journal.verify import Broken, verify
from handrail.core.people import rules as people
from handrail.core.supplies import models as supplies
from handrail.fronts.console import retaining
from handrail.services.exchange import models as exchange
from handrail.services.naloxone import models as naloxone

TRIES = {"sqlite": 1000, "postgresql": 200}  # what is read is the same, what it takes is not
BODY = {
    "given": [{"item": "SYR-INS-28-1", "amount": 10}], "asked_for": ["other"], "naloxone": [{"item": "NAL-NS-4", "amount": 1}],
}  # fmt: skip
JOURNAL = (
    journal.SealedEntry, journal.ExpiringTime, journal.ExpiringPerson, journal.Batch, journal.SealedTable, journal.Ending,
    journal.Pruned, supplies.BalanceMark,
)  # fmt: skip
ROOMS = (
    encounters.Encounter, encounters.Undone, encounters.Month, exchange.Line, exchange.AskedFor, exchange.Month,
    exchange.MonthAsked, naloxone.Dispense, naloxone.Month, supplies.Movement, journal.Hold,
)  # fmt: skip


@pytest.fixture
def sealed(fresh_keys: None, visit: Any, outreach: Any, add_worker: Any, site: Any, now: datetime) -> None:
    """Days of every age, something late, something taken back, something erased by time, a hold; all of it sealed."""
    for back in (405, 404, 120, 33, 3, 2):
        at = now - timedelta(days=back)
        drafts = [visit(BODY | ({"card": people.new_code()} if n else {}), at=at) for n in range(3)]
        actions.record_visits(drafts, by=outreach, received_at=at)
        undo = visits.Undo(uuid.uuid4(), site.id, at, drafts[0].id)
        actions.undo_visit(undo, by=outreach, received_at=at)
        sealing.seal_day(at.date())
    actions.record_visit(visit(BODY, at=now - timedelta(days=3)), by=outreach, received_at=now)
    sealing.seal_day(now.date())
    counsel = add_worker("quinn", "counsel-liaison")
    hold = holds.NewHold(uuid.uuid4(), site.id, date(2026, 3, 1), date(2026, 3, 3), "H-1", now)
    holds.set_hold(hold, by=counsel, received_at=now)
    sealing.seal_confidential(now.date())
    retaining.reapply()
    connection.check_constraints()
    guards.lift(connection)


def other(value: Any, chance: random.Random) -> Any:
    """Return a value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((1, 2, 3))
    if isinstance(value, datetime):
        return value + timedelta(minutes=15)
    if isinstance(value, date):
        return value + timedelta(days=chance.choice((-1, 1)))
    if isinstance(value, uuid.UUID):
        return uuid.UUID(int=chance.getrandbits(128), version=4)
    if isinstance(value, bytes | memoryview):
        told = bytearray(value)
        told[chance.randrange(len(told))] ^= 1 << chance.randrange(8)
        return bytes(told)
    text = str(value)
    if not text:
        return "x"
    place = chance.randrange(len(text))
    return text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]


def column(model: type[models.Model], row: models.Model, chance: random.Random) -> "models.Field[Any, Any]":
    """Choose a column that holds something; a row's own running number says nothing and is left out."""
    fields = [one for one in model._meta.local_concrete_fields if not isinstance(one, models.AutoField)]
    return chance.choice([one for one in fields if getattr(row, one.attname) is not None])


def tamper(model: type[models.Model], chance: random.Random) -> list[Any]:
    """Edit, delete, double or swap at random; return the rows concerned as they were and as they are now, none where nothing is different."""
    rows = list(model._default_manager.order_by("pk"))
    row, way = chance.choice(rows), chance.choice(("edit", "edit", "edit", "delete", "double", "swap"))
    mine, was = model._default_manager.filter(pk=row.pk), copy(row)
    if way == "delete":
        return [row] if mine._raw_delete(mine.db) else []
    if way == "double":
        row.pk = None if isinstance(model._meta.pk, models.AutoField) else other(row.pk, chance)
        row.save(force_insert=True)
        return [was, row]
    field = column(model, row, chance)
    if way == "edit":
        setattr(row, field.attname, other(getattr(row, field.attname), chance))
        return [was, row] if mine.update(**{field.attname: getattr(row, field.attname)}) else []
    twin = chance.choice(rows)
    one, two = getattr(row, field.attname), getattr(twin, field.attname)
    if one == two or field.unique:
        return []
    mine.update(**{field.attname: two})
    model._default_manager.filter(pk=twin.pk).update(**{field.attname: one})
    return [row, twin]


def is_named(broken: Broken, model: type[models.Model], rows: list[Any]) -> bool:
    """Tell whether what was found is what was changed: the act, else the table and day, else the batch.

    An act that is gone, or that has another id, leaves a gap: its batch. An ending that is gone leaves acts of its site and day
    without their part. A batch that is gone is named by the one behind it.
    """
    if model in ROOMS:
        days = {day for row in rows for day in [getattr(row, "day", None) or getattr(row, "set_on", None)] if day}
        return broken.why == f"table {model._meta.label_lower}" and (broken.day in days or not days)
    if broken.entry in {row.pk for row in rows}:
        return True
    if model in (journal.ExpiringTime, journal.ExpiringPerson):
        return False
    if model is journal.Ending and broken.why == "expired too early":
        act = journal.SealedEntry.objects.get(pk=broken.entry)
        return (act.site, act.day) in {(row.site, row.day) for row in rows}
    if model is journal.Batch:
        numbers = {row.number for row in rows}
        return bool(numbers & {broken.batch, broken.batch - 1 if broken.why == "order" else broken.batch})
    batches = {getattr(row, name) for row in rows for name in ("batch", "of_batch") if hasattr(row, name)}
    return broken.batch in batches and (model is not journal.SealedEntry or broken.why in {"missing", "root"})


def test_verify_names_every_edit_deletion_and_reordering(sealed: None, now: datetime) -> None:
    chance, done = random.Random(2026), 0
    today = now.date()
    assert verify(today=today).broken is None and all(model._default_manager.exists() for model in (*JOURNAL, *ROOMS))
    while done < TRIES[connection.vendor]:
        model = chance.choice((*JOURNAL, *ROOMS))
        before = transaction.savepoint()
        try:
            with transaction.atomic():
                rows = tamper(model, chance)
        except (IntegrityError, OverflowError):  # a constraint of the table itself stood in the way
            rows = []
        broken = verify(today=today).broken if rows else None
        named = broken is not None and is_named(broken, model, rows)
        transaction.savepoint_rollback(before)
        if rows:
            done += 1
            assert named, (model, broken, [vars(row) for row in rows])
    assert verify(today=today).broken is None
