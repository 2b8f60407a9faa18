"""A shift: how it is opened, when it ends, what the next step of a sign-in is; codes and PINs."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import totp

from handrail.core.common.periods import coarse
from handrail.core.common.refusals import Refused

SHIFT = timedelta(hours=12)  # a long shift; the sign-in ends with it
SHIFT_NAMES = timedelta(days=30)  # privacy rules 2.4: worker and shift part after 30 days
PASSWORD, TOTP, PASSKEY = "password", "totp", "passkey"
PASSWORD_STEP, SET_UP_STEP, CODE_STEP, PIN_STEP, OPEN = "own-password", "set-up", "code", "pin", "open"

SECRET_BYTES = 20  # 160 bits, RFC 4226, section 4, R6
CODE_SECONDS, CODE_DIGITS = 30, 6  # RFC 6238, section 5.2; with SHA-1 it is what every authenticator reads
STEPS_APART = 1  # a phone's clock may be one step behind or ahead, RFC 6238, section 5.2
PIN_SHORTEST, PIN_LONGEST = 4, 6  # digits: trust reference, 2.7
PIN_TRIES = 10  # wrong ones in one shift; after that it is opened anew
ROWS = ("0123456789", "9876543210")


@dataclass(frozen=True)
class Account:
    """What a worker has to sign in with, as far as the next step asks."""

    one_time: bool
    totp: bool
    passkeys: int
    pin: bool


def next_step(account: Account, *, proved: str, demo: bool) -> str:
    """Return what a sign-in asks for next, after the password (or, proved, a passkey or code) was right.

    A demo asks for nothing more than its password: nobody real is in it.
    """
    if account.one_time:
        return PASSWORD_STEP
    if demo:
        return OPEN
    if not proved:
        return CODE_STEP if account.totp or account.passkeys else SET_UP_STEP
    return OPEN if account.pin else PIN_STEP


def check_method(method: str, *, demo: bool) -> None:
    """Raise Refused("second-step-needed") unless this opens a shift: a passkey, or a password with a code; in a demo a password alone."""
    if method not in {TOTP, PASSKEY} and not (demo and method == PASSWORD):
        raise Refused("second-step-needed")


def shift_ends(opened: datetime) -> datetime:
    """Return when a shift ends by itself, rounded up to a quarter of an hour: the exact moment would tell who opened it."""
    return coarse(opened + SHIFT) + timedelta(minutes=15)


def new_secret() -> str:
    """Draw a secret that a phone makes codes from (hex)."""
    return secrets.token_hex(SECRET_BYTES)


def code_at(secret: str, step: int) -> str:
    """Return the code of one step of 30 seconds, counted from 1970."""
    return _generator(secret).generate(step * CODE_SECONDS).decode()


def step_of(code: str, *, secret: str, at: datetime) -> int | None:
    """Return the step whose code this is, the present one or a neighbour; None for a wrong code."""
    now = int(at.timestamp()) // CODE_SECONDS
    typed = "".join(code.split())
    found = None
    for step in range(now - STEPS_APART, now + STEPS_APART + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode("utf-8", "replace")):
            found = step
    return found


def provisioning(secret: str, *, handle: str, issuer: str) -> str:
    """Return the address (otpauth:) that an authenticator reads as a QR."""
    return _generator(secret).get_provisioning_uri(handle, issuer)


def spoken(secret: str) -> str:
    """Write a secret as authenticators let one type it: base32 in groups of four."""
    text = base64.b32encode(bytes.fromhex(secret)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _generator(secret: str) -> totp.TOTP:
    return totp.TOTP(bytes.fromhex(secret), CODE_DIGITS, SHA1(), CODE_SECONDS)  # noqa: S303  -- RFC 6238 as phones read it


def check_pin(pin: str) -> str:
    """Return a PIN of 4 to 6 digits, not all the same and not in a row. Raises Refused("bad-pin")."""
    digits = pin.isascii() and pin.isdigit() and PIN_SHORTEST <= len(pin) <= PIN_LONGEST
    if not digits or len(set(pin)) == 1 or any(pin in row for row in ROWS):
        raise Refused("bad-pin", least=PIN_SHORTEST, most=PIN_LONGEST)
    return pin
