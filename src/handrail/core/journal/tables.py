"""The rooms' tables that are sealed with the anonymous day, and what each day of them amounts to.

A row is sealed once a batch has laid it down; each sealed day has a keyed digest, in the chain. Whoever changes sealed rows on
purpose (a late act, a retention run, an erasure) asks first which days still hold and digests only those anew: an edit is never
taken into a new digest.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet

from handrail.core.common import keys
from handrail.core.common.ids import new_id

from . import kinds
from .models import SealedTable

ROWS_AT_ONCE = 500


class DayTable:
    """A room's table that is sealed with the anonymous day. Rooms register one; the journal never knows what it holds."""

    def __init__(
        self,
        model: type[models.Model],
        *,
        seal: Callable[[int, Collection[date]], None] | None = None,
        rows: Callable[[], QuerySet[models.Model]] | None = None,
        waiting: Callable[[], QuerySet[models.Model]] | None = None,
        digest: Callable[[int], str] | None = None,
    ) -> None:
        """`model` is where sealed rows stand. `seal(batch, days)` seals the rows of these days. `rows()` are its sealed rows, each with a `day`; `waiting()` those that
        stand beside them and are not sealed yet. `digest(batch)` tells what only this batch wrote.
        """
        self.model, self.name = model, model._meta.label_lower
        self.seal, self.rows, self.waiting, self.digest = seal, rows, waiting, digest

    def of_day(self, day: date) -> bytes:
        """Read the sealed rows of one day back as 32 bytes."""
        assert self.rows is not None
        return self._digest(self.rows().filter(day=day).values_list(*self._columns))

    def of_days(self) -> dict[date, bytes]:
        """Read every day that has sealed rows back, in one question."""
        assert self.rows is not None
        told = self.rows().order_by("day").values_list("day", *self._columns).iterator(chunk_size=ROWS_AT_ONCE)
        return {day: self._digest(row[1:] for row in rows) for day, rows in groupby(told, key=itemgetter(0))}

    @property
    def _columns(self) -> list[str]:
        return [field.attname for field in self.model._meta.local_concrete_fields]

    def _digest(self, rows: Iterable[Sequence[Any]]) -> bytes:
        return _digest(self.name, "\n".join(sorted("\x1f".join(map(str, row)) for row in rows)))


_tables: dict[str, DayTable] = {}


def register(table: DayTable) -> None:
    """Seal this table with each anonymous day from now on."""
    _tables[table.name] = table


def registered() -> list[DayTable]:
    """Return every table, by name."""
    return [_tables[name] for name in sorted(_tables)]


def relay(model: type[models.Model], *, emptied: Collection[str] = ()) -> DayTable:
    """Return the day table of a projection with `day` and `sealed`: its rows are laid down anew in the order of their random ids.

    `emptied` are columns that are of use while the day is open only: they go with it.
    """

    def seal(_batch: int, days: Collection[date]) -> None:
        _lay(model, model._default_manager.filter(day__in=days), emptied=emptied)

    rows = model._default_manager
    return DayTable(
        model,
        seal=seal,
        rows=lambda: rows.filter(sealed=True),
        waiting=lambda: rows.filter(sealed=False),
    )


def relay_whole(model: type[models.Model]) -> DayTable:
    """Return the day table of rows that know no day: all of them are laid down anew, so that the new ones hide among the old."""
    return DayTable(model, seal=lambda _batch, _days: lay_whole(model))


def lay_whole(model: type[models.Model]) -> None:
    """Lay all rows of a table down anew in the order of their ids."""
    _lay(model, model._default_manager.all())


def _lay(model: type[models.Model], asked: QuerySet[models.Model], *, emptied: Collection[str] = ()) -> None:
    stand_alone(model)
    kept = list(asked.order_by("pk"))
    for start in range(0, len(kept), ROWS_AT_ONCE):  # by id: a row that arrives meanwhile is not among them and stays
        rows = model._default_manager.filter(pk__in=[row.pk for row in kept[start : start + ROWS_AT_ONCE]])
        rows._raw_delete(rows.db)
    for row in kept:
        if hasattr(row, "sealed"):
            row.sealed = True
        for column in emptied:
            setattr(row, column, None)
    model._default_manager.bulk_create(kept, batch_size=ROWS_AT_ONCE)


def stand_alone(model: type[models.Model]) -> None:
    """Let nobody else touch a table while its rows are away (PostgreSQL; SQLite's writers stand in line already)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN ACCESS EXCLUSIVE MODE')


@contextmanager
def changing(days: Collection[date], *, batch: int, only: Collection[str] | None = None) -> Iterator[None]:
    """Change sealed rows of these days on purpose; afterwards each day that was whole before is digested anew, in this batch.

    Also a day on which nothing changed: which days did is nobody's business (an erasure names a span, not the days somebody came).
    """
    held = list(_whole(days, only))
    yield
    SealedTable.objects.bulk_create(
        SealedTable(id=new_id(), table=name, day=day, batch=batch, digest=_tables[name].of_day(day))
        for name, day in held
    )


def _whole(days: Collection[date], only: Collection[str] | None) -> Iterator[tuple[str, date]]:
    """Yield the tables and days that still are what they were digested as."""
    for table in registered():
        if table.rows and (only is None or table.name in only):
            for day, digest in _expected(table.name, days).items():
                if table.of_day(day) == digest:
                    yield table.name, day


def _expected(name: str, days: Collection[date]) -> dict[date, bytes]:
    rows = SealedTable.objects.filter(table=name, day__in=days).order_by("batch")
    return dict.fromkeys(sorted(days), _digest(name, "")) | {row.day: bytes(row.digest) for row in rows}


def changed(open_days: Collection[date]) -> tuple[str, date] | None:
    """Name the first table and day whose sealed rows are not what they were, or that holds rows no act is waiting for."""
    known: dict[str, dict[date, bytes]] = defaultdict(dict)
    for row in SealedTable.objects.order_by("batch"):
        known[row.table][row.day] = bytes(row.digest)
    for table in registered():
        if table.rows is None:
            continue
        empty, found = _digest(table.name, ""), table.of_days()
        for day in sorted(found.keys() | known[table.name].keys()):
            if found.get(day, empty) != known[table.name].get(day, empty):
                return table.name, day
        stray = table.waiting().exclude(day__in=open_days).order_by("day").first() if table.waiting else None
        if stray:
            return table.name, stray.day  # type: ignore[attr-defined]  # each has one: see `relay`
    return None


def _digest(name: str, told: str) -> bytes:
    return keys.ring().commit(kinds.ANONYMOUS, name.encode() + b"\x00", told)
