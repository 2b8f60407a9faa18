"""What is deleted goes from the disk too: the log is written back and emptied, and tables are written anew."""

import time

from django.db import OperationalError, connection

from . import guards, tables

WAIT_SECONDS = 1.0  # a rewrite waits so long for a table, and writers stand in line behind it no longer than that
TRIES = 20
PAUSE_SECONDS = 0.2  # between two tries: whoever stood behind the first goes on


def forget() -> None:
    """Leave no bytes of deleted rows behind. Called after a commit, never inside a transaction.

    SQLite overwrites what it deletes (`secure_delete`), but not what it left behind when it split a page: an index entry there
    tells in which order ids came. So the file is written anew, then its log is written back and emptied; writers stand in line.
    PostgreSQL keeps dead rows in their pages, with their order: each table that a sealing or a retention run touches is written
    anew. Who reads or writes meanwhile waits for one table at a time.

    Raises:
        OperationalError: a table was never free for it; a later call, or the next day's, does the same again.
    """
    if connection.vendor == "sqlite":
        with connection.alone(), connection.cursor() as cursor:  # type: ignore[attr-defined]  # see config.sqlite
            cursor.execute("VACUUM")
        write_back()
    else:
        for table in sorted(_touched()):
            _write_anew(table)


def _write_anew(table: str) -> None:
    """Write a table anew once it is free, without making anybody wait long for that."""
    for left in reversed(range(TRIES)):
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{int(WAIT_SECONDS * 1000)}ms'")
            try:
                cursor.execute(f'VACUUM (FULL) "{table}"')
                return
            except OperationalError:  # somebody reads or writes it, or another run writes it anew
                if not left:
                    raise
            finally:
                cursor.execute("RESET lock_timeout")
        time.sleep(PAUSE_SECONDS)


def write_back() -> None:
    """Write SQLite's log back and empty it: until then its pages hold what was there before. PostgreSQL has no such pragma."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _touched() -> set[str]:
    """Return the tables whose rows may go: those with a guard that lets them, and those that are laid down anew."""
    laid = {table.model._meta.db_table for table in tables.registered() if table.seal}
    return laid | {guard.table for guard in guards.registered() if guard.rule != guards.APPEND_ONLY}
