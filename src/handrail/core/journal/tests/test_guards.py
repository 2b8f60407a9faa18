"""Append-only is kept by the database itself, on both."""

import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField

from handrail.core.encounters import actions, rules
from handrail.core.journal import guards, models
from handrail.core.org import actions as org

FILLED = (
    "encounters_encounter", "encounters_undone", "exchange_askedfor", "exchange_line", "journal_batch", "journal_expiringperson",
    "journal_expiringtime", "journal_openentry", "journal_sealedentry", "journal_sealedtable", "naloxone_dispense", "org_demovisits", "org_installation",
    "supplies_balancemark", "supplies_movement", "supplies_openmovement",
)  # fmt: skip
BODY = {
    "given": [{"item": "SYR-INS-28-1", "amount": 1}], "asked_for": ["other"], "naloxone": [{"item": "NAL-NS-4", "amount": 1}],
}  # fmt: skip
MAY_GO = ("journal_openentry", "supplies_openmovement")


@pytest.fixture
def filled(visit: Any, outreach: Any, now: Any, site: Any, seal: Any) -> None:
    """Put at least one row into each guarded table of these rooms."""
    org.install(demo=False)
    org.note_demo_visits(0)
    first = visit(BODY)
    actions.record_visit(first, by=outreach, received_at=now)
    actions.undo_visit(rules.Undo(uuid.uuid4(), site.id, now, first.id), by=outreach, received_at=now)
    seal()
    actions.record_visit(visit(BODY), by=outreach, received_at=now)
    connection.check_constraints()


def run(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def key(table: str) -> str:
    return next(guard.key for guard in guards.registered() if guard.table == table)


@pytest.mark.parametrize("table", FILLED)
def test_install_forbids_an_update(filled, table) -> None:
    assert run(f'SELECT 1 FROM "{table}"') != 0
    with pytest.raises(IntegrityError, match="append-only"):
        run(f'UPDATE "{table}" SET "{key(table)}" = "{key(table)}"')


@pytest.mark.parametrize("table", FILLED)
def test_install_forbids_a_delete(filled, table) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        run(f'DELETE FROM "{table}"')


@pytest.mark.parametrize("table", FILLED)
def test_install_forbids_to_put_one_row_in_anothers_place(filled, table) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("NOT RUN: REPLACE is SQLite's own word")
    with pytest.raises(IntegrityError, match="append-only"):
        run(f'REPLACE INTO "{table}" SELECT * FROM "{table}"')


def test_install_forbids_truncate_of_every_guarded_table(db) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("NOT RUN: SQLite knows no TRUNCATE; it deletes row by row")
    for guard in guards.registered():
        with pytest.raises(IntegrityError, match="append-only"):
            run(f'TRUNCATE "{guard.table}" CASCADE')


def test_install_covers_every_filled_table(db) -> None:
    assert set(FILLED) <= {guard.table for guard in guards.registered()}


@pytest.mark.parametrize("table", MAY_GO)
def test_install_lets_an_open_row_go_only_once_its_twin_stands(filled, table) -> None:
    into = next(guard.into for guard in guards.registered() if guard.table == table)
    with pytest.raises(IntegrityError, match="append-only"):
        run(f'DELETE FROM "{table}" WHERE id NOT IN (SELECT id FROM "{into}")')


@pytest.mark.parametrize("table", ["encounters_encounter", "exchange_line", "naloxone_dispense", "supplies_movement"])
def test_install_lets_a_row_go_while_a_permit_stands_and_never_lets_it_change(filled, table) -> None:
    models.Permit.objects.create(name="seal")
    with pytest.raises(IntegrityError, match="append-only"):
        run(f'UPDATE "{table}" SET "{key(table)}" = "{key(table)}"')
    before = transaction.savepoint()
    assert run(f'DELETE FROM "{table}"') > 0
    transaction.savepoint_rollback(before)  # what points to these rows must find them again


def test_missing_is_empty_on_a_fresh_database(db) -> None:
    assert guards.missing(connection) == []


def test_missing_names_a_guard_that_was_dropped(db) -> None:
    where = "" if connection.vendor == "sqlite" else ' ON "supplies_movement"'
    run(f'DROP TRIGGER "guard_supplies_movement_update"{where}')
    assert guards.missing(connection) == ["guard_supplies_movement_update"]


def test_missing_names_a_guard_that_was_disabled(db) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("NOT RUN: SQLite cannot disable a trigger, only drop it")
    run('ALTER TABLE "journal_batch" DISABLE TRIGGER "guard_journal_batch_delete"')
    assert guards.missing(connection) == ["guard_journal_batch_delete"]


def test_lift_takes_every_guard_away_and_install_puts_them_back(db) -> None:
    guards.lift(connection)
    assert len(guards.missing(connection)) >= 2 * len(guards.registered())
    guards.install(connection)
    guards.install(connection)
    assert guards.missing(connection) == []


def test_install_and_lift_pass_over_tables_that_do_not_stand_yet(db, monkeypatch) -> None:
    monkeypatch.setitem(guards._guards, "a_table_to_come", guards.Guard("a_table_to_come", guards.APPEND_ONLY))
    guards.lift(connection)
    guards.install(connection)
    assert {name for name in guards.missing(connection) if "a_table_to_come" not in name} == set()


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_guards_back_on_a_table_that_was_remade() -> None:
    old, new = models.Batch._meta.get_field("journal"), CharField(max_length=13)
    new.set_attributes_from_name("journal")
    with connection.schema_editor() as editor:
        editor.alter_field(models.Batch, old, new, strict=True)
    if connection.vendor == "sqlite":  # PostgreSQL alters in place
        assert guards.missing(connection) == ["guard_journal_batch_update", "guard_journal_batch_delete"]
    call_command("migrate", verbosity=0, interactive=False)
    assert guards.missing(connection) == []
    with connection.schema_editor() as editor:
        editor.alter_field(models.Batch, new, old, strict=True)
    guards.install(connection)
