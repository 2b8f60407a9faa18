"""The form of a copy: an age file around `tar.gz`, in it `manifest.json` and then the database.

`age -d -i KEY FILE | tar xz` opens it without us. Anybody can encrypt to a public key, so the manifest carries a proof under a key
of the ring: what another hand made is not taken for a copy of this installation.
"""

import errno
import hashlib
import hmac
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyrage

from handrail.core.common import keys
from handrail.core.common.refusals import Refused

VERSION = 1
MANIFEST, DATABASE = "manifest.json", "database"
CHUNK = 1 << 20  # bytes read at once
MANIFEST_AT_MOST = 4 << 20  # bytes: some hundred tables
LIGHT = 1  # zlib level: half the time of the usual level for a tenth more bytes


def write(manifest: dict[str, Any], database: Path, target: Path, *, recipient: str) -> None:
    """Pack and encrypt into a file that takes its name once it is whole and on the disk. Raises Refused("no-room"), OSError."""
    text = json.dumps(manifest, sort_keys=True)
    told = json.dumps({"manifest": text, "proof": _proof(text)}).encode()
    part = target.with_suffix(".part")
    try:
        with database.open("rb") as file, open(part, "wb", opener=_private) as out:
            parts = ((MANIFEST, len(told), io.BytesIO(told)), (DATABASE, database.stat().st_size, file))
            pyrage.encrypt_io(_Stream(_packed(parts)), out, [pyrage.x25519.Recipient.from_str(recipient)])
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except pyrage.EncryptError as error:  # it says in words what the disk said
        raise OSError(errno.ENOSPC if f"[Errno {errno.ENOSPC}]" in str(error) else errno.EIO, "") from None
    finally:
        part.unlink(missing_ok=True)


def decrypt(copy: Path, into: Path, *, identities: list[str]) -> None:
    """Decrypt a copy into a file. Raises Refused: `no-such-file`, `not-an-identity`, `wrong-identity`, `copy-broken`."""
    try:
        opened = [pyrage.x25519.Identity.from_str(text) for text in identities]
    except pyrage.IdentityError:
        opened = []
    if not opened:
        raise Refused("not-an-identity")
    try:
        with copy.open("rb") as told, open(into, "wb", opener=_private) as out:
            pyrage.decrypt_io(told, out, opened)
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise Refused("no-such-file") from None
    except (pyrage.DecryptError, OSError) as error:  # what is cut comes as an OSError without a number
        if f"[Errno {errno.ENOSPC}]" in str(error):
            raise OSError(errno.ENOSPC, "") from None
        if getattr(error, "errno", None):
            raise
        raise Refused("wrong-identity" if "No matching keys" in str(error) else "copy-broken") from None


class Opened:
    """A decrypted copy: first its manifest, taken on trust until `check_proof`, then its database."""

    def __init__(self, file: Path) -> None:
        """Read the manifest. Raises Refused("copy-broken")."""
        try:
            self._tar = tarfile.open(file, "r|gz")  # noqa: SIM115  -- read on in `database`, member after member
            told = json.loads(self._member(MANIFEST).read(MANIFEST_AT_MOST))
            self._text, self._given = str(told["manifest"]), str(told["proof"])
            self.manifest: dict[str, Any] = json.loads(self._text)
            self.installation, self.engine = str(self.manifest["installation"]), str(self.manifest["engine"])
            if self.manifest["v"] != VERSION:
                raise Refused("newer-schema", name=f"copy, version {self.manifest['v']}")
        except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, TypeError, KeyError):
            raise Refused("copy-broken") from None

    def check_proof(self) -> None:
        """Make sure that this installation wrote the manifest. Raises Refused("copy-not-ours")."""
        if not hmac.compare_digest(self._given, _proof(self._text)):
            raise Refused("copy-not-ours")

    def database(self, into: Path) -> None:
        """Write the database to a file. Raises Refused("copy-broken"), OSError."""
        try:
            told, left = self._member(DATABASE), int(self.manifest["size"])
        except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
            raise Refused("copy-broken") from None
        digest = hashlib.sha256()
        with open(into, "wb", opener=_private) as out:
            while block := told.read(min(CHUNK, left)):
                out.write(block)
                digest.update(block)
                left -= len(block)
        if left or digest.hexdigest() != self.manifest["sha256"]:
            raise Refused("copy-broken")

    def _member(self, name: str) -> "tarfile.ExFileObject":
        found = self._tar.next()
        told = self._tar.extractfile(found) if found is not None and found.name == name else None
        if told is None:
            raise Refused("copy-broken")
        return told  # type: ignore[return-value]  # what extractfile makes of a file


def _proof(manifest: str) -> str:
    return keys.ring().commit("confidential", b"copy", manifest).hex()


def _packed(parts: tuple[tuple[str, int, BinaryIO], ...]) -> Iterator[bytes]:
    """Yield a tar.gz of these parts, a piece at a time: no second file with readable data comes to be."""
    squeeze = zlib.compressobj(LIGHT, wbits=31)  # 31: with gzip's head
    for name, size, file in parts:
        head = tarfile.TarInfo(name)
        head.size, head.mode = size, 0o600
        yield squeeze.compress(head.tobuf())
        while block := file.read(CHUNK):
            yield squeeze.compress(block)
        yield squeeze.compress(bytes(-size % tarfile.BLOCKSIZE))
    yield squeeze.compress(bytes(2 * tarfile.BLOCKSIZE)) + squeeze.flush()


class _Stream:
    """Pieces, read like a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def read(self, size: int) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        told, self._rest = self._rest[:size], self._rest[size:]
        return told


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
