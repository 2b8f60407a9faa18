"""What is deleted goes from the disk too: the log is written back and emptied, and tables are written anew."""

import time
from collections.abc import Iterable

from django.db import OperationalError, connection

from . import guards, tables

WAIT_SECONDS = 1.0  # a rewrite waits so long for a table, and writers stand in line behind it no longer than that
TRIES = 20
WAITS = 50  # pauses: who reads for longer than ten seconds keeps what was deleted until the next day's run
XIDS = 2**32  # after so many transactions PostgreSQL counts from the start again
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
        write_anew(_touched())


def write_anew(names: Iterable[str]) -> None:
    """Write these tables anew (PostgreSQL), once nobody can see any more what was deleted. Raises OperationalError as `forget` does."""
    _outlive_older_readers()
    for name in sorted(names):
        _write_anew(name)


def _outlive_older_readers() -> None:
    """Wait for all that began before now: a rewrite carries along every dead row that one of them could still see.

    The rewrite's own snapshot reaches back to the oldest transaction of the whole server, in other databases too.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_current()")
        now = cursor.fetchone()[0]
        for _ in range(WAITS):
            cursor.execute(
                "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint > %s AND NOT EXISTS ("
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND age(backend_xmin) > age(%s::text::xid))",
                [now, now % XIDS],
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(PAUSE_SECONDS)


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
