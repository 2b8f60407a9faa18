"""Drafts of org's acts: what was stated, and nothing secret."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from handrail.core.common.acts import Stated
from handrail.core.common.ids import part_id

WINDOW_TABLET = "window-tablet"


@dataclass(frozen=True)
class NewSite:
    """A site is opened: its name and the time zone its day is reckoned in."""

    id: uuid.UUID
    site_id: uuid.UUID
    name: str
    timezone: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(
            self.id, "org.open_site", 1, self.site_id, self.at, {"name": self.name, "timezone": self.timezone}
        )


@dataclass(frozen=True)
class NewWorker:
    """A worker is added: a handle to sign in with and roles at one site (or everywhere). No name, no e-mail."""

    id: uuid.UUID
    worker_id: uuid.UUID
    handle: str
    roles: tuple[str, ...]
    site_id: uuid.UUID | None
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated; the password never is."""
        body = {"worker": str(self.worker_id), "handle": self.handle, "roles": sorted(self.roles)}
        return Stated(self.id, "org.add_worker", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class RoleChange:
    """A role is granted to a worker, or withdrawn."""

    id: uuid.UUID
    worker_id: uuid.UUID
    role: str
    site_id: uuid.UUID | None
    granted: bool
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"worker": str(self.worker_id), "role": self.role}
        kind = "org.grant_role" if self.granted else "org.withdraw_role"
        return Stated(self.id, kind, 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class NewPassword:
    """A worker is given another password."""

    id: uuid.UUID
    worker_id: uuid.UUID
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated; the password never is."""
        return Stated(self.id, "org.set_password", 1, None, self.at, {"worker": str(self.worker_id)})


@dataclass(frozen=True)
class NewDevice:
    """A device is enrolled at a site by its public key (EC P-256, JWK text)."""

    id: uuid.UUID
    device_id: uuid.UUID
    label: str
    public_key: str
    site_id: uuid.UUID
    at: datetime
    kind: str = WINDOW_TABLET

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {
            "device": str(self.device_id),
            "label": self.label,
            "device_kind": self.kind,
            "public_key": self.public_key,
        }
        return Stated(self.id, "org.enrol_device", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class NewInvitation:
    """A device is invited to a site: what the team calls it and of which kind it is. Its token is never stated."""

    id: uuid.UUID
    site_id: uuid.UUID
    label: str
    kind: str
    at: datetime

    @property
    def device_id(self) -> uuid.UUID:
        """The id that the device will go by."""
        return part_id(self.id, "device")

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"device": str(self.device_id), "label": self.label, "device_kind": self.kind}
        return Stated(self.id, "org.invite_device", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class DeviceEnd:
    """A device is revoked, with the reason why."""

    id: uuid.UUID
    device_id: uuid.UUID
    site_id: uuid.UUID
    reason: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"device": str(self.device_id), "reason": self.reason}
        return Stated(self.id, "org.revoke_device", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class OwnStep:
    """A worker adds or takes away a second step of their own: `what` is set_totp, add_passkey or remove_passkey."""

    id: uuid.UUID
    worker_id: uuid.UUID
    what: str
    at: datetime
    passkey_id: uuid.UUID | None = None

    @property
    def stated(self) -> Stated:
        """What was stated; no secret and no key."""
        body = {"worker": str(self.worker_id)} | ({"passkey": str(self.passkey_id)} if self.passkey_id else {})
        return Stated(self.id, f"org.{self.what}", 1, None, self.at, body)
