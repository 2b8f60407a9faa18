"""Keys that pass: each stands for a span of time and is destroyed when what it joined must be forgotten.

They lie in one file beside the ring (wrapped where the ring is), one entry a span. Who has the database and not this file cannot join what it joined; once
a key is gone, neither can we.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from . import wrapping

NAME = "passing.json"
SECRET_BYTES = 32

_folder: list[Path] = []


def install(folder: Path) -> None:
    """Say where this process finds the keys that pass. Called when a home is opened, and by tests."""
    _folder[:] = [folder]


def folder() -> Path:
    """Return the folder of the keys that pass."""
    return _folder[0]


def find(span: str) -> bytes | None:
    """Return the key of a span; None when there is none, or it has been destroyed."""
    told = _read().get(span)
    return bytes.fromhex(told) if told else None


def make(span: str) -> bytes:
    """Return the key of a span, making it where there is none. Whether it may still be made is the caller's judgement."""
    if known := find(span):
        return known
    with wrapping.alone(_folder[0]):
        told = _read()
        if span not in told:
            _write(told | {span: secrets.token_hex(SECRET_BYTES)})
    return make(span)


def keyed(key: bytes, *parts: str) -> str:
    """Return what stands for these parts under a key (32 hex digits, 128 bits)."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def end(span: str) -> bool:
    """Destroy the key of a span; tell whether there was one."""
    with wrapping.alone(_folder[0]):
        told = _read()
        ended = told.pop(span, None)
        if ended:
            _write(told)
    return ended is not None


def spans() -> list[str]:
    """Return the spans that have a key."""
    return sorted(_read())


def _path() -> Path:
    return _folder[0] / NAME


def _read() -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads(wrapping.read(_path()))
    except FileNotFoundError:
        return {}
    return told


def _write(told: dict[str, str]) -> None:
    wrapping.write(_path(), json.dumps(told))
