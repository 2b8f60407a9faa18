"""Walk what is sealed and name the first thing that does not hold."""

import json
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from handrail.core.common import keys

from . import holds, kinds, leaves, links, tables
from .models import Batch, Ending, ExpiringPerson, ExpiringTime, OpenEntry, Pruned, SealedEntry, SealedTable

PLACE_BYTES, LEAF_BYTES = 4, 32


@dataclass(frozen=True)
class Broken:
    """The first place that does not hold, and why.

    `leaf`, `missing`, `expired too early` (a part is not there and no run ended it), `rooms`, `root`, `chain`, `order`; or
    `table` with the name of a room's table.
    """

    journal: str
    batch: int
    day: date
    why: str
    entry: uuid.UUID | None = None


@dataclass(frozen=True)
class Report:
    """What `verify` found. `expired` counts acts of which a part or all has ended. `broken` is None when everything holds."""

    sealed: int
    expired: int
    unsealed: int
    batches: int
    broken: Broken | None


@dataclass(frozen=True)
class Gone:
    """What ended on purpose, as the runs say that ended it: parts by site and day, leaves by batch and place."""

    parts: dict[tuple[str, str, date], int] = field(default_factory=dict)
    leaves: dict[int, dict[int, bytes]] = field(default_factory=lambda: defaultdict(dict))

    def covers(self, part: str, row: SealedEntry) -> bool:
        """Tell whether a run after this entry's sealing ended this part of its site and day."""
        return self.parts.get((part, row.site, row.day), 0) > row.batch


def verify(*, today: date) -> Report:
    """Recompute every commitment, root and chain of both journals; stop at the first that does not hold."""
    sealed = expired = walked = 0
    broken, gone = None, _gone()
    for journal in (kinds.CONFIDENTIAL, kinds.ANONYMOUS):
        before = b""
        for place, batch in enumerate(Batch.objects.filter(journal=journal).order_by("number"), start=1):
            broken, ended = _check_batch(batch, place=place, before=before, gone=gone)
            if broken:
                break
            sealed, expired, walked = sealed + batch.leaves, expired + ended, walked + 1
            before = bytes(batch.chain)
        broken = broken or _beyond(journal)
        if broken:
            break
    return Report(sealed, expired, OpenEntry.objects.count(), walked, broken or _changed_table(today))


def _gone() -> Gone:
    gone = Gone()
    for ending in Ending.objects.order_by("batch"):
        gone.parts[ending.part, ending.site, ending.day] = ending.batch
    step = PLACE_BYTES + LEAF_BYTES
    for pruned in Pruned.objects.all():
        told = bytes(pruned.leaves)
        for start in range(0, len(told), step):
            place = int.from_bytes(told[start : start + PLACE_BYTES], "big")
            gone.leaves[pruned.of_batch][place] = told[start + PLACE_BYTES : start + step]
    return gone


def _changed_table(today: date) -> Broken | None:
    open_days = set(OpenEntry.objects.filter(journal=kinds.ANONYMOUS).values_list("day", flat=True))
    found = tables.changed(open_days)
    if found is None:
        hold = holds.differing()
        return Broken(kinds.CONFIDENTIAL, 0, hold.set_on, "table journal.hold") if hold else None
    name, day = found
    latest = SealedTable.objects.filter(table=name, day=day).order_by("-batch").values_list("batch", flat=True).first()
    return Broken(kinds.ANONYMOUS, latest or 0, day, f"table {name}")


def _check_batch(batch: Batch, *, place: int, before: bytes, gone: Gone) -> tuple[Broken | None, int]:
    def broke(why: str, entry: uuid.UUID | None = None) -> tuple[Broken, int]:
        return Broken(batch.journal, batch.number, batch.day, why, entry), 0

    if batch.number != place:
        return broke("order")
    rows = list(SealedEntry.objects.filter(journal=batch.journal, batch=batch.number).order_by("position"))
    hashes = dict(gone.leaves[batch.number]) if batch.journal == kinds.ANONYMOUS else {}
    times = ExpiringTime.objects.in_bulk([row.id for row in rows])
    persons = ExpiringPerson.objects.in_bulk([row.id for row in rows])
    wanted = (position for position in range(batch.leaves) if position not in hashes)
    for row, position in zip(rows, [*wanted, *[-1] * len(rows)], strict=False):
        if row.position != position:
            return broke("missing", row.id)
        if why := _check_entry(row, times.get(row.id), persons.get(row.id), gone=gone):
            return broke(why, row.id)
        commitments = (row.durable_commitment, row.time_commitment, row.person_commitment)
        hashes[position] = leaves.leaf(row.id, *map(bytes, commitments))
    if sorted(hashes) != list(range(batch.leaves)):
        return broke("missing")
    why = _check_link(batch, before, [hashes[position] for position in sorted(hashes)])
    timeless = sum(bytes(row.time_commitment) == leaves.EMPTY for row in rows)
    return broke(why) if why else (None, batch.leaves - len(times) - timeless)


def _check_link(batch: Batch, before: bytes, hashes: list[bytes]) -> str | None:
    """Say what does not hold of a batch whose leaves do: its root, what the rooms sealed with it, its place in the chain."""
    root, rooms = leaves.root(hashes), _rooms(batch)
    if root != bytes(batch.root):
        return "root"
    if rooms != bytes(batch.rooms):
        return "rooms"
    place = leaves.place(batch.journal, batch.number, day=batch.day, size=batch.leaves)
    return None if leaves.chain(before, place, root=root, rooms=rooms) == bytes(batch.chain) else "chain"


def _check_entry(
    row: SealedEntry, time: ExpiringTime | None, person: ExpiringPerson | None, *, gone: Gone
) -> str | None:
    """Say what does not hold in one entry; None when all does. Columns beside the durable text must say what it says."""
    if keys.ring().commit(row.journal, bytes(row.durable_salt), row.durable) != bytes(row.durable_commitment):
        return "leaf"
    durable = json.loads(row.durable)
    if (durable["kind"], durable["site"], durable["day"]) != (row.kind, row.site, row.day.isoformat()):
        return "leaf"
    return _check_part("time", row, time, bytes(row.time_commitment), gone=gone) or _check_part(
        "person", row, person, bytes(row.person_commitment), gone=gone
    )


def _check_part(
    name: str, row: SealedEntry, part: ExpiringTime | ExpiringPerson | None, commitment: bytes, *, gone: Gone
) -> str | None:
    if part is not None:
        kept = keys.ring().commit(row.journal, bytes(part.salt), part.text)
        return None if kept == commitment else "leaf"
    return None if commitment == leaves.EMPTY or gone.covers(name, row) else "expired too early"


def _rooms(batch: Batch) -> bytes:
    return links.rooms_digest(batch.number) if batch.journal == kinds.ANONYMOUS else leaves.EMPTY


def _beyond(journal: str) -> Broken | None:
    """Name what claims a batch or an act that does not exist: a batch cut from the end of the chain leaves it behind."""
    last = Batch.objects.filter(journal=journal).count()
    stray = SealedEntry.objects.filter(journal=journal, batch__gt=last).order_by("batch", "position").first()
    if stray:
        return Broken(journal, stray.batch, stray.day, "missing", stray.id)
    if journal == kinds.CONFIDENTIAL:
        return None
    for part in (ExpiringTime, ExpiringPerson):
        alone = part.objects.exclude(id__in=SealedEntry.objects.values("id")).order_by("id").first()
        if alone:
            return Broken(journal, 0, date.min, "missing", alone.id)
    for model in (Ending, SealedTable):
        left = model.objects.filter(batch__gt=last).order_by("batch", "day").first()
        if left:
            return Broken(journal, left.batch, left.day, "missing")
    return None
