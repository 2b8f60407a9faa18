"""Devices: invited by a sheet, enrolled by their own key, heard from, revoked."""

import secrets
import uuid
from datetime import date, datetime

from django.db import connection, transaction

from handrail.core import journal
from handrail.core.common import keys, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import models, queries, rules
from handrail.core.org.permissions import require


@journal.one_act
def add_device(draft: rules.NewDevice, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Make a device known by its public key."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "org.devices", site_id=draft.site_id)
    site, label = queries.site(draft.site_id), rules.check_name(draft.label)
    kind, public_key = rules.check_device_kind(draft.kind), rules.check_public_key(draft.public_key)
    day = periods.site_day(received_at, site.timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Device.objects.create(
        id=draft.device_id, site_id=site.id, label=label, kind=kind, public_key=public_key, enrolled=day
    )
    return entry


@journal.one_act
def invite_device(draft: rules.NewInvitation, *, by: Worker, received_at: datetime) -> tuple[journal.Entry, str]:
    """Invite one device; return the entry and the token for its sheet. A repeated act gets no token: it was shown once."""
    if known := journal.seen(draft.stated):
        return known, ""
    require(by, "org.devices", site_id=draft.site_id)
    site, token = queries.site(draft.site_id), secrets.token_urlsafe(rules.TOKEN_BYTES)
    entry = journal.enter(draft.stated, by=by, day=periods.site_day(received_at, site.timezone))
    models.Invitation.objects.create(
        token=_digest(token), device=draft.device_id, site_id=site.id, label=rules.check_name(draft.label),
        kind=rules.check_device_kind(draft.kind), worker_id=by.id, until=received_at + rules.TOKEN_LIVES,
    )  # fmt: skip
    return entry, token


@transaction.atomic
def enrol_device(token: str, public_key: str, *, received_at: datetime) -> queries.Device:
    """Let the device in whose key this is; the same key may ask again, another finds the sheet used.

    Raises:
        Refused: `enrol-ended` for a token that is unknown, old or used by another; `bad-key`, which leaves the sheet unused;
            `not-allowed` when whoever printed the sheet may no longer invite.
    """
    public_key = rules.check_public_key(public_key)
    asked = models.Invitation.objects.filter(pk=_digest(token), until__gt=received_at).first()
    if asked is None:
        raise Refused("enrol-ended")
    if not models.Invitation.objects.filter(pk=asked.pk, spent=False).update(spent=True):
        return _enrolled_before(asked.device, public_key)
    by = queries.worker(asked.worker_id)
    if by is None:
        raise Refused("not-allowed")
    draft = rules.NewDevice(new_id(), asked.device, asked.label, public_key, asked.site_id, received_at, asked.kind)
    add_device(draft, by=by, received_at=received_at)
    return queries.device(asked.device)


def _enrolled_before(device_id: uuid.UUID, public_key: str) -> queries.Device:
    kept = models.Device.objects.filter(pk=device_id, revoked=None).values_list("public_key", flat=True).first()
    if kept is None or not rules.is_same_key(kept, public_key):
        raise Refused("enrol-ended")
    return queries.device(device_id)


def _digest(token: str) -> str:
    return keys.ring().pseudonym("enrol", token if token.isascii() else "")


@journal.one_act
def revoke_device(draft: rules.DeviceEnd, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Revoke a device: its acts are held from now on, and the shifts opened on it end."""
    if known := journal.seen(draft.stated):
        return known
    device = queries.device(draft.device_id)
    require(by, "org.devices", site_id=device.site_id)
    rules.check_end(draft, enrolled_at=device.site_id)
    day = periods.site_day(received_at, queries.site(device.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Device.objects.filter(pk=device.id, revoked=None).update(revoked=day)
    models.Shift.objects.filter(device_id=device.id, until__gt=received_at).update(until=periods.coarse(received_at))
    return entry


def note_contact(device_id: uuid.UUID, *, day: date, new: int, highest_seq: int) -> None:
    """Count what a device brought on this day of its site: acts that were new, and the highest running number. One statement.

    It belongs inside the transaction that takes the batch: a count that stands without its acts would hide a gap.
    """
    table = models.DeviceDay._meta.db_table
    device = models.Device._meta.pk.get_db_prep_save(device_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (device_id, day, new, highest) VALUES (%s, %s, %s, %s) "  # noqa: S608  -- our own table; the values are parameters
            f"ON CONFLICT (device_id, day) DO UPDATE SET new = {table}.new + excluded.new, highest = CASE "
            f"WHEN excluded.highest > {table}.highest THEN excluded.highest ELSE {table}.highest END",
            (device, day.isoformat(), new, highest_seq),
        )
