"""The second step: a code from a phone, and the PIN that unlocks an open shift."""

import uuid
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import models, queries, rules

from . import tries


@journal.one_act
def set_totp(draft: rules.OwnStep, *, secret: str, code: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Take a phone's codes as the second step, once its first code is right. Raises Refused("wrong-code")."""
    if known := journal.seen(draft.stated):
        return known
    check_own(draft, by)
    step = rules.step_of(code, secret=secret, at=received_at)
    if step is None or not _spend(by.id, step, now=received_at):
        raise Refused("wrong-code")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    sealed = keys.ring().encrypt(secret, about=_about(by.id))
    models.Worker.objects.filter(pk=by.id).update(totp=sealed)
    return entry


def check_own(draft: rules.OwnStep, by: Worker) -> None:
    """Raise Refused("not-allowed") unless it is the worker's own step: nobody sets one up for another."""
    if draft.worker_id != by.id:
        raise Refused("not-allowed")


def prove_code(worker: Worker, code: str, *, now: datetime) -> None:
    """Take a code from the worker's phone, once.

    Raises:
        Refused: `wrong-code` for a wrong, old or used one alike; `sign-in-waits` after too many.
    """
    typed = tries.tried("totp", str(worker.id))
    tries.check_wait(typed, now=now)
    sealed = models.Worker.objects.values_list("totp", flat=True).get(pk=worker.id)
    secret = keys.ring().decrypt(bytes(sealed), about=_about(worker.id)) if sealed else rules.new_secret()
    step = rules.step_of(code, secret=secret, at=now)
    if step is None or not sealed or not _spend(worker.id, step, now=now):
        tries.count_failure(typed, now=now)
        raise Refused("wrong-code")
    tries.count_anew(typed)


def _spend(worker_id: uuid.UUID, step: int, *, now: datetime) -> bool:
    return tries.spend("totp", str(worker_id), str(step), now=now)


def _about(worker_id: uuid.UUID) -> str:
    return f"org_worker|totp|{worker_id}"


def set_pin(worker: Worker, pin: str) -> None:
    """Set the worker's PIN. Raises Refused("bad-pin")."""
    secret = make_password(_keyed(worker.id, rules.check_pin(pin)))
    models.Worker.objects.filter(pk=worker.id).update(pin=secret)


def prove_pin(shift_id: uuid.UUID, pin: str, *, now: datetime) -> Worker:
    """Return the worker of an open shift for the right PIN.

    Raises:
        Refused: `wrong-pin`; `sign-in-waits` after five; `pin-spent` after ten, or where the shift is not open or has no PIN:
            it must be opened anew.
    """
    typed = tries.tried("pin", str(shift_id))
    worker = queries.on_shift(shift_id, now=now)
    kept = models.Worker.objects.values_list("pin", flat=True).get(pk=worker.id) if worker else ""
    if worker is None or not kept or tries.failures(typed) >= rules.PIN_TRIES:
        raise Refused("pin-spent")
    tries.check_wait(typed, now=now)
    if not check_password(_keyed(worker.id, pin), kept):
        tries.count_failure(typed, now=now)
        raise Refused("wrong-pin")
    tries.count_anew(typed)
    return worker


def _keyed(worker_id: uuid.UUID, pin: str) -> str:
    return keys.ring().pseudonym("pin", str(worker_id), pin.encode(errors="replace").decode())
