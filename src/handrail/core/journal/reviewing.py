"""What is held, looked at and dealt with: two people open a body, a reviewer ends it. Each step is a confidential entry, without the body.

Blocks (trust reference, T5: a participant's silent block of a worker) are kept in no room yet. When one keeps them, `ask_to_open`,
`confirm` and `open_held` must answer a blocked worker as for an act that is not here.
"""

import json
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from handrail.core.common import keys, periods
from handrail.core.common.acts import Stated
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker

from . import acts, batches, held, kinds, queries
from .entering import Entry, enter, find, one_act
from .models import Held, Opening

REVIEW = "journal.review"
ASK_STANDS = timedelta(days=7)  # to be confirmed; ours: an outside reviewer may come once a week
OPEN_STANDS = timedelta(minutes=15)  # from the confirmation to the one look
ACTS_AT_ONCE = batches.ACTS_IN_BATCH  # taken in one go; the rest of a line stays on it

ASK, CONFIRM, OPEN, RESOLVE = (
    "journal.ask_to_open", "journal.confirm_opening", "journal.open_held", "journal.resolve_held",
)  # fmt: skip

TO_OPEN = ("did-it-happen", "worker-asked", "shelf-differs", "mend-sender")
TO_DESTROY = ("was-a-test", "recorded-otherwise", "broken-sender", "another-sites")

TAKEN, FIRST_KEPT, DESTROYED = "taken", "first-kept", "destroyed"
WITHOUT_WORKER = frozenset({"unknown-worker", "shift-ended"})  # reasons for which a reviewer names the worker
WITHOUT_TIME = frozenset({"time-unknown"})  # reasons for which a reviewer says when it happened

WorkerOf = Callable[[uuid.UUID], Worker | None]


@dataclass(frozen=True)
class Step:
    """One step on a held act: its own id and time, made with the form; `about` names the held act, or the asking that is confirmed."""

    id: uuid.UUID
    about: uuid.UUID
    at: datetime
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resolution:
    """How a line of alike held acts ends. `count` is how many the reviewer saw; `worker` stands in where the act's own is gone,
    `when` where its device did not know the time.
    """

    id: uuid.UUID
    about: uuid.UUID
    at: datetime
    count: int
    outcome: str
    why: tuple[str, ...] = ()
    worker: Worker | None = None
    when: datetime | None = None


def register() -> None:
    """Make the steps of a review known, in the confidential journal."""
    for name in (ASK, CONFIRM, OPEN, RESOLVE):
        kinds.register(kinds.Kind(name, 1, parse=_desk_only, run=_desk_only, journal=kinds.CONFIDENTIAL))


def _desk_only(*_: Any, **__: Any) -> Any:
    """Refuse: no device and no file reviews."""
    raise Refused("desk-only")


def may_review(by: Worker, site: str) -> bool:
    """Tell whether a worker reviews what is held at a site; what names no site is any reviewer's."""
    if site:
        return by.may(REVIEW, site_id=parse_id(site))
    return any(permission == REVIEW for permission, _ in by.grants)


@one_act
def ask_to_open(step: Step, *, by: Worker, session: str, received_at: datetime) -> Entry:
    """Ask that a held body be opened. `session` names the session, so that nobody confirms from the same one.

    Raises:
        Refused: `held-gone`, `why-needed`, `opening-waits` while an earlier asking stands.
    """
    if before := _before(step.id, ASK):
        return before
    row = _row(step.about, by=by)
    why = _why(step.why, of=TO_OPEN)
    if any(stands(opening, received_at) for opening in Opening.objects.filter(held=row)):
        raise Refused("opening-waits")
    Opening.objects.create(
        id=step.id, held=row, why=why, asked_by=str(by.id), asked_in=session, asked_at=received_at
    )  # fmt: skip
    return _enter(ASK, step.id, step.at, row, by=by, received_at=received_at, held=str(row.id), why=why)


@one_act
def confirm(step: Step, *, by: Worker, session: str, received_at: datetime) -> Entry:
    """Confirm another worker's asking, from a session of one's own; from now on they may look once, for 15 minutes.

    Raises:
        Refused: `held-gone`, `second-person-needed`, `opening-over`.
    """
    if before := _before(step.id, CONFIRM):
        return before
    opening = _opening(step.about, by=by)
    if str(by.id) == opening.asked_by or session == opening.asked_in:
        raise Refused("second-person-needed")
    if opening.confirmed_at or not stands(opening, received_at):
        raise Refused("opening-over")
    opening.confirmed_by, opening.confirmed_at = str(by.id), received_at
    opening.save(update_fields=["confirmed_by", "confirmed_at"])
    told = {"held": str(opening.held_id), "asking": str(opening.id)}
    return _enter(CONFIRM, step.id, step.at, opening.held, by=by, received_at=received_at, **told)


@one_act
def open_held(step: Step, *, by: Worker, received_at: datetime) -> Any:
    """Return a confirmed body as it was told, once, to the one who asked. It is entered that they saw it, never what.

    Raises:
        Refused: `held-gone`, `second-person-needed` before the confirmation, `opening-over` after the one look or 15 minutes.
    """
    opening = _opening(step.about, by=by)
    if str(by.id) != opening.asked_by or not opening.confirmed_at:
        raise Refused("second-person-needed")
    if not stands(opening, received_at):
        raise Refused("opening-over")
    opening.shown = True
    opening.save(update_fields=["shown"])
    told = {"held": str(opening.held_id), "asking": str(opening.id)}
    _enter(OPEN, step.id, step.at, opening.held, by=by, received_at=received_at, **told)
    return json.loads(keys.ring().unseal(opening.held.sealed))


def waiting_for(second: Worker, sites: Collection[str], *, now: datetime) -> QuerySet[Opening]:
    """Return the askings at these sites that stand and that this worker could confirm."""
    return queries.waiting_for(second.id, sites, since=now - ASK_STANDS)


def stands(opening: Opening, now: datetime) -> bool:
    """Tell whether an asking can still be confirmed, or a confirmed one be looked at."""
    if opening.confirmed_at:
        return not opening.shown and now < opening.confirmed_at + OPEN_STANDS
    return now < opening.asked_at + ASK_STANDS


@one_act
def resolve(draft: Resolution, *, by: Worker, worker_of: WorkerOf, received_at: datetime) -> Entry:
    """End the held acts of a line: take them now, keep the first telling, or destroy what is no act. The bodies are destroyed.

    What still cannot be taken stays held, under its present reason. The entry says how many ended and how many stay.

    Raises:
        Refused: `held-gone`, `held-changed` when the line is not what the reviewer saw, `why-needed`, `not-this-outcome`; where it is
            not known when it happened `when-needed`, `date-ahead`, `date-too-old`.
    """
    if before := _before(draft.id, RESOLVE):
        return before
    row = _row(draft.about, by=by)
    rows = list(alike(row).select_for_update().order_by("id"))
    if len(rows) != draft.count:
        raise Refused("held-changed")
    if draft.outcome not in outcomes(row.reason):
        raise Refused("not-this-outcome")
    why = _why(draft.why, of=TO_DESTROY) if draft.outcome == DESTROYED else ""
    ended = rows
    if draft.outcome == TAKEN:
        if row.reason in WITHOUT_TIME:
            _check_when(draft.when, received_at=received_at)
        ended = _take(rows[:ACTS_AT_ONCE], draft, worker_of=worker_of, received_at=received_at)
    settled = held.settle(ended, outcome=draft.outcome)
    told: dict[str, str | int] = {"outcome": draft.outcome, "why": why, "count": settled, "stay": len(rows) - settled}
    return _enter(
        RESOLVE, draft.id, draft.at, row, by=by, received_at=received_at,
        what=row.kind, reason=row.reason, day=row.day.isoformat(), **told,
    )  # fmt: skip


def outcomes(reason: str) -> tuple[str, ...]:
    """Return how a held act of this reason can end. Of two tellings the first stays: the second is never taken over it."""
    return (FIRST_KEPT,) if reason == "conflict" else (TAKEN, DESTROYED)


def alike(row: Held) -> QuerySet[Held]:
    """Return the held acts that stand on one line: same kind, site, day, reason and device."""
    return Held.objects.filter(kind=row.kind, site=row.site, day=row.day, reason=row.reason, sender=row.sender)


def _check_when(when: datetime | None, *, received_at: datetime) -> None:
    if when is None:
        raise Refused("when-needed")
    periods.check_happened(when, received_at=received_at)


class _StillHeld(Exception):  # noqa: N818  -- the field's word: nothing broke
    """The door still does not take it; what it kept meanwhile is rolled back."""


def _take(rows: Sequence[Held], draft: Resolution, *, worker_of: WorkerOf, received_at: datetime) -> list[Held]:
    """Send held acts through the door again; return those that were taken. The others get their present reason."""
    taken = []
    for row in rows:
        named = draft.worker if row.reason in WITHOUT_WORKER else None
        of = (lambda _id, named=named: named) if named else worker_of
        try:
            with transaction.atomic():
                told = json.loads(keys.ring().unseal(row.sealed))
                if row.reason in WITHOUT_TIME and draft.when:
                    told |= {"at": periods.write_moment(draft.when)}
                answer = acts.receive(told, worker_of=of, received_at=received_at)
                if answer.outcome == acts.HELD:
                    raise _StillHeld(answer.code)
        except _StillHeld as still:
            Held.objects.filter(pk=row.pk).update(reason=str(still))
        else:
            taken.append(row)
    return taken


def _row(held_id: uuid.UUID, *, by: Worker) -> Held:
    """Return a held act that this worker reviews; another site's is answered like one that is gone."""
    row = Held.objects.select_for_update().filter(pk=held_id).first()
    if row is None or not may_review(by, row.site):
        raise Refused("held-gone" if may_review(by, "") else "not-allowed")
    return row


def _opening(opening_id: uuid.UUID, *, by: Worker) -> Opening:
    found = Opening.objects.select_for_update().filter(pk=opening_id).select_related("held").first()
    if found is None or not may_review(by, found.held.site):
        raise Refused("held-gone" if may_review(by, "") else "not-allowed")
    return found


def _before(act_id: uuid.UUID, kind: str) -> Entry | None:
    """Return the entry of a step that was taken before: its form was sent twice. Raises Refused("stale-form") for another's id."""
    entry = find(act_id)
    if entry and entry.kind != kind:
        raise Refused("stale-form")
    return entry


def _why(chosen: Collection[str], *, of: Sequence[str]) -> str:
    """Return the chosen reasons as they are kept. Raises Refused("why-needed") for none, or one that is not offered."""
    if not chosen or not set(chosen) <= set(of):
        raise Refused("why-needed")
    return " ".join(one for one in of if one in chosen)


def _enter(
    kind: str, act_id: uuid.UUID, at: datetime, row: Held, *, by: Worker, received_at: datetime, **body: str | int
) -> Entry:
    stated = Stated(act_id, kind, 1, parse_id(row.site), at, body)
    return enter(stated, by=by, day=received_at.date())
