"""Devices: which kinds there are and when each locks, their keys, and what is missing of what they made."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jwcrypto import jwk

from handrail.core.common.refusals import Refused

from .drafts import WINDOW_TABLET, DeviceEnd

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


def check_end(draft: DeviceEnd, *, enrolled_at: uuid.UUID) -> None:
    """Raise Refused: `unknown-device` for one of another site, `unknown-reason`."""
    if draft.site_id != enrolled_at:
        raise Refused("unknown-device")
    if draft.reason not in REASONS:
        raise Refused("unknown-reason")


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
