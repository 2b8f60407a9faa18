"""Questions about sites, workers, shifts and devices."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db.models import Count, Max, Q, QuerySet, Sum
from jwcrypto import jwk

from handrail.core.common import keys
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker

from . import models, rules

RAW_SIGNATURE = 64  # bytes: WebCrypto writes r and s one after the other, 32 bytes each


@dataclass(frozen=True)
class Site:
    """A site as other rooms see it."""

    id: uuid.UUID
    name: str
    timezone: str


def site(site_id: uuid.UUID | None) -> Site:
    """Return a site. Raises Refused("unknown-site")."""
    rows = list(models.Site.objects.filter(pk=site_id).values_list("id", "name", "timezone")) if site_id else []
    if not rows:
        raise Refused("unknown-site")
    return Site(*rows[0])


def sites() -> list[Site]:
    """Return every site, the first opened first."""
    return [Site(*row) for row in models.Site.objects.order_by("opened", "name").values_list("id", "name", "timezone")]


def sites_of(worker: Worker, permission: str) -> list[Site]:
    """Return the sites where a worker holds a permission."""
    return [one for one in sites() if worker.may(permission, site_id=one.id)]


def site_named(name: str | None) -> Site:
    """Return the site of this name, or the first one. Raises Refused("unknown-site")."""
    for one in sites():
        if name is None or one.name == name:
            return one
    raise Refused("unknown-site")


def worker(acting: uuid.UUID, *, stamp: str | None = None) -> Worker | None:
    """Return who acts under this id, a shift's or a worker's own, with what they may do at present; None for nobody.

    With a session's stamp: the worker of this id while the stamp is theirs, in one query.

    Raises:
        Refused("shift-ended"): it was a shift, and whose it was has been forgotten.
    """
    if stamp is not None:
        return _active(acting, stamp=stamp)
    sealed = models.Shift.objects.filter(pk=acting).values_list("worker_sealed", flat=True).first()
    if sealed is None:
        return _active(acting)
    whose = _unsealed(acting, sealed)
    if whose is None:
        raise Refused("shift-ended")
    known = _active(whose[0])
    return replace(known, shift=acting) if known else None


def on_shift(shift_id: uuid.UUID, *, now: datetime) -> Worker | None:
    """Return who may read as this shift now; None once it has ended, or the worker's stamp has changed since it was opened."""
    open_now = models.Shift.objects.filter(pk=shift_id, until__gt=now)
    sealed = open_now.values_list("worker_sealed", flat=True).first()
    whose = _unsealed(shift_id, sealed) if sealed is not None else None
    known = _active(whose[0], stamp=whose[1]) if whose else None
    return replace(known, shift=shift_id) if known else None


def shifts_of(worker_id: uuid.UUID, *, since: date) -> set[uuid.UUID]:
    """Return the shifts that a worker opened from a day on, and has a name behind still. For that worker's own eyes."""
    rows = models.Shift.objects.filter(day__gte=since).values_list("id", "worker_sealed")
    told = {shift_id: _unsealed(shift_id, sealed) for shift_id, sealed in rows}
    return {shift_id for shift_id, whose in told.items() if whose and whose[0] == worker_id}


def same_worker(recorded: str, by: Worker) -> bool:
    """Tell whether what stands under an act, a worker's id or a shift's, is this worker; a forgotten shift is nobody's."""
    if recorded in {str(by.id), str(by.signs_as)}:
        return True
    shift_id = parse_id(recorded) or by.id
    sealed = models.Shift.objects.filter(pk=shift_id).values_list("worker_sealed", flat=True).first()
    whose = _unsealed(shift_id, sealed) if sealed is not None else None
    return whose is not None and whose[0] == by.id


def about_shift(shift_id: uuid.UUID) -> str:
    """Name the field in which a shift's worker is sealed."""
    return f"org_shift|worker|{shift_id}"


def _unsealed(shift_id: uuid.UUID, sealed: bytes | memoryview) -> tuple[uuid.UUID, str] | None:
    """Return the worker's id, and their stamp when the shift was opened; None once both are erased."""
    if not sealed:
        return None
    whose, stamp = keys.ring().decrypt(bytes(sealed), about=about_shift(shift_id)).split()
    return uuid.UUID(whose), stamp


def _active(worker_id: uuid.UUID, *, stamp: str | None = None) -> Worker | None:
    rows = models.Worker.objects.filter(pk=worker_id, active=True)
    if stamp is not None:
        rows = rows.filter(stamp=stamp)
    found = list(rows.values_list("id", "handle", "roles__name", "roles__site_id"))
    return _worker(found) if found else None


def account(worker_id: uuid.UUID) -> rules.Account:
    """Return what a worker has to sign in with. Raises Refused("unknown-worker")."""
    row = models.Worker.objects.filter(pk=worker_id, active=True).annotate(keys=Count("passkeys"))
    told = row.values_list("one_time", "totp", "keys", "pin").first()
    if told is None:
        raise Refused("unknown-worker")
    one_time, totp, passkeys, pin = told
    return rules.Account(one_time, bool(totp), passkeys, bool(pin))


def stamp(worker_id: uuid.UUID) -> str:
    """Return the stamp that a session of this worker's carries."""
    return str(models.Worker.objects.values_list("stamp", flat=True).get(pk=worker_id))


def passkeys(worker_id: uuid.UUID) -> list[tuple[uuid.UUID, str, date]]:
    """Return a worker's passkeys: id, the name they are bound to, and the day they were added."""
    rows = models.Passkey.objects.filter(worker_id=worker_id).order_by("added", "id")
    return list(rows.values_list("id", "name", "added"))


def worker_named(handle: str) -> Worker:
    """Return an active worker by handle. Raises Refused("unknown-worker")."""
    found = models.Worker.objects.filter(handle=handle).values_list("id", flat=True).first()
    known = worker(found) if found else None
    if known is None:
        raise Refused("unknown-worker")
    return known


def _worker(rows: Sequence[tuple[uuid.UUID, str, str | None, uuid.UUID | None]]) -> Worker:
    grants = {(permission, site) for _, _, role, site in rows for permission in rules.ROLES.get(role or "", ())}
    return Worker(rows[0][0], rows[0][1], frozenset(grants))


@dataclass(frozen=True)
class Grant:
    """A role that a worker holds: since which day, and by which worker's grant."""

    role: str
    since: date
    by: str


def grants_of(worker_id: uuid.UUID, permission: str, *, site_id: uuid.UUID | None = None) -> list[Grant]:
    """Return the grants that let a worker do this everywhere, or at this site too, the oldest first."""
    roles = [name for name, may in rules.ROLES.items() if permission in may]
    where = Q(site__isnull=True) | Q(site=site_id) if site_id else Q(site__isnull=True)
    rows = models.Role.objects.filter(where, worker_id=worker_id, name__in=roles).order_by("since", "name")
    return [Grant(*row) for row in rows.values_list("name", "since", "granted_by")]


@dataclass(frozen=True)
class RoleHeld:
    """A role that a worker holds at a site, or at every site."""

    role: str
    site_id: uuid.UUID | None


def roles_held(worker_id: uuid.UUID) -> list[RoleHeld]:
    """Return the roles that a worker holds, by name."""
    rows = models.Role.objects.filter(worker_id=worker_id).order_by("name", "site_id")
    return [RoleHeld(*row) for row in rows.values_list("name", "site_id")]


def roles() -> list[tuple[str, list[tuple[str, str | None]]]]:
    """Return every worker's handle with their roles and the names of the sites where these hold (None: everywhere), by handle."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    rows = models.Worker.objects.order_by("handle", "roles__name", "roles__site__name")
    for handle, role, site in rows.values_list("handle", "roles__name", "roles__site__name"):
        found.setdefault(handle, []).extend([(role, site)] if role else [])
    return list(found.items())


def installation() -> models.Installation | None:
    """Return what this data folder is; None before it is set up."""
    return models.Installation.objects.first()


def is_demo() -> bool:
    """Tell whether this data folder is a demo, for life."""
    found = installation()
    return bool(found and found.demo)


def demo_visits() -> int | None:
    """Return how many visits the demo came with; None where this is no demo, or the demo is still being loaded."""
    told: int | None = models.DemoVisits.objects.aggregate(visits=Sum("visits"))["visits"]
    return told


def epoch() -> str:
    """Return the id of this life of the data: another one after every copy that was brought back; empty before it is set up."""
    last = models.Epoch.objects.order_by("-number").values_list("id", flat=True).first()
    return str(last or models.Installation.objects.values_list("id", flat=True).first() or "")


def copies() -> tuple[int, int] | None:
    """Return the number of the last copy begun and of the last one that is whole (0: none yet); None where no copies are kept.

    Copies are made one after another: what was saved when `begun` was n stands in a copy once `done` is more than n.
    """
    last = models.Copy.objects.aggregate(begun=Max("number"), done=Max("number", filter=Q(done=True)))
    return (last["begun"], last["done"] or 0) if last["begun"] else None


def last_copy_day() -> date | None:
    """Return the day of the last copy that is whole; None before the first."""
    return models.Copy.objects.filter(done=True).order_by("-number").values_list("day", flat=True).first()


@dataclass(frozen=True)
class Device:
    """A device as other rooms see it: where it is enrolled, of which kind it is, and the day on which that ended, or none."""

    id: uuid.UUID
    site_id: uuid.UUID
    label: str
    kind: str
    enrolled: date
    ended: date | None

    @property
    def revoked(self) -> bool:
        """Whether its acts are held."""
        return self.ended is not None


def device(device_id: uuid.UUID) -> Device:
    """Return a device. Raises Refused("unknown-device")."""
    rows = list(_devices().filter(pk=device_id))
    if not rows:
        raise Refused("unknown-device")
    return Device(*rows[0])


def devices(site_id: uuid.UUID) -> list[Device]:
    """Return a site's devices, those in use first, by name."""
    told = [Device(*row) for row in _devices().filter(site_id=site_id)]
    return sorted(told, key=lambda one: (one.revoked, one.label, one.id))


def _devices() -> QuerySet[models.Device, Any]:
    return models.Device.objects.values_list("id", "site_id", "label", "kind", "enrolled", "revoked")


def device_that_signed(device_id: uuid.UUID | None, *, body: bytes, signature: bytes) -> Device | None:
    """Return the device when it is known and this is its signature (ECDSA P-256 over SHA-256, raw r‖s); a revoked one too."""
    row = models.Device.objects.filter(pk=device_id).first() if device_id else None
    if row is None or len(signature) != RAW_SIGNATURE:
        return None
    half = RAW_SIGNATURE // 2
    der = encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    try:
        _public_key(row.public_key).verify(der, body, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return None
    return Device(row.id, row.site_id, row.label, row.kind, row.enrolled, row.revoked)


@dataclass(frozen=True)
class Contact:
    """What is known of a device's traffic: the last day it was heard from, acts missing at least, and since which day."""

    device: Device
    last: date
    missing: int
    since: date


def contacts() -> list[Contact]:
    """Return each device that was ever heard from, by name; a revoked one too: what it did not bring is missing all the same."""
    rows = models.DeviceDay.objects.order_by("device__label", "device_id", "day").values_list(
        "device_id", "device__site_id", "device__label", "device__kind", "device__enrolled", "device__revoked",
        "day", "new", "highest",
    )  # fmt: skip
    told = []
    for known, days in groupby(rows, key=lambda row: Device(*row[:6])):
        receipts = [rules.Receipt(*row[6:]) for row in days]
        told.append(Contact(known, receipts[-1].day, *rules.gap(receipts, enrolled=known.enrolled)))
    return told


def gaps() -> list[Contact]:
    """Return the devices of which acts are missing."""
    return [one for one in contacts() if one.missing]


@cache
def _public_key(text: str) -> ec.EllipticCurvePublicKey:
    key = load_pem_public_key(jwk.JWK(**json.loads(text)).export_to_pem())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key
