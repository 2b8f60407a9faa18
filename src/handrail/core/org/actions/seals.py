"""A shift's seal: the device keeps it, and a house whose copy was made before the shift was opened gets the shift back from it.

Authenticated encryption, bound to shift, device and site: nobody invents one, and it opens for no other device.
"""

import base64
import binascii
import uuid
from collections.abc import Mapping
from datetime import date, datetime

from handrail.core.common import keys, periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import models, queries, rules


def seal_shift(shift_id: uuid.UUID) -> str:
    """Return the seal of a shift that is on a device (base64url)."""
    row = models.Shift.objects.get(pk=shift_id)
    whose = keys.ring().decrypt(bytes(row.worker_sealed), about=queries.about_shift(shift_id))
    told = f"{whose} {row.day} {row.method} {periods.write_moment(row.until)}"
    sealed = keys.ring().encrypt(told, about=_about(shift_id, row.device_id, row.site_id))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def bring_back(seals: Mapping[str, str], device: queries.Device, *, received_at: datetime) -> None:
    """Bring back the shifts of this device that are not here; what does not open, or is older than names are kept, is passed over."""
    told = {shift_id: seal for text, seal in seals.items() if (shift_id := parse_id(text))}
    here = set(models.Shift.objects.filter(pk__in=told).values_list("id", flat=True))
    today = periods.site_day(received_at, queries.site(device.site_id).timezone)
    rows = [_row(shift_id, seal, device, today) for shift_id, seal in told.items() if shift_id not in here]
    models.Shift.objects.bulk_create([row for row in rows if row], ignore_conflicts=True)  # two sendings at once


def _row(shift_id: uuid.UUID, seal: str, device: queries.Device, today: date) -> models.Shift | None:
    ring = keys.ring()
    try:
        told = ring.decrypt(base64.urlsafe_b64decode(seal + "=="), about=_about(shift_id, device.id, device.site_id))
    except (Refused, binascii.Error, ValueError):
        return None
    worker, stamp, day, method, until = told.split()
    if date.fromisoformat(day) < today - rules.SHIFT_NAMES or queries.worker(uuid.UUID(worker)) is None:
        return None
    return models.Shift(
        id=shift_id, site_id=device.site_id, device_id=device.id, method=method, day=date.fromisoformat(day),
        until=datetime.fromisoformat(until),
        worker_sealed=ring.encrypt(f"{worker} {stamp}", about=queries.about_shift(shift_id)),
    )  # fmt: skip


def _about(shift_id: uuid.UUID, device_id: uuid.UUID | None, site_id: uuid.UUID | None) -> str:
    return f"org_shift|seal|{shift_id}|{device_id}|{site_id}"
