"""What is deleted goes from the disk too: the log is written back and emptied, and tables are written anew."""

from django.db import connection

from . import guards, tables


def forget() -> None:
    """Leave no bytes of deleted rows behind. Called after a commit, never inside a transaction.

    SQLite overwrites what it deletes (`secure_delete`), but not what it left behind when it split a page: an index entry there
    tells in which order ids came. So the file is written anew, then its log is written back and emptied. PostgreSQL keeps dead
    rows in their pages, with their order: each table that a sealing or a retention run touches is written anew.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")
        else:
            for table in sorted(_touched()):
                cursor.execute(f'VACUUM (FULL) "{table}"')
    write_back()


def write_back() -> None:
    """Write SQLite's log back and empty it: until then its pages hold what was there before. PostgreSQL has no such pragma."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _touched() -> set[str]:
    """Return the tables whose rows may go: those with a guard that lets them, and those that are laid down anew."""
    laid = {table.model._meta.db_table for table in tables.registered() if table.seal}
    return laid | {guard.table for guard in guards.registered() if guard.rule != guards.APPEND_ONLY}
