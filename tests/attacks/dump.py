"""What an attacker does with a dump: read every table, tie rows to visits, look for values that visits share, read the raw files."""

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from handrail.core.common import home, passing
from handrail.core.common.ids import part_id

Row = dict[str, Any]
Column = tuple[str, str]


def tables() -> dict[str, list[Row]]:
    """Read every table, each row with where it lies: rowid on SQLite; ctid and xmin on PostgreSQL."""
    extra = "rowid AS lies" if connection.vendor == "sqlite" else "ctid::text AS lies, xmin::text AS xmin"
    order = "rowid" if connection.vendor == "sqlite" else "ctid"
    told = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT {extra}, * FROM "{table}" ORDER BY {order}')
            names = [column[0] for column in cursor.description]
            told[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return told


def flat(value: Any) -> str:
    """Write a cell as text: bytes in hex, ids without their dashes, whatever the database."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.hex if isinstance(value, uuid.UUID) else str(value)


def cells(row: Row) -> Iterator[tuple[str, str]]:
    """Yield a row's cells by column, and what stands inside JSON too."""
    for name, value in row.items():
        told = flat(value)
        yield name, told
        if told.startswith("{"):
            yield from _inside(name, json.loads(told))


def _inside(name: str, told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in told.items():
        yield f"{name}.{key}", str(value)
        if isinstance(value, dict):
            yield from _inside(f"{name}.{key}", value)


def encounters_of(told: Mapping[str, list[Row]]) -> dict[str, str]:
    """Return every id that leads to a visit without a key, with its encounter: the encounter's, and its act's."""
    ids = {flat(row["id"]): flat(row["id"]) for row in told["encounters_encounter"]}
    for table in ("journal_sealedentry", "journal_openentry"):
        for row in told[table]:
            act = uuid.UUID(flat(row["id"]))
            ids.setdefault(act.hex, part_id(act, "encounter").hex)
    return ids


Groups = dict[str, dict[date, list[str]]]  # by value: the encounters that share it, by day


def shared(told: Mapping[str, list[Row]], days: Mapping[str, date]) -> dict[Column, Groups]:
    """Return, for every column of every table whose rows lead to visits, which visits share which value."""
    leads = encounters_of(told)
    found: dict[Column, Groups] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    for table, rows in told.items():
        for row in rows:
            visit = next((leads[one] for one in map(flat, row.values()) if leads.get(one) in days), None)
            if visit:
                for name, value in cells(row):
                    found[table, name][value][days[visit]].append(visit)
    return found


@dataclass
class Files:
    """The bytes of every file that an attacker may take: the database, its log, the data folder; with the keys if asked."""

    of: dict[str, bytes] = field(default_factory=dict)

    def holding(self, *needles: bytes) -> list[tuple[str, bytes]]:
        """Return which file holds which of these."""
        return [(name, needle) for name, told in self.of.items() for needle in needles if needle in told]


def files(*, keys: bool) -> Files:
    """Read them."""
    name, folders = str(connection.settings_dict["NAME"]), [home.open_home().data]
    paths = [Path(f"{name}{end}") for end in ("", "-wal")] if connection.vendor == "sqlite" else []
    folders += [home.open_home().keys, passing.folder()] if keys else []
    paths += [path for folder in folders for path in folder.rglob("*")]
    return Files({str(path): path.read_bytes() for path in paths if path.is_file()})
