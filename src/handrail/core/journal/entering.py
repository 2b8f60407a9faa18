"""Seen first, then entered: how an act gets into the journal exactly once."""

import json
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db import IntegrityError, connection, transaction

from handrail.core.common import periods
from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Conflict
from handrail.core.common.worker import Worker

from . import kinds, leaves
from .models import ExpiringPerson, ExpiringTime, OpenEntry, SealedEntry

Draft = TypeVar("Draft")
Answer = TypeVar("Answer")
Rest = ParamSpec("Rest")
ASKED_AT_ONCE = 500  # ids in one statement


@dataclass(frozen=True)
class Entry:
    """An act as the journal holds it. `already`: it was there before, a repeated act gets its first answer. `sealed`: its period is closed.

    `ended` names the parts that are no longer there: `time`, `person`.
    """

    id: uuid.UUID
    kind: str
    site: str
    day: date
    worker: str
    stated: dict[str, Any]
    already: bool
    sealed: bool = False
    ended: frozenset[str] = frozenset()

    @property
    def body(self) -> dict[str, Any]:
        """What was stated, without its frame."""
        body: dict[str, Any] = self.stated["body"]
        return body

    @property
    def at(self) -> datetime | None:
        """When it happened; None where the source did not know, or once the time has expired."""
        return periods.parse_moment(self.stated.get("at"))


class Raced(Exception):  # noqa: N818  -- not an error: the other sender of the same act was faster
    """Another sender of the same act committed first. `one_act` looks again and finds it."""


def one_act(
    action: Callable[Concatenate[Draft, Rest], Answer],
) -> Callable[Concatenate[Draft, Rest], Answer]:
    """Run an action in one transaction, all or nothing; if another sender of the same act won the race, run it again."""

    @wraps(action)
    def run(draft: Draft, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Answer:
        try:
            with transaction.atomic():
                return action(draft, *args, **kwargs)
        except Raced:
            with transaction.atomic():
                return action(draft, *args, **kwargs)

    return run


def seen(stated: Stated) -> Entry | None:
    """Return the entry of an act that is already in the journal; None for a new one.

    Raises:
        Conflict: the id is known and what was stated is not the same.
        Refused("not-canonical"): what was stated cannot be kept, so nothing more should be asked of it.
    """
    return seen_many([stated]).get(stated.id)


def seen_many(batch: Iterable[Stated]) -> dict[uuid.UUID, Entry]:
    """Return the entries of those acts that are already in the journal, by id, in one query for each table.

    Raises:
        Conflict: for the first id that is known with another statement.
        Refused("not-canonical"): for the first that cannot be kept.
    """
    asked = {stated.id: stated for stated in batch if stated.text}  # writing it out is what refuses it
    known = _kept(list(asked))
    for act_id, entry in known.items():
        if not _same(entry, asked[act_id]):
            raise Conflict(act_id, asked[act_id])
    return known


def find(act_id: uuid.UUID) -> Entry | None:
    """Return an act by its id, open or sealed; None when the journal does not know it."""
    return _kept([act_id]).get(act_id)


def known_ids(ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these acts the journal holds, open or sealed."""
    asked = list(ids)
    found = (table.objects.filter(id__in=asked).values_list("id", flat=True) for table in (OpenEntry, SealedEntry))
    return {act_id for rows in found for act_id in rows}


def of_kind(kind: str) -> list[Entry]:
    """Return every act of a kind, sealed ones first."""
    ids = SealedEntry.objects.filter(kind=kind).order_by("batch", "position").values_list("id", flat=True)
    told = _from_sealed(list(ids))
    open_rows = OpenEntry.objects.filter(kind=kind).order_by("stated")
    return [*(told[act_id] for act_id in ids), *map(_from_open, open_rows)]


def signed_by(signatures: Collection[str], *, kinds_of: Collection[str], since: date, until: date) -> list[Entry]:
    """Return the acts of these kinds that were signed by one of these, of a span of days, `until` not included.

    Who signed is in the part that ends after 30 days; it is asked of few days, and read row by row.
    """
    asked = {"kind__in": list(kinds_of), "day__gte": since, "day__lt": until}
    found = [_from_open(row) for row in OpenEntry.objects.filter(**asked, worker__in=list(signatures))]
    ids = list(SealedEntry.objects.filter(**asked).values_list("id", flat=True))
    for start in range(0, len(ids), ASKED_AT_ONCE):
        sealed = _from_sealed(ids[start : start + ASKED_AT_ONCE]).values()
        found += [entry for entry in sealed if entry.worker in signatures]
    return found


def enter(stated: Stated, *, by: Worker, day: date) -> Entry:
    """Enter one act under the day it happened at the site.

    Raises:
        Raced: another sender of the same act committed first (PostgreSQL; SQLite writers stand in line).
    """
    try:
        _row(stated, by=by, day=day).save(force_insert=True)
    except IntegrityError as clash:
        raise Raced from clash
    return _entry(stated, by=by, day=day)


def enter_many(acts: Sequence[tuple[Stated, date]], *, by: Worker) -> list[Entry]:
    """Enter many acts, each under its day, in one statement. Raises Raced as `enter` does."""
    try:
        OpenEntry.objects.bulk_create([_row(stated, by=by, day=day) for stated, day in acts])
    except IntegrityError as clash:
        raise Raced from clash
    return [_entry(stated, by=by, day=day) for stated, day in acts]


def sort_out(drafts: Sequence[kinds.Draft]) -> tuple[dict[uuid.UUID, Entry], list[Any]]:
    """Divide drafts into those the journal knows (their entries, by id) and the fresh ones, each id once.

    Raises:
        Conflict: an id is known, or stands twice in the batch, with another statement.
    """
    known = seen_many([draft.stated for draft in drafts])
    fresh: dict[uuid.UUID, kinds.Draft] = {}
    for draft in drafts:
        first = fresh.setdefault(draft.stated.id, draft)
        if first.stated.text != draft.stated.text:
            raise Conflict(draft.stated.id, draft.stated)
    return known, [draft for act_id, draft in fresh.items() if act_id not in known]


def answers(drafts: Sequence[kinds.Draft], *, known: dict[uuid.UUID, Entry], entered: list[Entry]) -> list[Entry]:
    """Answer a batch in its order; the second sending of an act within it is `already` there."""
    new = {entry.id: entry for entry in entered}
    told = []
    for draft in drafts:
        told.append(new.get(draft.stated.id) or known[draft.stated.id])
        if first := new.pop(draft.stated.id, None):
            known = known | {first.id: replace(first, already=True)}
    return told


def _row(stated: Stated, *, by: Worker, day: date) -> OpenEntry:
    kind = kinds.kind(stated.kind, stated.version)
    return OpenEntry(
        id=stated.id, journal=kind.journal, kind=stated.kind, version=stated.version,
        site=str(stated.site_id or ""), day=day, worker=_signature(by, kind.journal), stated=stated.text,
    )  # fmt: skip


def _entry(stated: Stated, *, by: Worker, day: date) -> Entry:
    worker = _signature(by, kinds.kind(stated.kind, stated.version).journal)
    return Entry(stated.id, stated.kind, str(stated.site_id or ""), day, worker, json.loads(stated.text), already=False)


def _signature(by: Worker, journal: str) -> str:
    """Name the worker in the confidential journal; in the anonymous one their shift, whose name is sealed and ends."""
    return str(by.id if journal == kinds.CONFIDENTIAL else by.signs_as)


def _kept(ids: list[uuid.UUID]) -> dict[uuid.UUID, Entry]:
    if not _holds_any(ids):
        return {}
    known = {row.id: _from_open(row) for row in OpenEntry.objects.filter(id__in=ids)}
    rest = [act_id for act_id in ids if act_id not in known]
    return known | _from_sealed(rest) if rest else known


def _holds_any(ids: list[uuid.UUID]) -> bool:
    """Tell whether any of these acts is there. One statement for both tables, in plain SQL: it is asked of every new act."""
    if not ids:
        return False
    told = [OpenEntry._meta.pk.get_db_prep_value(act_id, connection) for act_id in ids]
    marks = ", ".join(["%s"] * len(ids))
    asked = " UNION ALL ".join(
        f"SELECT 1 FROM {table._meta.db_table} WHERE id IN ({marks})"  # noqa: S608  -- our own tables; the ids are parameters
        for table in (OpenEntry, SealedEntry)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} LIMIT 1", told * 2)
        return cursor.fetchone() is not None


def _from_open(row: OpenEntry) -> Entry:
    return Entry(row.id, row.kind, row.site, row.day, row.worker, json.loads(row.stated), already=True)


def _from_sealed(ids: list[uuid.UUID]) -> dict[uuid.UUID, Entry]:
    rows = SealedEntry.objects.filter(id__in=ids)
    there = [row.id for row in rows]
    times, persons = ExpiringTime.objects.in_bulk(there), ExpiringPerson.objects.in_bulk(there)
    return {row.id: _whole(row, times.get(row.id), persons.get(row.id)) for row in rows}


def _whole(row: SealedEntry, time: ExpiringTime | None, person: ExpiringPerson | None) -> Entry:
    stated, worker = leaves.join(row.durable, time.text if time else None, person.text if person else None)
    ended = frozenset(name for name, part in (("time", time), ("person", person)) if part is None)
    return Entry(row.id, row.kind, row.site, row.day, worker, stated, already=True, sealed=True, ended=ended)


def _same(entry: Entry, stated: Stated) -> bool:
    """Compare what was stated; parts of the kept entry that have ended are not held against the new telling."""
    durable, time, person = leaves.split(json.loads(stated.text), worker=entry.worker, day=entry.day)
    left = leaves.join(durable, None if "time" in entry.ended else time, None if "person" in entry.ended else person)
    return left[0] == entry.stated
