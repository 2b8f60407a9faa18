"""Roles and what they may do; shifts and devices; drafts of org's acts; when a sign-in must wait."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from jwcrypto import jwk

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import part_id
from handrail.core.common.periods import coarse
from handrail.core.common.refusals import Refused

WINDOW = frozenset({"exchange.record", "naloxone.record", "people.scan", "supplies.see", "supplies.count"})
STOCK = frozenset({"supplies.see", "supplies.count", "supplies.receive"})

ROLES: Mapping[str, frozenset[str]] = {
    "outreach": WINDOW,
    "lead": WINDOW
    | STOCK
    | {"people.issue-cards", "journal.review", "exchange.undo-others", "indicators.see", "org.devices"},
    "stock": STOCK,
    "reviewer": frozenset({"journal.review"}),
    "manager": frozenset({"release.draft", "release.approve", "indicators.see"}),
    "approver": frozenset({"release.approve"}),  # may be someone outside: sees what is to be released and nothing else
    "importer": frozenset({"drugchecking.import"}),
    "operator": frozenset({"org.change", "org.devices", "journal.hold"}),
    "counsel-liaison": frozenset({"journal.hold"}),
}

SHIFT = timedelta(hours=12)  # a long shift; the sign-in ends with it
PASSWORD, TOTP, PASSKEY = "password", "totp", "passkey"

WINDOW_TABLET = "window-tablet"
IDLE_EDITION = 1
IDLE_MINUTES: Mapping[str, int | None] = {  # without a touch until the screen locks; none: never in open hours
    WINDOW_TABLET: 3,  # someone stands on the other side of the counter
    "van-tablet": 5,  # hands are busy, the door is ours
    "phone": 2,  # the one most easily lost
    "floor-board": None,  # shows no code, and an overdose waits for no PIN
    "desk-computer": 5,  # a room of our own
}  # which kinds, and that a board never locks: frontline practice; the minutes are ours, to be shortened by a site

TOKEN_BYTES = 16  # 128 bits: nobody guesses one in its half hour
TOKEN_LIVES = timedelta(minutes=30)
REASONS = ("lost", "stolen", "broken", "replaced", "retired")

EVERYWHERE = frozenset({"manager", "approver"})  # roles about the whole programme: never held at one site

FREE_TRIES = 5  # wrong passwords before a wait; ASVS 5.0 6.3.1 asks for a limit, the figure is ours
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_NAME = 80
PASSWORD_AT_LEAST = 12  # characters


def wait_after(failures: int) -> timedelta | None:
    """Return how long a sign-in must wait after so many wrong passwords in a row: none at first, then doubling to a ceiling."""
    if failures < FREE_TRIES:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 10)
    return min(doubled, LONGEST_WAIT)


def check_name(text: str) -> str:
    """Return a site's name or a handle as it may be kept. Raises Refused("bad-name")."""
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not is_plain(text) or "\n" in text:
        raise Refused("bad-name", longest=LONGEST_NAME)
    return text


def check_timezone(name: str) -> str:
    """Return an IANA time zone's name. Raises Refused("unknown-timezone")."""
    if name not in available_timezones():
        raise Refused("unknown-timezone")
    return ZoneInfo(name).key


def check_password(password: str) -> str:
    """Return a password long enough to be one. Raises Refused("short-password")."""
    if len(password) < PASSWORD_AT_LEAST:
        raise Refused("short-password", least=PASSWORD_AT_LEAST)
    return password


def check_role(name: str) -> str:
    """Return a role's name. Raises Refused("unknown-role")."""
    if name not in ROLES:
        raise Refused("unknown-role")
    return name


def check_public_key(text: str) -> str:
    """Return a device's public key (JWK text, EC P-256, no private part). Raises Refused("bad-key")."""
    try:
        key = jwk.JWK.from_json(text)
        told = key.export(private_key=False, as_dict=True)
    except (ValueError, TypeError, jwk.InvalidJWKValue, jwk.InvalidJWKType):
        raise Refused("bad-key") from None
    if key.has_private or told.get("kty") != "EC" or told.get("crv") != "P-256":
        raise Refused("bad-key")
    return text


def is_same_key(one: str, other: str) -> bool:
    """Tell whether two texts hold the same public key."""
    return str(jwk.JWK.from_json(one).thumbprint()) == str(jwk.JWK.from_json(other).thumbprint())


def check_device_kind(kind: str) -> str:
    """Return a kind of device. Raises Refused("unknown-device-kind")."""
    if kind not in IDLE_MINUTES:
        raise Refused("unknown-device-kind")
    return kind


def check_end(draft: "DeviceEnd", *, enrolled_at: uuid.UUID) -> None:
    """Raise Refused: `unknown-device` for one of another site, `unknown-reason`."""
    if draft.site_id != enrolled_at:
        raise Refused("unknown-device")
    if draft.reason not in REASONS:
        raise Refused("unknown-reason")


def check_method(method: str, *, demo: bool) -> None:
    """Raise Refused("second-step-needed") unless this opens a shift: a passkey, or a password with a code; in a demo a password alone."""
    if method not in {TOTP, PASSKEY} and not (demo and method == PASSWORD):
        raise Refused("second-step-needed")


def shift_ends(opened: datetime) -> datetime:
    """Return when a shift ends by itself, rounded up to a quarter of an hour: the exact moment would tell who opened it."""
    return coarse(opened + SHIFT) + timedelta(minutes=15)


@dataclass(frozen=True)
class Receipt:
    """One day on which a device was heard from: how many of its acts were new, and the highest running number among them."""

    day: date
    new: int
    highest: int


def gap(receipts: Iterable[Receipt], *, enrolled: date) -> tuple[int, date]:
    """Return how many of a device's acts are missing at least, and since which day (the last on which none was).

    A device numbers its acts from 1 without a hole. What came is counted once, whenever it came: so the highest number seen less
    the number of acts is what has not come yet, in any order of arrival. What lies past the highest number nobody can know.
    """
    count = highest = missing = 0
    since = enrolled
    for receipt in sorted(receipts, key=lambda one: one.day):
        count, highest = count + receipt.new, max(highest, receipt.highest)
        missing = max(0, highest - count)
        since = since if missing else receipt.day
    return missing, since


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
