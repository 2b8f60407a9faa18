"""A table is written anew without holding anybody up for long."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from handrail.core.journal import disk


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.fixture
def reader(transactional_db: None) -> Any:
    """Read a table in a transaction that stays open (PostgreSQL)."""
    if connection.vendor == "sqlite":
        pytest.skip("NOT RUN: SQLite overwrites what it deletes; no table is written anew")
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute("SELECT 1 FROM journal_sealedentry")
    yield other
    other.close()


def test_forget_gives_a_table_up_that_is_never_free(reader, monkeypatch) -> None:
    for name, value in (("WAIT_SECONDS", 0.05), ("TRIES", 3), ("PAUSE_SECONDS", 0)):
        monkeypatch.setattr(disk, name, value)
    before = lock_timeout()
    with pytest.raises(OperationalError):
        disk.forget()
    assert lock_timeout() == before


def test_forget_tries_again_once_a_table_is_free(reader, monkeypatch) -> None:
    monkeypatch.setattr(disk, "WAIT_SECONDS", 0.05)
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        reader.rollback()

    monkeypatch.setattr(disk, "_outlive_older_readers", lambda: None)  # what else runs on this server is not asked here
    monkeypatch.setattr("time.sleep", pause)
    disk.forget()
    assert paused == [disk.PAUSE_SECONDS]
