"""The key ring: secrets that live outside the database. Config reads them once and puts the ring here."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto import jwa, jwe, jwk
from jwcrypto.common import JWException

from .refusals import Refused

SECRET_BYTES = 32
NONCE_BYTES = 12
LIVE_KEYS = 2  # during a rotation the key before still opens what was sealed to it


@dataclass(frozen=True)
class KeyRing:
    """Secrets of one installation.

    `django`: signs sessions. `pepper`: turns card codes into pseudonyms. `anonymous`, `confidential`: commit journal
    entries. `cabinet`: encrypts fields. `reviewer`: EC P-256 key pair (JWK) that opens held bodies. `site`: pairs that devices
    seal acts to, and `answer`: pairs that sign what devices are told, each the newest first. `demo`: these keys guard invented
    data only.
    """

    django: str
    pepper: bytes
    anonymous: bytes
    confidential: bytes
    cabinet: bytes
    reviewer: str
    site: tuple[str, ...]
    answer: tuple[str, ...]
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
        return _seal(text, jwk.JWK.from_json(self.reviewer))

    def unseal(self, sealed: str) -> str:
        """Open what was sealed to the reviewer."""
        return _open(sealed, jwk.JWK.from_json(self.reviewer))

    def seal_act(self, text: str) -> str:
        """Encrypt as a device does on saving: compact JWE to the newest site key, its `kid` in the header."""
        return _seal(text, jwk.JWK.from_json(self.site[0]))

    def open_act(self, sealed: str) -> str:
        """Open what a device sealed to one of the live site keys. Raises Refused("not-openable")."""
        try:
            header = json.loads(base64.urlsafe_b64decode(sealed.split(".", maxsplit=1)[0] + "=="))
            pairs = [jwk.JWK.from_json(text) for text in self.site]
            return _open(sealed, next(pair for pair in pairs if pair.kid == header["kid"]))
        except (JWException, ValueError, TypeError, KeyError, StopIteration, InvalidTag):
            raise Refused("not-openable") from None

    def site_keys(self) -> list[dict[str, str]]:
        """Return the live public keys that devices may seal to (JWK), the one to use first."""
        return [jwk.JWK.from_json(text).export_public(as_dict=True) for text in self.site]

    def answer_keys(self) -> list[dict[str, str]]:
        """Return the live public keys that answers to devices are signed with (JWK), the one in use first."""
        return [jwk.JWK.from_json(text).export_public(as_dict=True) for text in self.answer]

    def sign_answer(self, body: bytes) -> tuple[str, bytes]:
        """Sign what a device is told; return the key's `kid` and the raw ECDSA P-256 signature (r then s, 64 bytes)."""
        pair = jwk.JWK.from_json(self.answer[0])
        return str(pair.kid), jwa.JWA.signing_alg("ES256").sign(pair, body)

    def encrypt(self, text: str, *, about: str) -> bytes:
        """Encrypt a field (AES-256-GCM: nonce, then ciphertext). `about` names table, column and row: it opens nowhere else."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self.cabinet).encrypt(nonce, text.encode(), about.encode())

    def decrypt(self, told: bytes, *, about: str) -> str:
        """Open a field. Raises Refused("not-openable") for another key, another place, or a changed byte."""
        try:
            return AESGCM(self.cabinet).decrypt(told[:NONCE_BYTES], told[NONCE_BYTES:], about.encode()).decode()
        except (InvalidTag, ValueError):
            raise Refused("not-openable") from None


def _seal(text: str, pair: jwk.JWK) -> str:
    header = {"alg": "ECDH-ES", "enc": "A256GCM"} | ({"kid": pair.kid} if pair.get("kid") else {})
    token = jwe.JWE(text.encode(), protected=header, recipient=jwk.JWK.from_json(pair.export_public()))
    sealed: str = token.serialize(compact=True)
    return sealed


def _open(sealed: str, pair: jwk.JWK) -> str:
    token = jwe.JWE.from_jose_token(sealed)
    token.decrypt(pair)
    text: str = token.payload.decode()
    return text


def new_pair() -> str:
    """Make an EC P-256 key pair (JWK text) that goes by its thumbprint (RFC 7638)."""
    pair = jwk.JWK.generate(kty="EC", crv="P-256")
    return str(jwk.JWK(**pair.export(as_dict=True), kid=pair.thumbprint()).export())


def make(*, demo: bool) -> KeyRing:
    """Make a new ring from the operating system's secure random source."""
    return KeyRing(
        django=secrets.token_urlsafe(48),
        pepper=secrets.token_bytes(SECRET_BYTES),
        anonymous=secrets.token_bytes(SECRET_BYTES),
        confidential=secrets.token_bytes(SECRET_BYTES),
        cabinet=secrets.token_bytes(SECRET_BYTES),
        reviewer=new_pair(),
        site=(new_pair(),),
        answer=(new_pair(),),
        demo=demo,
    )


SECRETS, PAIRS = ("pepper", "anonymous", "confidential", "cabinet"), ("site", "answer")


def read(path: Path) -> KeyRing:
    """Read a ring from its file."""
    told: dict[str, Any] = json.loads(path.read_text())
    told |= {name: bytes.fromhex(told[name]) for name in SECRETS} | {name: tuple(told[name]) for name in PAIRS}
    return KeyRing(**told)


def write(ring: KeyRing, path: Path) -> None:
    """Write a ring where only its owner can read it; never over another."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    told: dict[str, Any] = {"demo": ring.demo, "django": ring.django, "reviewer": ring.reviewer}
    told |= {name: getattr(ring, name).hex() for name in SECRETS} | {"site": ring.site, "answer": ring.answer}
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
