"""Files of the key folder: readable, or wrapped by a passphrase that is asked for at every start.

A wrapped folder holds `wrapping.json`: a random data key under a key that Argon2id makes of the passphrase. Each file that holds
secrets is then that data key's ciphertext (AES-256-GCM, bound to the file's name). Without the passphrase nobody opens them.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .refusals import Refused

NAME, LOCK = "wrapping.json", "keys.lock"
HEAD = b"handrail: wrapped 1\n"
KEY_BYTES, SALT_BYTES, NONCE_BYTES = 32, 16, 12
MEMORY_KIB, PASSES, LANES = 131_072, 4, 2  # Argon2id: 128 MiB, about a second; GlobaLeaks' figures
TRIES = 3  # a file that is read while it is replaced may show the zeros that are written over what was there
PASSPHRASE_AT_LEAST = 16  # characters: five words drawn at random have more

_keys: dict[Path, bytes] = {}  # data keys of the folders that this process has opened


def is_wrapped(folder: Path) -> bool:
    """Tell whether a passphrase stands before this folder's secrets."""
    return (folder / NAME).exists()


def is_open(folder: Path) -> bool:
    """Tell whether this process has the data key of a wrapped folder."""
    return folder in _keys


def data_key(folder: Path) -> bytes | None:
    """Return the data key of a folder that this process has opened, to hand it to one's own children; None without one."""
    return _keys.get(folder)


def install(folder: Path, key: bytes) -> None:
    """Open a folder with its data key, as the parent process handed it on."""
    _keys[folder] = key


def forget(folder: Path) -> None:
    """Let the data key of a folder go from this process."""
    _keys.pop(folder, None)


def unwrap(folder: Path, passphrase: str) -> None:
    """Open a wrapped folder for this process. Raises Refused("wrong-passphrase")."""
    told = json.loads((folder / NAME).read_text())
    cost = {name: int(told[name]) for name in ("memory_kib", "passes", "lanes")}
    try:
        key = AESGCM(_stretch(passphrase, bytes.fromhex(told["salt"]), cost)).decrypt(
            bytes.fromhex(told["nonce"]), bytes.fromhex(told["key"]), _about(cost)
        )
    except (InvalidTag, ValueError):
        raise Refused("wrong-passphrase") from None
    install(folder, key)


def wrap(folder: Path, passphrase: str, *, names: tuple[str, ...]) -> None:
    """Put a passphrase before the secrets of a folder, or another one in place of the one before (it must be open then).

    A run that was cut off leaves files that are wrapped and files that are not; both are read, and the next run ends it.

    Raises:
        Refused: `short-passphrase`; `keys-locked` when the folder is wrapped and not open.
    """
    if len(passphrase) < PASSPHRASE_AT_LEAST:
        raise Refused("short-passphrase", least=PASSPHRASE_AT_LEAST)
    if is_wrapped(folder) and not is_open(folder):
        raise Refused("keys-locked")
    key = _keys.get(folder) or secrets.token_bytes(KEY_BYTES)
    cost = {"memory_kib": MEMORY_KIB, "passes": PASSES, "lanes": LANES}
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    closed = AESGCM(_stretch(passphrase, salt, cost)).encrypt(nonce, key, _about(cost))
    replace(folder / NAME, json.dumps({**cost, "salt": salt.hex(), "nonce": nonce.hex(), "key": closed.hex()}).encode())
    install(folder, key)
    for path in (folder / name for name in names):
        if path.exists():
            write(path, read(path))


def read(path: Path) -> str:
    """Read a file of the key folder, wrapped or not. Raises Refused: `keys-locked`, `keys-broken`."""
    for _ in range(TRIES):
        told = path.read_bytes()
        if not told.startswith(HEAD):
            if told and b"\0" not in told:
                return told.decode(errors="replace")
            continue
        if path.parent not in _keys:
            raise Refused("keys-locked")
        body = told[len(HEAD) :]
        with suppress(InvalidTag):
            key = AESGCM(_keys[path.parent])
            return key.decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], path.name.encode()).decode()
    raise Refused("keys-broken", where=str(path))


def write(path: Path, text: str) -> None:
    """Put a text in a file's place, whole or not at all, for its owner alone; wrapped where the folder is. What was there is overwritten.

    Raises Refused("keys-locked") when the folder is wrapped and not open.
    """
    key, told = _keys.get(path.parent), text.encode()
    if key is None and is_wrapped(path.parent):
        raise Refused("keys-locked")
    if key is not None and is_wrapped(path.parent):
        nonce = secrets.token_bytes(NONCE_BYTES)
        told = HEAD + nonce + AESGCM(key).encrypt(nonce, told, path.name.encode())
    replace(path, told)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from changing the key folder meanwhile."""
    with open(folder / LOCK, "w", opener=_private) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def overwrite(path: Path) -> None:
    """Write zeros over a file and remove it; nothing happens where there is none. A disk that remaps blocks may keep a trace.

    A file that goes by another name too only loses this one.
    """
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        if os.fstat(file).st_nlink == 1:
            _blank(file)
    finally:  # a disk that takes no zeros lets the name go all the same
        os.close(file)
        path.unlink()


def replace(path: Path, told: bytes) -> None:
    """Put bytes in a file's place as they are, whole or not at all, for its owner alone. What was there is overwritten."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    before = os.open(path, os.O_RDWR) if path.exists() else None
    try:
        with open(new, "wb", opener=_private) as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        _settle(path.parent)
        if before is not None:
            _blank(before)
    finally:
        new.unlink(missing_ok=True)
        if before is not None:
            os.close(before)


def _blank(file: int) -> None:
    left = os.fstat(file).st_size
    os.lseek(file, 0, os.SEEK_SET)
    while left > 0:
        left -= os.write(file, bytes(min(left, 1 << 20)))
    os.fsync(file)


def _settle(folder: Path) -> None:
    """Make a new name in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _stretch(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=cost["passes"], memory_cost=cost["memory_kib"], parallelism=cost["lanes"],
        hash_len=KEY_BYTES, type=Type.ID,
    )  # fmt: skip


def _about(cost: dict[str, int]) -> bytes:
    return json.dumps(cost, sort_keys=True).encode()
