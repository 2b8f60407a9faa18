"""What changes the organisation: sites, workers, roles, devices, and the sign-in itself."""

from datetime import date, datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, Q

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import new_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker

from . import models, queries, rules
from .permissions import require

NOBODYS_PASSWORD = make_password("nobody's")  # checked when the handle is unknown, so that both take as long


@transaction.atomic
def install(*, demo: bool) -> None:
    """Say what this data folder is, once and for life."""
    models.Installation.objects.create(id=new_id(), demo=demo)


@transaction.atomic
def note_demo_visits(visits: int) -> None:
    """Say how many visits the demo came with, once it is loaded."""
    models.DemoVisits.objects.create(id=new_id(), visits=visits)


@journal.one_act
def open_site(draft: rules.NewSite, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Open a site."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    day = site_day(received_at, rules.check_timezone(draft.timezone))
    entry = journal.enter(draft.stated, by=by, day=day)
    name = rules.check_name(draft.name)
    models.Site.objects.create(id=draft.site_id, name=name, timezone=draft.timezone, opened=day)
    return entry


@journal.one_act
def add_worker(draft: rules.NewWorker, *, password: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Add a worker who signs in with this password and holds these roles."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    handle, secret = rules.check_name(draft.handle), make_password(rules.check_password(password))
    if models.Worker.objects.filter(handle=handle).exists():
        raise Refused("handle-taken")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Worker.objects.create(id=draft.worker_id, handle=handle, password=secret)
    for role in draft.roles:
        models.Role.objects.create(worker_id=draft.worker_id, site_id=draft.site_id, name=rules.check_role(role))
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
        models.Role.objects.create(worker_id=draft.worker_id, site_id=draft.site_id, name=draft.role)
    return entry


@journal.one_act
def set_password(draft: rules.NewPassword, *, password: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Give a worker another password and end every session they have."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    secret = make_password(rules.check_password(password))
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    if not models.Worker.objects.filter(pk=draft.worker_id).update(password=secret, stamp=new_id()):
        raise Refused("unknown-worker")
    return entry


@journal.one_act
def enrol_device(draft: rules.NewDevice, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Make a device known by its public key."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.change", site_id=None)
    label, public_key = rules.check_name(draft.label), rules.check_public_key(draft.public_key)
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Device.objects.create(
        id=draft.device_id, site_id=queries.site(draft.site_id).id, label=label, public_key=public_key
    )
    return entry


def sign_in(handle: str, password: str, *, now: datetime) -> tuple[Worker, str]:
    """Return the worker and the session stamp for a right password. A handle that is not known waits and answers like one that is.

    Raises:
        Refused: `wrong-sign-in` for a wrong handle or password alike; `sign-in-waits` while a lock-out runs.
    """
    typed = keys.ring().pseudonym("sign-in", handle)
    if models.SignInGuard.objects.filter(pk=typed, until__gt=now).exists():
        raise Refused("sign-in-waits")
    row = models.Worker.objects.filter(handle=handle, active=True).first() if is_plain(handle) else None
    right = check_password(password, row.password if row else NOBODYS_PASSWORD)
    worker = queries.worker(row.pk) if row and right else None
    if row is None or worker is None:
        _count_failure(typed, now=now)
        raise Refused("wrong-sign-in")
    models.SignInGuard.objects.filter(pk=typed).delete()
    return worker, str(row.stamp)


@transaction.atomic
def _count_failure(typed: str, *, now: datetime) -> None:
    models.SignInGuard.objects.bulk_create([models.SignInGuard(handle=typed, day=now.date())], ignore_conflicts=True)
    tries = models.SignInGuard.objects.filter(pk=typed)
    tries.update(failures=F("failures") + 1, day=now.date())
    wait = rules.wait_after(tries.get().failures)
    tries.update(until=now + wait if wait else None)


def forget_tries(*, before: date) -> None:
    """Let go of wrong passwords whose last try was before this day."""
    models.SignInGuard.objects.filter(day__lt=before).delete()
