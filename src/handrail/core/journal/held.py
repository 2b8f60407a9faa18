"""What could not be taken as it came is kept: sealed to the reviewer key, shown by kind, site, day and reason.

It ends when a reviewer resolves it, at the latest after 30 days: the body is destroyed; its count and two keyed digests stay,
so that the same act, sent again later, is answered as held and not kept a second time.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from handrail.core.common import keys, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Conflict, Refused

from . import disk, holds, kinds, queries, turns
from .models import Held, Opening, Permit, Settled

MOST_HELD = 20_000  # past this many a site must review before more is kept; until then the sender keeps what it has
MOST_OF_ONE = 2_000  # held acts of one device in one day: as many as its outbox is made for (trust reference, G12)
DAYS_HELD = timedelta(days=30)  # trust reference, 2.5
ROWS_AT_ONCE = 500

PERMIT = "held"
EXPIRED = "expired"


def keep(conflict: Conflict, *, received_at: datetime, device: str = "") -> bool:
    """Keep the second telling of a known act for a reviewer; tell whether it is heard for the first time."""
    stated = conflict.stated
    row = Held(act=str(stated.id), kind=stated.kind, site=str(stated.site_id or ""), reason="conflict")
    return _keep(row, stated.text, received_at=received_at, device=device)


def keep_refused(told: Any, *, reason: str, received_at: datetime, device: str = "", site: str = "") -> bool:
    """Keep an act as it was told (any JSON) with the reason why it was not taken; tell whether it is heard for the first time.

    Only labels that are known to be labels stay readable: a stranger's field may hold anything, a card code too.

    Args:
        device, site: of the device that brought it; its site reviews the act, whatever site the act names.
    Raises:
        Refused: `held-full` or `device-held-full`: nothing is kept, so its sender must keep it.
    """
    frame = told if isinstance(told, dict) else {}
    act, named, kind = parse_id(frame.get("id")), parse_id(frame.get("site")), frame.get("kind")
    known = isinstance(kind, str) and kind in {one.name for one in kinds.registered()}
    row = Held(
        act=str(act or ""), kind=str(kind) if known else "", site=site or str(named or ""), reason=reason,
    )  # fmt: skip
    return _keep(row, json.dumps(told, sort_keys=True), received_at=received_at, device=device)


def acts_held(ids: Iterable[str]) -> set[str]:
    """Return which of these acts are held, or were: their sender has no more to do."""
    asked = {_named(one): one for one in ids}
    held = Held.objects.filter(act__in=asked.values()).values_list("act", flat=True)
    settled = Settled.objects.filter(act__in=asked).values_list("act", flat=True)
    return set(held) | {asked[bytes(one)] for one in settled}


def expire(before: date, *, kept: Sequence[holds.Scope] = ()) -> int:
    """Destroy the bodies that were held before this day; return how many. What tells them again goes when ids do (400 days).

    What may lie in a legal hold waits. When a held act happened is sealed with it: one that came on the first day of a hold or
    later may, and so may one that names no site.
    """
    due = Held.objects.filter(day__lt=before).defer("sealed")
    ended = settle((row for row in due if not any(_may_lie_in(one, row) for one in kept)), outcome=EXPIRED)
    with transaction.atomic():
        Permit.objects.create(name=PERMIT)
        Settled.objects.filter(day__lt=before + DAYS_HELD - periods.OLDEST).delete()
        Permit.objects.filter(name=PERMIT).delete()
    return ended


@transaction.atomic
def settle(rows: Iterable[Held], *, outcome: str) -> int:
    """Destroy these bodies, in place; what is left of each is a line in the count and its digests. Return how many there were."""
    ended = list(rows)
    for start in range(0, len(ended), ROWS_AT_ONCE):
        some = ended[start : start + ROWS_AT_ONCE]
        Settled.objects.bulk_create((_settled(row, outcome) for row in some), ignore_conflicts=True)
        Held.objects.filter(pk__in=[row.pk for row in some]).delete()
    if ended:
        transaction.on_commit(_overwrite)
    return len(ended)


def _may_lie_in(hold: holds.Scope, row: Held) -> bool:
    return row.site in {hold.site, ""} and row.day >= hold.since


def _settled(row: Held, outcome: str) -> Settled:
    return Settled(
        digest=row.digest, act=_named(row.act) if row.act else b"", day=row.day, kind=row.kind, site=row.site,
        reason=row.reason, outcome=outcome,
    )  # fmt: skip


def _overwrite() -> None:
    """Leave no bytes of the bodies behind: SQLite's log is written back and emptied, PostgreSQL's tables are written anew."""
    if connection.vendor == "sqlite":
        disk.write_back()
    else:
        disk.write_anew([Held._meta.db_table, Opening._meta.db_table])


def _named(act: str) -> bytes:
    return keys.ring().commit(kinds.ANONYMOUS, b"held act", act)


def _keep(row: Held, text: str, *, received_at: datetime, device: str) -> bool:
    ring = keys.ring()
    digest = ring.commit(kinds.ANONYMOUS, b"held", text)  # keyed: a held body may hold a card code
    if any(table.objects.filter(digest=digest).exists() for table in (Held, Settled)):
        return False
    row.id, row.day, row.digest = new_id(), _day(received_at), digest
    row.sender = ring.pseudonym("held", str(row.day), device) if device else ""
    _check_room(row)
    row.sealed = ring.seal(text)
    Held.objects.bulk_create([row], ignore_conflicts=True)  # two may bring it at once
    return True


def _day(received_at: datetime) -> date:
    """Return the clock's day, or the last that is known to have passed: a clock that stands years behind would end a body once it is right."""
    return max(received_at.date(), queries.sealed_through() or date.min, turns.last(turns.FORGETTING) or date.min)


def _check_room(row: Held) -> None:
    if Held.objects.count() >= MOST_HELD:
        raise Refused("held-full")
    if row.sender and Held.objects.filter(sender=row.sender).count() >= MOST_OF_ONE:
        raise Refused("device-held-full", most=MOST_OF_ONE)
