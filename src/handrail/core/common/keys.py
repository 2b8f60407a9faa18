"""The key ring: secrets that live outside the database. Config reads them once and puts the ring here."""

import hashlib
import hmac
import json
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jwcrypto import jwe, jwk

SECRET_BYTES = 32


@dataclass(frozen=True)
class KeyRing:
    """Secrets of one installation.

    `django`: signs sessions. `pepper`: turns card codes into pseudonyms. `anonymous`, `confidential`: commit journal
    entries. `reviewer`: EC P-256 key pair (JWK) that opens held bodies. `demo`: these keys guard invented data only.
    """

    django: str
    pepper: bytes
    anonymous: bytes
    confidential: bytes
    reviewer: str
    demo: bool

    def pseudonym(self, *parts: str) -> str:
        """Return a keyed pseudonym (32 hex digits, 128 bits) of the parts; without the pepper it says nothing."""
        return hmac.new(self.pepper, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]

    def commit(self, journal: str, salt: bytes, text: str) -> bytes:
        """Return the keyed, salted commitment (32 bytes) of one part of an entry in this journal."""
        key = self.confidential if journal == "confidential" else self.anonymous
        return hmac.new(key, salt + text.encode(), hashlib.sha256).digest()

    def veiled(self, part: uuid.UUID) -> uuid.UUID:
        """Return the id that stands for this one where it must not be joined back: only the key leads from one to the other."""
        told = hmac.new(self.anonymous, b"veil" + part.bytes, hashlib.sha256).digest()
        return uuid.UUID(bytes=told[:16], version=4)

    def seal(self, text: str) -> str:
        """Encrypt to the reviewer: compact JWE, ECDH-ES with A256GCM."""
        public = jwk.JWK.from_json(jwk.JWK.from_json(self.reviewer).export_public())
        token = jwe.JWE(text.encode(), protected={"alg": "ECDH-ES", "enc": "A256GCM"}, recipient=public)
        sealed: str = token.serialize(compact=True)
        return sealed

    def unseal(self, sealed: str) -> str:
        """Open what was sealed to the reviewer."""
        token = jwe.JWE.from_jose_token(sealed)
        token.decrypt(jwk.JWK.from_json(self.reviewer))
        text: str = token.payload.decode()
        return text


def make(*, demo: bool) -> KeyRing:
    """Make a new ring from the operating system's secure random source."""
    pair = jwk.JWK.generate(kty="EC", crv="P-256")
    return KeyRing(
        django=secrets.token_urlsafe(48),
        pepper=secrets.token_bytes(SECRET_BYTES),
        anonymous=secrets.token_bytes(SECRET_BYTES),
        confidential=secrets.token_bytes(SECRET_BYTES),
        reviewer=pair.export(),
        demo=demo,
    )


def read(path: Path) -> KeyRing:
    """Read a ring from its file."""
    told: dict[str, Any] = json.loads(path.read_text())
    secret = {name: bytes.fromhex(told[name]) for name in ("pepper", "anonymous", "confidential")}
    return KeyRing(django=told["django"], reviewer=told["reviewer"], demo=told["demo"], **secret)


def write(ring: KeyRing, path: Path) -> None:
    """Write a ring where only its owner can read it; never over another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {
        "demo": ring.demo, "django": ring.django, "reviewer": ring.reviewer,
        "pepper": ring.pepper.hex(), "anonymous": ring.anonymous.hex(), "confidential": ring.confidential.hex(),
    }  # fmt: skip
    with open(path, "x", opener=_private) as file:
        json.dump(told, file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


_ring: list[KeyRing] = []


def install(ring: KeyRing) -> None:
    """Make this the ring of the process. Called by config, and by tests that need another."""
    _ring[:] = [ring]


def ring() -> KeyRing:
    """Return the ring of the process."""
    return _ring[0]
