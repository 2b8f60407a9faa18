"""The sealer: closes what is open. One transaction a batch; who runs it twice seals nothing twice.

The anonymous journal is sealed when its day is over everywhere: entries and the rooms' day tables move in the order of their
random ids, so that rowid, page and arrival say nothing. The confidential journal is sealed at once, in order.
"""

import json
import secrets
from collections.abc import Callable, Collection
from datetime import date

from django.db import connection, models, transaction
from django.db.models import QuerySet

from handrail.core.common import keys
from handrail.core.common.ids import new_id

from . import kinds, leaves
from .models import Batch, Expiring, OpenEntry, Permit, SealedEntry, SealedTable

ROWS_AT_ONCE = 500


class DayTable:
    """A room's table that is sealed with the anonymous day. Rooms register one; the journal never knows what it holds."""

    def __init__(
        self,
        name: str,
        *,
        seal: Callable[[int, Collection[date]], None],
        digest: Callable[[int], bytes],
        of_day: Callable[[date], bytes] | None = None,
    ) -> None:
        """`seal(batch, days)` seals the rows of these days; `digest(batch)` reads them back as 32 bytes.

        `of_day(day)` reads a projection's day back, for rows that are laid down anew when something late arrives.
        """
        self.name, self.seal, self.digest, self.of_day = name, seal, digest, of_day


_day_tables: dict[str, DayTable] = {}


def register(table: DayTable) -> None:
    """Seal this table with each anonymous day from now on."""
    _day_tables[table.name] = table


def relay(model: type[models.Model]) -> DayTable:
    """Return the day table of a projection with a `day`: its rows are laid down anew in the order of their random ids."""

    def of_day(day: date) -> bytes:
        rows = model._default_manager.filter(day=day).values_list()
        told = sorted("|".join(map(str, row)) for row in rows)
        return keys.ring().commit(kinds.ANONYMOUS, model._meta.label_lower.encode(), "\n".join(told))

    table = _relaid(model, lambda days: model._default_manager.filter(day__in=days))
    table.of_day = of_day
    return table


def relay_whole(model: type[models.Model]) -> DayTable:
    """Return the day table of rows that know no day: all of them are laid down anew, so that the new ones hide among the old."""
    return _relaid(model, lambda days: model._default_manager.all())


def _relaid(model: type[models.Model], of: Callable[[Collection[date]], QuerySet[models.Model]]) -> DayTable:
    def lay(batch: int, days: Collection[date]) -> None:
        _stand_alone(model)
        kept = list(of(days).order_by("pk"))
        for start in range(
            0, len(kept), ROWS_AT_ONCE
        ):  # by id: a row that arrives meanwhile is not among them and stays
            rows = model._default_manager.filter(pk__in=[row.pk for row in kept[start : start + ROWS_AT_ONCE]])
            rows._raw_delete(rows.db)
        model._default_manager.bulk_create(kept, batch_size=ROWS_AT_ONCE)

    return DayTable(model._meta.label_lower, seal=lay, digest=lambda _batch: leaves.EMPTY)


def _stand_alone(model: type[models.Model]) -> None:
    """Let nobody else touch a table while its rows are away (PostgreSQL; SQLite's writers stand in line already)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{model._meta.db_table}" IN ACCESS EXCLUSIVE MODE')


def seal_day(through: date) -> int:
    """Seal the anonymous journal for all days up to and with `through`; return how many entries were sealed."""
    sealed = _seal(kinds.ANONYMOUS, OpenEntry.objects.filter(day__lte=through).order_by("id"), day=through)
    if sealed and connection.vendor == "sqlite":
        transaction.on_commit(_overwrite)
    return sealed


def _overwrite() -> None:
    """Write the log back and empty it: until then its pages hold the old order."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def seal_confidential(day: date) -> int:
    """Seal what is open in the confidential journal, in order of time (a statement begins with it); return how many."""
    return _seal(kinds.CONFIDENTIAL, OpenEntry.objects.order_by("stated"), day=day)


@transaction.atomic
def _seal(journal: str, rows: QuerySet[OpenEntry], *, day: date) -> int:
    Permit.objects.create(name="seal")  # a second sealer waits here until the first is done
    open_rows = list(rows.filter(journal=journal))
    if not open_rows:
        Permit.objects.filter(name="seal").delete()
        return 0
    before = Batch.objects.filter(journal=journal).order_by("number").last()
    number = before.number + 1 if before else 1
    rooms = _seal_rooms(number, {row.day for row in open_rows}) if journal == kinds.ANONYMOUS else leaves.EMPTY
    root = leaves.root(_move(open_rows, journal=journal, number=number))
    chain = leaves.chain(bytes(before.chain) if before else b"", journal=journal, number=number, root=root, rooms=rooms)
    Batch.objects.create(
        journal=journal, number=number, day=day, leaves=len(open_rows), root=root, rooms=rooms, chain=chain
    )
    Permit.objects.filter(name="seal").delete()
    return len(open_rows)


def _seal_rooms(number: int, days: Collection[date]) -> bytes:
    for name in sorted(_day_tables):
        _day_tables[name].seal(number, days)
    SealedTable.objects.bulk_create(
        SealedTable(id=new_id(), table=name, day=day, batch=number, digest=table.of_day(day))
        for name, table in sorted(_day_tables.items())
        if table.of_day
        for day in sorted(days)
    )
    return rooms_digest(number)


def changed_table() -> SealedTable | None:
    """Name the first projection whose sealed day is not what it was; a day that has something late and open is left out."""
    reopened = set(OpenEntry.objects.filter(journal=kinds.ANONYMOUS).values_list("day", flat=True))
    latest = {(row.table, row.day): row for row in SealedTable.objects.order_by("batch")}
    for (name, day), row in sorted(latest.items()):
        table = _day_tables.get(name)
        if day not in reopened and table and table.of_day and table.of_day(day) != bytes(row.digest):
            return row
    return None


def rooms_digest(number: int) -> bytes:
    """Read the day tables of a batch back as one digest."""
    return leaves.root([_day_tables[name].digest(number) for name in sorted(_day_tables)])


def _move(open_rows: list[OpenEntry], *, journal: str, number: int) -> list[bytes]:
    """Write the sealed twins, then let the open rows go; return the leaves in their order."""
    ring = keys.ring()
    sealed, ending, hashes = [], [], []
    for position, row in enumerate(open_rows):
        durable, expiring = leaves.split(json.loads(row.stated), worker=row.worker, day=row.day)
        salts = secrets.token_bytes(leaves.SALT_BYTES), secrets.token_bytes(leaves.SALT_BYTES)
        kept, lost = ring.commit(journal, salts[0], durable), ring.commit(journal, salts[1], expiring)
        hashes.append(leaves.leaf(row.id, kept, lost))
        ending.append(Expiring(id=row.id, salt=salts[1], text=expiring))
        sealed.append(
            SealedEntry(
                id=row.id, journal=journal, batch=number, position=position, kind=row.kind, site=row.site, day=row.day,
                durable=durable, durable_salt=salts[0], durable_commitment=kept, expiring_commitment=lost,
            )
        )  # fmt: skip
    SealedEntry.objects.bulk_create(sealed, batch_size=ROWS_AT_ONCE)
    Expiring.objects.bulk_create(ending, batch_size=ROWS_AT_ONCE)
    for start in range(0, len(open_rows), ROWS_AT_ONCE):
        OpenEntry.objects.filter(id__in=[row.id for row in open_rows[start : start + ROWS_AT_ONCE]]).delete()
    return hashes
