"""The key ring: secrets that live outside the database. Config reads them once and puts the ring here."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from jwcrypto import jwa, jwe, jwk
from jwcrypto.common import JWException

from . import wrapping
from .refusals import Refused

SECRET_BYTES = 32
NONCE_BYTES = 12
LIVE_KEYS = 2  # during a rotation the key before still opens what was sealed to it
TURNED_DAYS = 30  # days: so long a device may hold what it sealed, and so long a held body is kept


@dataclass(frozen=True)
class KeyRing:
    """Secrets of one installation.

    `django`: signs sessions. `pepper`: turns card codes into pseudonyms. `anonymous`, `confidential`: commit journal
    entries. `cabinet`: encrypts fields. EC P-256 key pairs (JWK text, each newest first): `reviewer` open held bodies, devices
    seal acts to `site`, `answer` sign what devices are told. `turned`: the day on which a kind of pair was last made anew.
    `demo`: these keys guard invented data only.
    """

    django: str
    pepper: bytes
    anonymous: bytes
    confidential: bytes
    cabinet: bytes
    reviewer: tuple[str, ...]
    site: tuple[str, ...]
    answer: tuple[str, ...]
    demo: bool
    turned: Mapping[str, str] = field(default_factory=dict, hash=False)

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
        return _seal(text, jwk.JWK.from_json(self.reviewer[0]))

    def unseal(self, sealed: str) -> str:
        """Open what was sealed to one of the reviewer's live keys. Raises Refused("not-openable")."""
        return _open_with(sealed, self.reviewer)

    def seal_act(self, text: str) -> str:
        """Encrypt as a device does on saving: compact JWE to the newest site key, its `kid` in the header."""
        return _seal(text, jwk.JWK.from_json(self.site[0]))

    def open_act(self, sealed: str) -> str:
        """Open what a device sealed to one of the live site keys. Raises Refused("not-openable")."""
        return _open_with(sealed, self.site)

    def site_keys(self) -> list[dict[str, str]]:
        """Return the live public keys that devices may seal to (JWK), the one to use first."""
        return [jwk.JWK.from_json(text).export_public(as_dict=True) for text in self.site]

    def answer_keys(self) -> list[dict[str, str]]:
        """Return the live public keys that answers to devices are signed with (JWK), the one in use first.

        The newest is only announced: devices learn it from answers that the one before signs, which is dropped at the next turn.
        """
        return [jwk.JWK.from_json(text).export_public(as_dict=True) for text in reversed(self.answer)]

    def sign_answer(self, body: bytes) -> tuple[str, bytes]:
        """Sign what a device is told; return the key's `kid` and the raw ECDSA P-256 signature (r then s, 64 bytes)."""
        pair = jwk.JWK.from_json(self.answer[-1])
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

    def why_not_turn(self, name: str, *, today: date) -> Refused | None:
        """Return why this kind of pair (one of PAIRS) may not be made anew yet: the one that would be dropped may still be needed."""
        since = self.turned.get(name)
        gone = (today - date.fromisoformat(since)).days if since else TURNED_DAYS
        return Refused("turned-lately", days=TURNED_DAYS - gone) if gone < TURNED_DAYS else None

    def turn(self, name: str, *, today: date) -> "KeyRing":
        """Return a ring with a new pair of this kind (one of PAIRS) before the one of today; what was before that is dropped."""
        live: tuple[str, ...] = (new_pair(), *getattr(self, name))[:LIVE_KEYS]
        return replace(self, **{name: live}, turned={**self.turned, name: today.isoformat()})  # type: ignore[arg-type]  # a name of PAIRS


def _seal(text: str, pair: jwk.JWK) -> str:
    header = {"alg": "ECDH-ES", "enc": "A256GCM"} | ({"kid": pair.kid} if pair.get("kid") else {})
    token = jwe.JWE(text.encode(), protected=header, recipient=jwk.JWK.from_json(pair.export_public()))
    sealed: str = token.serialize(compact=True)
    return sealed


def _open_with(sealed: str, live: tuple[str, ...]) -> str:
    """Open with the live pair that the token names; one that names none was made before pairs had names, by the oldest."""
    try:
        header = json.loads(base64.urlsafe_b64decode(sealed.split(".", maxsplit=1)[0] + "=="))
        pairs = [jwk.JWK.from_json(text) for text in live]
        token = jwe.JWE.from_jose_token(sealed)
        token.decrypt(next(pair for pair in reversed(pairs) if pair.get("kid") == header.get("kid")))
        text: str = token.payload.decode()
    except (JWException, ValueError, TypeError, KeyError, AttributeError, StopIteration, InvalidTag):
        raise Refused("not-openable") from None
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
        reviewer=(new_pair(),),
        site=(new_pair(),),
        answer=(new_pair(),),
        demo=demo,
    )


SECRETS, PAIRS = ("pepper", "anonymous", "confidential", "cabinet"), ("reviewer", "site", "answer")
CAME_LATER: Mapping[str, Any] = {  # what a ring of an earlier version lacks, and what it gets
    "cabinet": lambda: secrets.token_hex(SECRET_BYTES),
    "site": lambda: [new_pair()],
    "answer": lambda: [new_pair()],
    "turned": dict,
}


def read(path: Path) -> KeyRing:
    """Read a ring from its file, which is first given what an earlier version did not make yet.

    Raises Refused: `keys-locked`, `keys-broken`.
    """
    try:
        told: dict[str, Any] = json.loads(wrapping.read(path))
        if any(name not in told for name in CAME_LATER):
            told = _complete(path)
        told |= {name: bytes.fromhex(told[name]) for name in SECRETS}
        told |= {name: (told[name],) if isinstance(told[name], str) else tuple(told[name]) for name in PAIRS}
        return KeyRing(**told)
    except (ValueError, TypeError, KeyError):
        raise Refused("keys-broken", where=str(path)) from None


def _complete(path: Path) -> dict[str, Any]:
    """Give an older ring the keys that it lacks, in its place, and change nothing else."""
    with wrapping.alone(path.parent):
        told: dict[str, Any] = json.loads(wrapping.read(path))
        told = {name: make() for name, make in CAME_LATER.items() if name not in told} | told
        wrapping.write(path, json.dumps(told))
    return told


def write(ring: KeyRing, path: Path) -> None:
    """Write a new ring where only its owner can read it; never over another. Raises FileExistsError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with wrapping.alone(path.parent):
        if path.exists():
            raise FileExistsError(path)
        wrapping.write(path, _text(ring))


def change(path: Path, turn: Callable[[KeyRing], KeyRing]) -> KeyRing:
    """Put in a ring's place what `turn` makes of it, and return that. Nobody else changes it meanwhile."""
    read(path)  # brings an older one up to date
    with wrapping.alone(path.parent):
        ring = turn(read(path))
        wrapping.write(path, _text(ring))
    return ring


def _text(ring: KeyRing) -> str:
    told: dict[str, Any] = {"demo": ring.demo, "django": ring.django, "turned": dict(ring.turned)}
    return json.dumps(
        told | {name: getattr(ring, name).hex() for name in SECRETS} | {name: getattr(ring, name) for name in PAIRS}
    )


_ring: list[KeyRing] = []


def install(ring: KeyRing) -> None:
    """Make this the ring of the process. Called by config, and by tests that need another."""
    _ring[:] = [ring]


def ring() -> KeyRing:
    """Return the ring of the process."""
    return _ring[0]
