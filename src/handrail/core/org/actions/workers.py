"""Workers, their roles and passwords, and the first step of a sign-in."""

import uuid
from datetime import date, datetime
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import Q

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import models, queries, rules
from handrail.core.org.permissions import require

from . import tries

NOBODYS_PASSWORD = make_password("nobody's")  # checked when the handle is unknown, so that both take as long


@journal.one_act
def add_worker(draft: rules.NewWorker, *, password: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Add a worker who holds these roles; the password lets them in once, to choose their own (in a demo, for good)."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    handle, secret = rules.check_name(draft.handle), make_password(rules.check_password(password))
    if models.Worker.objects.filter(handle=handle).exists():
        raise Refused("handle-taken")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    one_time = not keys.ring().demo
    models.Worker.objects.create(id=draft.worker_id, handle=handle, password=secret, one_time=one_time)
    for role in draft.roles:
        _grant(draft.worker_id, rules.check_role(role), site_id=draft.site_id, by=by, day=entry.day)
    return entry


@journal.one_act
def change_role(draft: rules.RoleChange, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Grant a role or withdraw it."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    if not models.Worker.objects.filter(pk=draft.worker_id).exists():
        raise Refused("unknown-worker")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    held = models.Role.objects.filter(
        Q(site_id=draft.site_id), worker_id=draft.worker_id, name=rules.check_role(draft.role)
    )
    if not draft.granted:
        held.delete()
    elif not held.exists():
        _grant(draft.worker_id, draft.role, site_id=draft.site_id, by=by, day=entry.day)
    return entry


def _grant(worker_id: uuid.UUID, role: str, *, site_id: uuid.UUID | None, by: Worker, day: date) -> None:
    models.Role.objects.create(worker_id=worker_id, site_id=site_id, name=role, since=day, granted_by=str(by.id))


@journal.one_act
def set_password(draft: rules.NewPassword, *, password: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Give a worker another password and end every session they have.

    Their own choice leaves the second step as it is. One from the console lets them in once, to set up everything anew: it is
    the way back for who has lost their phone.
    """
    if known := journal.seen(draft.stated):
        return known
    own = by.id == draft.worker_id
    if not own:
        require(by, "org.change", site_id=None)
    changed: dict[str, Any] = {"password": make_password(rules.check_password(password)), "stamp": new_id()}
    changed |= {"one_time": False} if own else {"one_time": not keys.ring().demo, "totp": b"", "pin": ""}
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    if not models.Worker.objects.filter(pk=draft.worker_id).update(**changed):
        raise Refused("unknown-worker")
    if not own:
        models.Passkey.objects.filter(worker_id=draft.worker_id).delete()
    return entry


def sign_in(handle: str, password: str, *, now: datetime) -> tuple[Worker, str]:
    """Return the worker and the session stamp for a right password. A handle that is not known waits and answers like one that is.

    Raises:
        Refused: `wrong-sign-in` for a wrong handle or password alike; `sign-in-waits` while a lock-out runs.
    """
    typed = tries.tried("sign-in", handle)
    tries.check_wait(typed, now=now)
    row = models.Worker.objects.filter(handle=handle, active=True).first() if is_plain(handle) else None
    right = check_password(password, row.password if row else NOBODYS_PASSWORD)
    worker = queries.worker(row.pk) if row and right else None
    if row is None or worker is None:
        tries.count_failure(typed, now=now)
        raise Refused("wrong-sign-in")
    tries.count_anew(typed)
    return worker, str(row.stamp)
