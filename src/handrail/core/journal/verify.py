"""Walk what is sealed and name the first thing that does not hold."""

import json
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.core.common import keys

from . import kinds, leaves, sealing
from .models import Batch, Expiring, OpenEntry, SealedEntry

EXPIRES_AFTER = timedelta(days=30)  # retention: anonymous times become dates after 30 days


@dataclass(frozen=True)
class Broken:
    """The first place that does not hold, and why.

    `leaf`, `missing`, `expired too early`, `rooms`, `root`, `chain`, `order`; or `table` with the name of a projection.
    """

    journal: str
    batch: int
    day: date
    why: str
    entry: uuid.UUID | None = None


@dataclass(frozen=True)
class Report:
    """What `verify` found. `broken` is None when everything holds."""

    sealed: int
    expired: int
    unsealed: int
    batches: int
    broken: Broken | None


def verify(*, today: date) -> Report:
    """Recompute every commitment, root and chain of both journals; stop at the first that does not hold."""
    sealed = expired = batches = 0
    broken = None
    for journal in (kinds.CONFIDENTIAL, kinds.ANONYMOUS):
        before = b""
        for place, batch in enumerate(Batch.objects.filter(journal=journal).order_by("number"), start=1):
            broken, ended = _check_batch(batch, place=place, before=before, today=today)
            if broken:
                break
            sealed, expired, batches = sealed + batch.leaves, expired + ended, batches + 1
            before = bytes(batch.chain)
        broken = broken or _beyond(journal)
        if broken:
            break
    return Report(sealed, expired, OpenEntry.objects.count(), batches, broken or _changed_table())


def _changed_table() -> Broken | None:
    row = sealing.changed_table()
    return Broken(kinds.ANONYMOUS, row.batch, row.day, f"table {row.table}") if row else None


def _check_batch(batch: Batch, *, place: int, before: bytes, today: date) -> tuple[Broken | None, int]:
    def broke(why: str, entry: uuid.UUID | None = None) -> tuple[Broken, int]:
        return Broken(batch.journal, batch.number, batch.day, why, entry), 0

    if batch.number != place:
        return broke("order")
    rows = list(SealedEntry.objects.filter(journal=batch.journal, batch=batch.number).order_by("position"))
    ending = Expiring.objects.in_bulk([row.id for row in rows])
    hashes = []
    for position, row in enumerate(rows):
        if row.position != position:
            return broke("missing", row.id)
        if why := _check_entry(row, ending.get(row.id), today=today):
            return broke(why, row.id)
        hashes.append(leaves.leaf(row.id, bytes(row.durable_commitment), bytes(row.expiring_commitment)))
    if len(rows) != batch.leaves:
        return broke("missing")
    root, rooms = leaves.root(hashes), _rooms(batch)
    if root != bytes(batch.root):
        return broke("root")
    if rooms != bytes(batch.rooms):
        return broke("rooms")
    if leaves.chain(before, journal=batch.journal, number=batch.number, root=root, rooms=rooms) != bytes(batch.chain):
        return broke("chain")
    return None, len(rows) - len(ending)


def _check_entry(row: SealedEntry, ending: Expiring | None, *, today: date) -> str | None:
    """Say what does not hold in one entry; None when all does. Columns beside the durable text must say what it says."""
    ring = keys.ring()
    if ring.commit(row.journal, bytes(row.durable_salt), row.durable) != bytes(row.durable_commitment):
        return "leaf"
    durable = json.loads(row.durable)
    if (durable["kind"], durable["site"], durable["day"]) != (row.kind, row.site, row.day.isoformat()):
        return "leaf"
    if ending is None:
        return None if row.day + EXPIRES_AFTER < today else "expired too early"
    if ring.commit(row.journal, bytes(ending.salt), ending.text) != bytes(row.expiring_commitment):
        return "leaf"
    return None


def _rooms(batch: Batch) -> bytes:
    return sealing.rooms_digest(batch.number) if batch.journal == kinds.ANONYMOUS else leaves.EMPTY


def _beyond(journal: str) -> Broken | None:
    """Name an entry that claims a batch which does not exist: a batch cut from the end of the chain leaves it behind."""
    last = Batch.objects.filter(journal=journal).count()
    stray = SealedEntry.objects.filter(journal=journal, batch__gt=last).order_by("batch", "position").first()
    return Broken(journal, stray.batch, stray.day, "missing", stray.id) if stray else None
