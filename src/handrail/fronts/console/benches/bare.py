"""A floor for whatever was written: the same rows, by bare SQL, in another house, as many transactions as ours took."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any

Rows = Mapping[str, Sequence[tuple[Any, ...]]]


def counts() -> dict[str, int]:
    """Return how many rows each table of this process's house holds."""
    from django.db import connection

    told = {}
    with connection.cursor() as cursor:
        for name in sorted(connection.introspection.table_names()):
            cursor.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608  -- names of our own tables
            told[name] = cursor.fetchone()[0]
    return told


def written(source: str, asked: Mapping[str, str]) -> Rows:
    """Read rows that another house wrote (table to the condition that finds them), with this house's first site in the place of its."""
    from handrail.core.org import queries as org

    read = sqlite3.connect(source)
    theirs, ours = read.execute("SELECT id FROM org_site").fetchone()[0], org.site_named(None).id.hex
    tables = {
        name: [
            tuple(ours if value == theirs else value for value in row)
            for row in read.execute(f"SELECT * FROM {name} WHERE {condition} ORDER BY rowid")  # noqa: S608  -- our own tables
        ]
        for name, condition in asked.items()
    }
    read.close()
    return {name: rows for name, rows in tables.items() if rows}


def insert(tables: Rows, *, transactions: int) -> float:
    """Insert these rows in so many transactions; return the seconds it took. No foreign key is checked: in the floor's favour."""
    from django.db import connection, transaction

    connection.disable_constraint_checking()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for turn in range(transactions):
            with transaction.atomic():
                for name, rows in tables.items():
                    part = rows[len(rows) * turn // transactions : len(rows) * (turn + 1) // transactions]
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", part)  # noqa: S608  -- our own tables
    return time.perf_counter() - began
