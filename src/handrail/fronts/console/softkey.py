"""A passkey in software: what a phone does with one, for houses on trial and tests. It lies in no production path."""

import hashlib
import json
import struct
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT_AND_VERIFIED, WITH_KEY = 0x05, 0x40  # flags of authenticator data, WebAuthn level 3, section 6.1


class SoftKey:
    """One passkey: its id, its private key, whose it is, and the name it is bound to."""

    def __init__(self, told: Mapping[str, str] | None = None) -> None:
        """Make a new one, or take up one that `kept` wrote down."""
        told = told or {}
        self.id = bytes.fromhex(told.get("id", uuid.uuid4().hex))
        self.user, self.name = bytes.fromhex(told.get("user", "")), told.get("name", "localhost")
        pem = told.get("key", "").encode()
        key = load_pem_private_key(pem, None) if pem else ec.generate_private_key(ec.SECP256R1())
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self.key, self.counter = key, 0

    @property
    def kept(self) -> dict[str, str]:
        """The passkey written down."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return {"id": self.id.hex(), "user": self.user.hex(), "name": self.name, "key": pem}

    def make(self, options: Mapping[str, Any], *, origin: str) -> dict[str, Any]:
        """Answer a wish for a new passkey, as `navigator.credentials.create` does."""
        asked = options["publicKey"]
        self.name, self.user = asked["rp"]["id"], _plain(asked["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]  # the library's
        cose = cbor.encode(dict(public))
        about = (
            self._about(PRESENT_AND_VERIFIED | WITH_KEY) + bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        )
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": about})
        told = {"clientDataJSON": websafe_encode(_client("webauthn.create", asked["challenge"], origin))}
        return self._answer(told | {"attestationObject": websafe_encode(attestation)})

    def sign(self, options: Mapping[str, Any], *, origin: str, flags: int = PRESENT_AND_VERIFIED) -> dict[str, Any]:
        """Sign a challenge, as `navigator.credentials.get` does."""
        client, about = _client("webauthn.get", options["publicKey"]["challenge"], origin), self._about(flags)
        signed = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": websafe_encode(client), "authenticatorData": websafe_encode(about),
                "signature": websafe_encode(signed), "userHandle": websafe_encode(self.user),
            }
        )  # fmt: skip

    def _about(self, flags: int) -> bytes:
        return hashlib.sha256(self.name.encode()).digest() + struct.pack(">BI", flags, self.counter)

    def _answer(self, response: Mapping[str, str]) -> dict[str, Any]:
        named = websafe_encode(self.id)
        return {"id": named, "rawId": named, "type": "public-key", "response": dict(response)}


def _plain(value: object) -> bytes:
    return value if isinstance(value, bytes) else websafe_decode(str(value))


def _client(kind: str, challenge: object, origin: str) -> bytes:
    named = websafe_encode(_plain(challenge))
    return json.dumps({"type": kind, "challenge": named, "origin": origin, "crossOrigin": False}).encode()
