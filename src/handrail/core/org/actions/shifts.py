"""A shift is opened once; its id signs what is recorded. Whose it is stands sealed beside it, for 30 days."""

import uuid
from dataclasses import replace
from datetime import date, datetime

from handrail.core.common import keys, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import models, queries, rules


def open_shift(worker: Worker, *, method: str, device_id: uuid.UUID | None = None, now: datetime) -> Worker:
    """Open a shift of this worker, on a device or at a desk; return the worker, who now signs as it.

    Raises:
        Refused: `second-step-needed` for a password alone outside a demo; `unknown-device` for one that is not in use; `not-allowed` on a device
            of a site where the worker holds no role.
    """
    ring = keys.ring()
    rules.check_method(method, demo=ring.demo)
    row = models.Worker.objects.filter(pk=worker.id, active=True).values_list("stamp", flat=True).first()
    if row is None:
        raise Refused("unknown-worker")
    site, shift_id = _site(worker, device_id), new_id()
    models.Shift.objects.create(
        id=shift_id, site_id=site.id if site else None, device_id=device_id, method=method,
        day=periods.site_day(now, site.timezone if site else "Etc/UTC"), until=rules.shift_ends(now),
        worker_sealed=ring.encrypt(f"{worker.id} {row}", about=queries.about_shift(shift_id)),
    )  # fmt: skip
    return replace(worker, shift=shift_id)


def _site(worker: Worker, device_id: uuid.UUID | None) -> queries.Site | None:
    """Return where the shift is: at the device's site, else the first at which the worker holds a role."""
    if device_id is None:
        mine = {site for _, site in worker.grants}
        return next((one for one in queries.sites() if one.id in mine or None in mine), None)
    device = models.Device.objects.filter(pk=device_id, revoked=None).first()
    if device is None:
        raise Refused("unknown-device")
    if not {site for _, site in worker.grants} & {device.site_id, None}:
        raise Refused("not-allowed")
    return queries.site(device.site_id)


def close_shift(shift_id: uuid.UUID, *, device_id: uuid.UUID | None = None, now: datetime) -> None:
    """End a shift, one of this device where a device says so: nobody reads as it any more. What was recorded in it may still arrive."""
    rows = models.Shift.objects.filter(pk=shift_id, until__gt=now)
    (rows.filter(device_id=device_id) if device_id else rows).update(until=periods.coarse(now))


def forget_shift_names(before: date) -> int:
    """Erase whose the shifts of the days before this one were; return how many. An act of theirs that comes later is held."""
    return models.Shift.objects.filter(day__lt=before).exclude(worker_sealed=b"").update(worker_sealed=b"")
