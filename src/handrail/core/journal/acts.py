"""How acts come in from outside: a phone's batch, a file, a test. One door: `receive` for one act, `receive_many` for rows of one kind."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from handrail.core.common import canonical, keys, periods
from handrail.core.common.ids import parse_id, parse_random_id
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker

from . import entering, held, kinds
from .entering import Entry

ENVELOPE_VERSION = 1
FRAME = frozenset({"v", "id", "kind", "kind_version", "site", "at", "worker", "device", "device_seq", "body"})
SEALED = frozenset({"id", "sealed"})
ROWS_AT_ONCE = 500
HIGHEST_SEQ = (
    10_000_000  # ours: an act a second for sixteen weeks; beyond it a counter is broken, and would accuse of a gap
)

SAVED, ALREADY, HELD = "saved", "already", "held"


@dataclass(frozen=True)
class Answer:
    """What became of one act. A device is told `saved` for saved and already; the console keeps them apart.

    `fresh`: it was heard for the first time, saved or held; `device_seq` is its running number, 0 where it cannot be read.
    """

    id: str
    outcome: str
    code: str = ""
    fresh: bool = False
    device_seq: int = 0


@dataclass(frozen=True)
class Sender:
    """The device that signed a batch, and the site it is enrolled at: it speaks for itself and for that site only.

    What a `revoked` device brings is held, but for what it had brought before.
    """

    device: str
    site: str
    revoked: bool = False


@dataclass(frozen=True)
class _Told:
    """One act as it came, opened where it was sealed; `wrong` says why it could not be opened."""

    act: Any
    wrong: str = ""


WorkerOf = Callable[[uuid.UUID], Worker | None]


def open_envelope(told: Any, *, received_at: datetime) -> tuple[kinds.Envelope, uuid.UUID]:
    """Check the frame of envelope v1 and open it; return it and the worker's id.

    Raises:
        Refused: `not-an-act`, `unknown-envelope`, `not-canonical`, `time-unknown`, `date-ahead`, `date-too-old`.
    """
    if not isinstance(told, Mapping) or set(told) != FRAME:
        raise Refused("not-an-act")
    if told["v"] != ENVELOPE_VERSION:
        raise Refused("unknown-envelope")
    canonical.canonical(told)
    if told["at"] == "":  # a device that does not know the time says so
        raise Refused("time-unknown")
    act_id, worker_id, at = parse_random_id(told["id"]), parse_id(told["worker"]), periods.parse_moment(told["at"])
    site_id = parse_id(told["site"])
    framed = (
        _is_count(told["device_seq"])
        and isinstance(told["kind"], str)
        and isinstance(told["kind_version"], int)
        and isinstance(told["body"], Mapping)
    )
    if not (act_id and worker_id and at and framed and (site_id or told["site"] == "")):
        raise Refused("not-an-act")
    periods.check_happened(at, received_at=received_at)
    envelope = kinds.Envelope(act_id, told["kind"], told["kind_version"], site_id, at, told["body"])
    return envelope, worker_id


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= HIGHEST_SEQ


def _opened(told: Any) -> _Told:
    if not (isinstance(told, Mapping) and set(told) == SEALED and isinstance(told["sealed"], str)):
        return _Told(told)
    try:
        act = json.loads(keys.ring().open_act(told["sealed"]))
    except Refused as refusal:
        return _Told(told, refusal.code)
    except (ValueError, RecursionError):
        return _Told(told, "not-an-act")
    same = isinstance(act, Mapping) and act.get("id") == told["id"]  # the id outside is the one that is answered
    return _Told(act) if same else _Told(told, "not-an-act")


def receive(told: Any, *, worker_of: WorkerOf, received_at: datetime, sender: Sender | None = None) -> Answer:
    """Take one act, plain or sealed to a site key; what cannot be taken is held for a reviewer. Nothing is dropped."""
    return _receive(_opened(told), worker_of=worker_of, received_at=received_at, sender=sender)


def _receive(told: _Told, *, worker_of: WorkerOf, received_at: datetime, sender: Sender | None) -> Answer:
    act_id, seq = _id_text(told.act), _seq(told.act)
    try:
        entry = _run(told, worker_of=worker_of, received_at=received_at, sender=sender)
    except Conflict as conflict:
        fresh = held.keep(conflict, received_at=received_at, device=sender.device if sender else "")
        return Answer(act_id, HELD, "conflict", fresh, seq)
    except Refused as refusal:
        of = {"device": sender.device, "site": sender.site} if sender else {}
        fresh = held.keep_refused(told.act, reason=refusal.code, received_at=received_at, **of)
        return Answer(act_id, HELD, refusal.code, fresh, seq)
    return Answer(act_id, ALREADY if entry.already else SAVED, "", not entry.already, seq)


def _run(told: _Told, *, worker_of: WorkerOf, received_at: datetime, sender: Sender | None) -> Entry:
    if told.wrong:
        raise Refused(told.wrong)
    envelope, worker_id = open_envelope(told.act, received_at=received_at)
    if sender and (told.act["device"], told.act["site"]) != (sender.device, sender.site):
        raise Refused("not-this-devices")
    kind = kinds.kind(envelope.kind, envelope.version)
    draft = kind.parse(envelope)
    if sender and sender.revoked and not entering.seen(draft.stated):
        raise Refused("device-revoked")
    by = worker_of(worker_id)
    if by is None:
        raise Refused("unknown-worker")
    entry: Entry = kind.run(draft, by=by, received_at=received_at)
    return entry


def receive_batch(
    batch: Sequence[Any], *, worker_of: WorkerOf, received_at: datetime, sender: Sender | None = None,
    first: Callable[[], None] | None = None, heard: Callable[[Sequence[Answer]], None] | None = None,
) -> list[Answer]:  # fmt: skip
    """Take a device's batch in one transaction, a savepoint an act. Its order does not matter.

    Within it `first` is called before the acts, and `heard` is told the answers.

    What others stand on comes first (a delivery before what is given of its lot, a visit before its undoing), then the order
    of ids: two sendings of a shuffled batch never wait for one another in a circle.
    """
    opened = [_opened(one) for one in batch]  # before the transaction: it holds every other writer up
    order = sorted(range(len(batch)), key=lambda place: (_stage(opened[place].act), _id_text(opened[place].act)))
    with transaction.atomic():
        if first:
            first()
        answers = {
            place: _receive(opened[place], worker_of=worker_of, received_at=received_at, sender=sender)
            for place in order
        }
        told = [answers[place] for place in range(len(batch))]
        if heard:
            heard(told)
    return told


def _stage(told: Any) -> int:
    name = told.get("kind") if isinstance(told, Mapping) else None
    return min((kind.stage for kind in kinds.registered() if kind.name == name), default=0)


def _seq(told: Any) -> int:
    seq = told.get("device_seq") if isinstance(told, Mapping) else None
    return seq if _is_count(seq) and isinstance(seq, int) else 0


def _id_text(told: Any) -> str:
    return str(told.get("id", "")) if isinstance(told, Mapping) else ""


def receive_many(drafts: Sequence[kinds.Draft], *, kind: kinds.Kind, by: Worker, received_at: datetime) -> list[Answer]:
    """Take up to ROWS_AT_ONCE drafts of one kind at once; when one of them does not fit, take them one by one."""
    assert kind.run_many is not None
    try:
        entries = kind.run_many(drafts, by=by, received_at=received_at)
    except (Conflict, Refused):
        return [_take(draft, kind=kind, by=by, received_at=received_at) for draft in drafts]
    return [Answer(str(entry.id), ALREADY if entry.already else SAVED) for entry in entries]


def _take(draft: kinds.Draft, *, kind: kinds.Kind, by: Worker, received_at: datetime) -> Answer:
    act_id = str(draft.stated.id)
    try:
        entry: Entry = kind.run(draft, by=by, received_at=received_at)
    except Conflict as conflict:
        held.keep(conflict, received_at=received_at)
        return Answer(act_id, HELD, "conflict")
    except Refused as refusal:
        return Answer(act_id, HELD, refusal.code)
    return Answer(act_id, ALREADY if entry.already else SAVED)
