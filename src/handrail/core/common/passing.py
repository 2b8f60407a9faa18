"""Keys that pass: each stands for a span of time and is destroyed when what it joined must be forgotten.

They lie in one file beside the ring, one line a span. Who has the database and not this file cannot join what it joined; once
a key is gone, neither can we.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "passing.json"
SECRET_BYTES = 32

_folder: list[Path] = []


def install(folder: Path) -> None:
    """Say where this process finds the keys that pass. Called when a home is opened, and by tests."""
    _folder[:] = [folder]


def find(span: str) -> bytes | None:
    """Return the key of a span; None when there is none, or it has been destroyed."""
    told = _read().get(span)
    return bytes.fromhex(told) if told else None


def make(span: str) -> bytes:
    """Return the key of a span, making it where there is none. Whether it may still be made is the caller's judgement."""
    if known := find(span):
        return known
    with _alone():
        told = _read()
        if span not in told:
            _write(told | {span: secrets.token_hex(SECRET_BYTES)})
    return make(span)


def end(span: str) -> bool:
    """Destroy the key of a span; tell whether there was one."""
    with _alone():
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
        told: dict[str, str] = json.loads(_path().read_text())
    except FileNotFoundError:
        return {}
    return told


def _write(told: dict[str, str]) -> None:
    path = _path()
    new = path.with_suffix(".new")
    with open(new, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


@contextmanager
def _alone() -> Iterator[None]:
    with open(_path().with_suffix(".lock"), "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
