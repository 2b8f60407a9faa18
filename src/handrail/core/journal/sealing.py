"""The sealer: closes what is open. One transaction a batch; who runs it twice seals nothing twice.

The anonymous journal is sealed when its day is over everywhere: entries and the rooms' day tables move in the order of their
random ids, so that rowid, page and arrival say nothing. The confidential journal is sealed at once, in order.
"""

import json
import secrets
import uuid
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from handrail.core.common import keys

from . import disk, kinds, leaves, links, tables
from .models import ExpiringPerson, ExpiringTime, OpenEntry, SealedEntry

ROWS_AT_ONCE = 500


def seal_day(through: date) -> int:
    """Seal the anonymous journal for all days up to and with `through`; return how many entries were sealed."""
    sealed = _seal(kinds.ANONYMOUS, OpenEntry.objects.filter(day__lte=through).order_by("id"), day=through)
    if sealed:
        transaction.on_commit(disk.forget)
    return sealed


def seal_confidential(day: date) -> int:
    """Seal what is open in the confidential journal, in order of time (a statement begins with it); return how many."""
    return _seal(kinds.CONFIDENTIAL, OpenEntry.objects.order_by("stated"), day=day)


def _seal(journal: str, rows: QuerySet[OpenEntry], *, day: date) -> int:
    rows = rows.filter(journal=journal)
    if not rows.exists():  # asked every second: most of the time nothing is written for it
        return 0
    with links.run("seal", day=day, journal=journal) as under_way:
        open_rows = list(rows.all())
        if journal == kinds.ANONYMOUS:
            _seal_rooms(under_way.number, {row.day for row in open_rows})
        under_way.hashes += _move(open_rows, journal=journal, number=under_way.number)
    return len(open_rows)


def _seal_rooms(number: int, days: set[date]) -> None:
    """Seal the rooms' rows of these days. A day that is not what it was digested as is sealed too, and stays broken."""
    with tables.changing(days, batch=number):
        for table in tables.registered():
            if table.seal:
                table.seal(number, days)


def _move(open_rows: list[OpenEntry], *, journal: str, number: int) -> list[bytes]:
    """Write the sealed twins, then let the open rows go; return the leaves in their order."""
    sealed, times, persons, hashes = [], [], [], []
    for position, row in enumerate(open_rows):
        durable, time, person = leaves.split(json.loads(row.stated), worker=row.worker, day=row.day)
        salts, kept = zip(*(_commit(journal, text) for text in (durable, time, person)), strict=True)
        hashes.append(leaves.leaf(row.id, *kept))
        times += [ExpiringTime(id=row.id, salt=salts[1], text=time)] if time else []
        persons += [ExpiringPerson(id=row.id, salt=salts[2], text=person)] if person else []
        sealed.append(
            SealedEntry(
                id=row.id, journal=journal, batch=number, position=position, kind=row.kind, site=row.site, day=row.day,
                durable=durable, durable_salt=salts[0], durable_commitment=kept[0], time_commitment=kept[1],
                person_commitment=kept[2],
            )
        )  # fmt: skip
    SealedEntry.objects.bulk_create(sealed, batch_size=ROWS_AT_ONCE)
    ExpiringTime.objects.bulk_create(times, batch_size=ROWS_AT_ONCE)
    ExpiringPerson.objects.bulk_create(persons, batch_size=ROWS_AT_ONCE)
    for ids in _in_turn([row.id for row in open_rows]):
        OpenEntry.objects.filter(id__in=ids).delete()
    return hashes


def _commit(journal: str, text: str | None) -> tuple[bytes, bytes]:
    """Return a fresh salt and the commitment made with it; the hash of nothing for a part that is none."""
    salt = secrets.token_bytes(leaves.SALT_BYTES)
    return salt, leaves.EMPTY if text is None else keys.ring().commit(journal, salt, text)


def _in_turn(ids: list[uuid.UUID]) -> Iterable[list[uuid.UUID]]:
    return (ids[start : start + ROWS_AT_ONCE] for start in range(0, len(ids), ROWS_AT_ONCE))
