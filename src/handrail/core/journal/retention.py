"""What the journal forgets: time and worker after 30 days, the person after 90, the id and what was stated after 400.

Each ending is for every act of a site and day at once, and is told in the chain: what is absent without it is tampering.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from handrail.core.common.ids import new_id
from handrail.core.common.periods import OLDEST

from . import kinds, leaves
from .holds import Scope
from .links import Run
from .models import Ending, ExpiringPart, ExpiringPerson, ExpiringTime, Pruned, SealedEntry
from .verify import PLACE_BYTES

TIME, PERSON = "time", "person"
TIME_DAYS, PERSON_DAYS = timedelta(days=30), timedelta(days=90)  # privacy rules 2.5
AT_ONCE = 500
PARTS: dict[str, type[ExpiringPart]] = {TIME: ExpiringTime, PERSON: ExpiringPerson}


Forget = Callable[..., None]
_rooms: dict[str, Forget] = {}


def register(room: str, forget: Forget) -> None:
    """Let a room's own rows pass too: `forget(run, today=, kept=)` is called in each retention run, after the journal's."""
    _rooms[room] = forget


def forget(run: Run, *, today: date, kept: Sequence[Scope]) -> None:
    """End what is due today, but for what a hold keeps."""
    end_parts(run, TIME, before=today - TIME_DAYS, kept=kept)
    end_parts(run, PERSON, before=today - PERSON_DAYS, kept=kept)
    _prune(run, before=today - OLDEST, kept=kept)
    for room in sorted(_rooms):
        _rooms[room](run, today=today, kept=kept)


def end_parts(run: Run, name: str, *, before: date, kept: Sequence[Scope], site: str | None = None) -> None:
    """End a part of every sealed act of the days before this one, at one site or all of them."""
    part = PARTS[name]
    due = SealedEntry.objects.filter(journal=kinds.ANONYMOUS, day__lt=before, batch__lt=run.number)
    due = due.filter(site=site) if site is not None else due
    there = due.filter(id__in=part._default_manager.values("id"))
    places = sorted(there.order_by().values_list("site", "day").distinct())
    for where, day in places:
        if any(one.covers(where, day) for one in kept):
            continue
        ids = SealedEntry.objects.filter(journal=kinds.ANONYMOUS, site=where, day=day, batch__lt=run.number)
        ended, _ = part._default_manager.filter(id__in=ids.values("id")).delete()
        Ending.objects.create(id=new_id(), batch=run.number, part=name, site=where, day=day)
        run.count(f"{name}s", ended)


def _prune(run: Run, *, before: date, kept: Sequence[Scope]) -> None:
    """Let acts go whose ids no longer guard against a double sending; their leaves stay, so that the roots hold."""
    due = _prunable(before, kept)
    found: dict[int, list[SealedEntry]] = defaultdict(list)
    for row in due:
        found[row.batch].append(row)
    for of_batch, rows in sorted(found.items()):
        told = b"".join(row.position.to_bytes(PLACE_BYTES, "big") + _leaf(row) for row in rows)
        Pruned.objects.create(id=new_id(), batch=run.number, of_batch=of_batch, leaves=told)
        _let_go(rows)
        run.count("ids", len(rows))


def _prunable(before: date, kept: Sequence[Scope]) -> QuerySet[SealedEntry]:
    for_ever = {kind.name for kind in kinds.registered() if kind.ledger}
    due = SealedEntry.objects.filter(journal=kinds.ANONYMOUS, day__lt=before).exclude(kind__in=for_ever)
    for one in kept:
        due = due.exclude(Q(site=one.site, day__gte=one.since, day__lt=one.until))
    return due.order_by("batch", "position")


def _leaf(row: SealedEntry) -> bytes:
    commitments = (row.durable_commitment, row.time_commitment, row.person_commitment)
    return leaves.leaf(row.id, *map(bytes, commitments))


def _let_go(rows: Collection[SealedEntry]) -> None:
    ids = [row.id for row in rows]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        for part in PARTS.values():
            part._default_manager.filter(id__in=some).delete()
        SealedEntry.objects.filter(id__in=some).delete()
