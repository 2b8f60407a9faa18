"""Append-only outlives an altered table, and a house without its guards does not open."""

import os
import sqlite3
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection, models

from handrail.config import database
from handrail.core.common.refusals import Refused
from handrail.core.journal import guards
from handrail.core.journal.models import Batch
from handrail.fronts.console import setting_up, trial

UPDATE = "guard_journal_batch_update"


def _alter() -> None:
    """Alter a guarded table the way a migration does; on PostgreSQL, where altering keeps triggers, switch one off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE journal_batch DISABLE TRIGGER {UPDATE}")
        return
    before = Batch._meta.get_field("day")
    after = models.DateField(null=True)
    after.set_attributes_from_name("day")
    after.model = Batch
    for old, new in ((before, after), (after, before)):
        with connection.schema_editor() as editor:
            editor.alter_field(Batch, old, new, strict=True)


@pytest.mark.django_db(transaction=True)
def test_missing_names_the_guard_that_an_altered_table_lost():
    _alter()

    assert UPDATE in guards.missing(connection)


@pytest.mark.django_db(transaction=True)
def test_migrate_puts_lost_guards_back():
    _alter()

    call_command("migrate", verbosity=0)

    assert guards.missing(connection) == []


@pytest.mark.django_db(transaction=True)
def test_make_sure_refuses_a_house_without_a_guard(monkeypatch):
    monkeypatch.setattr(setting_up, "check_database", lambda connection: None)  # the test's database is in memory
    _alter()

    with pytest.raises(Refused) as refusal:
        setting_up.make_sure()

    assert (refusal.value.code, refusal.value.facts["name"]) == ("guards-missing", guards.missing(connection)[0])


def test_up_refuses_a_house_whose_guard_was_dropped():
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", "")) as made:
        _drop_guard(made)

        done = subprocess.run(
            [sys.executable, "-m", "handrail", "up"],
            env=made.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert done.returncode == 2
    assert "guards-missing" in done.stderr


def _drop_guard(made: trial.House) -> None:
    if url := made.environment["HANDRAIL_DATABASE_URL"]:
        import psycopg

        with psycopg.connect(url, autocommit=True) as direct:
            direct.execute(f"DROP TRIGGER {UPDATE} ON journal_batch".encode())
        return
    direct = sqlite3.connect(made.folder / "var" / "db.sqlite3")
    direct.execute(f"DROP TRIGGER {UPDATE}")
    direct.close()


@pytest.mark.parametrize(("mode", "synchronous"), [("DELETE", "FULL"), ("WAL", "NORMAL"), ("WAL", "OFF")])
def test_check_database_refuses_a_mode_that_can_lose_writes(tmp_path, mode, synchronous):
    with pytest.raises(Refused, match="unsafe-database"):
        setting_up.check_database(_Embedded(tmp_path, f"PRAGMA journal_mode={mode}; PRAGMA synchronous={synchronous}"))


def test_check_database_takes_the_embedded_database_as_config_sets_it(tmp_path):
    setting_up.check_database(_Embedded(tmp_path, database.sqlite(tmp_path / "db")["OPTIONS"]["init_command"]))


class _Embedded:
    """A connection to a database file, opened with these words."""

    vendor = "sqlite"

    def __init__(self, folder, words: str) -> None:
        self.direct = sqlite3.connect(folder / "db")
        self.direct.executescript(words)

    def cursor(self):
        return _Cursor(self.direct.cursor())


class _Cursor:
    """A cursor that closes like Django's, its database with it."""

    def __init__(self, cursor) -> None:
        self.cursor = cursor

    def __enter__(self):
        return self.cursor

    def __exit__(self, *_):
        self.cursor.connection.close()
