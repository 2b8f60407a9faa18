"""What a database holds, table by table: counts and digests, so that a copy that is brought back can be compared with what was copied."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

ROWS_AT_ONCE = 1000


class Cursor(Protocol):
    """What both databases' cursors do."""

    def execute(self, sql: str, /) -> Any:
        """Run a statement."""

    def fetchall(self) -> Sequence[Any]:
        """Return every row."""

    def fetchmany(self, size: int, /) -> Sequence[Any]:
        """Return some rows; none at the end."""


@dataclass(frozen=True)
class Held:
    """What a database holds: rows and digest by table, migrations, each journal's end, the epoch, open acts of the anonymous journal."""

    tables: dict[str, tuple[int, str]]
    migrations: list[str]
    ends: dict[str, tuple[int, str]]
    epoch: str
    open: int


def of_file(path: Path) -> Held:
    """Read what an embedded database's file holds; the file is not changed. Raises sqlite3.DatabaseError when it is none."""
    direct = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return read(direct.cursor(), vendor="sqlite")
    finally:
        direct.close()


def read(cursor: Cursor, *, vendor: str) -> Held:
    """Read what a database holds through a cursor, within whatever moment its transaction sees."""
    names = _tables(cursor, vendor)
    ends = _rows(cursor, "SELECT journal, number, chain FROM journal_batch ORDER BY journal, number")
    epochs = _rows(cursor, "SELECT id FROM org_epoch ORDER BY number DESC") or _rows(
        cursor, "SELECT id FROM org_installation"
    )
    return Held(
        tables={name: _digest(cursor, name, vendor) for name in names},
        migrations=sorted(f"{app}.{name}" for app, name in _rows(cursor, "SELECT app, name FROM django_migrations")),
        ends={journal: (number, bytes(chain).hex()) for journal, number, chain in ends},
        epoch=str(epochs[0][0]).replace("-", "") if epochs else "",
        open=_rows(cursor, "SELECT count(*) FROM journal_openentry WHERE journal = 'anonymous'")[0][0],
    )


def as_json(held: Held) -> dict[str, Any]:
    """Return what is held, as a manifest says it."""
    told: dict[str, Any] = json.loads(json.dumps(held.__dict__))
    return told


def differing(held: Held, told: dict[str, Any]) -> list[str]:
    """Name the tables that do not hold what a manifest says."""
    mine, theirs = as_json(held)["tables"], told["tables"]
    return sorted(name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name))


def _rows(cursor: Cursor, sql: str) -> Sequence[Any]:
    cursor.execute(sql)
    return cursor.fetchall()


def _tables(cursor: Cursor, vendor: str) -> list[str]:
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        if vendor == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return sorted(row[0] for row in _rows(cursor, asked))


def _digest(cursor: Cursor, table: str, vendor: str) -> tuple[int, str]:
    """Count and digest the rows of a table in an order that is theirs alone, not the one in which they lie."""
    if vendor == "sqlite":
        keys = sorted((row[5], row[1]) for row in _rows(cursor, f'PRAGMA table_info("{table}")') if row[5])
        order = ", ".join(f'"{name}"' for _, name in keys) or "rowid"
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY {order}')  # noqa: S608  -- names from the database's own list
    else:
        cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY t::text COLLATE "C"')  # noqa: S608  -- the same
    digest, count = hashlib.sha256(), 0
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        digest.update("\n".join(map(_line, rows)).encode())
        digest.update(b"\n")
        count += len(rows)
    return count, digest.hexdigest()


def _line(row: Iterable[Any]) -> str:
    return ascii(tuple(row))
