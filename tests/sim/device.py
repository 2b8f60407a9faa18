"""A tablet in somebody's hand: the real core of the outbox, a disk that keeps what it committed, a memory that a kill empties."""

import base64
import hashlib
import json
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from jwcrypto import jwa, jwe, jwk
from jwcrypto.jws import InvalidJWSSignature

from handrail.core.common import periods

from .server import Heard

Core = Callable[..., Any]
LOST = 0.2  # of the writes of a disk that fails
ES256 = jwa.JWA.signing_alg("ES256")


class NoRoomError(Exception):
    """The browser gives no more room."""


@dataclass
class Disk:
    """What outlives a kill. Each write is whole or not at all, and durable once it returns.

    `fails` draws whether a write of what an answer said comes to nothing: the app goes on with what it has in memory.
    """

    seq: int = 0
    rows: dict[str, Any] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    seals: dict[str, dict[str, Any]] = field(default_factory=dict)
    full: bool = False
    fails: random.Random | None = None

    def add(self, act_id: str, sealed: str, row: Mapping[str, Any]) -> None:
        """Keep a sealed act, its row and the running number in one transaction. Raises NoRoomError."""
        if self.full:
            raise NoRoomError
        self.seq, self.rows[act_id], self.sealed[act_id] = row["seq"], dict(row), sealed

    def note(self, changed: Mapping[str, Any], forget: list[str]) -> None:
        """Keep what an answer changed."""
        if self.fails and self.fails.random() < LOST:
            return
        self.rows |= changed
        for act_id in forget:
            del self.rows[act_id], self.sealed[act_id]


@dataclass(frozen=True)
class Sent:
    """A request on its way."""

    number: Any
    body: bytes
    headers: dict[str, str]
    life: int


class Device:
    """One enrolled tablet. `clock` is how far its own clock is off; `life` counts its starts."""

    def __init__(self, core: Core, device_id: str, pair: jwk.JWK, site: str, chance: random.Random, disk: Disk) -> None:
        self.core, self.id, self.pair, self.site, self.chance, self.disk = core, device_id, pair, site, chance, disk
        self.life, self.clock, self.shift = 0, timedelta(), ""
        self.site_key: dict[str, str] = {}
        self.answer_keys: dict[str, jwk.JWK] = {}
        self.start()

    def start(self) -> None:
        """Start the app: the book is read from the disk, nothing else is left."""
        self.life += 1
        self.book = self.core("begin", None) | {"rows": dict(self.disk.rows)}

    def pin(self, site_keys: list[dict[str, str]], answer_keys: list[dict[str, str]]) -> None:
        """Take the keys of the site."""
        self.site_key = site_keys[0]
        self.answer_keys = {one["kid"]: jwk.JWK(**one) for one in answer_keys}

    def take_shift(self, shift: str, seal: str) -> None:
        """Take a shift that was opened on this tablet, with its seal."""
        self.shift = shift
        self.disk.seals[shift] = {"seal": seal, "since": None}

    def record(self, kind: str, body: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
        """Seal an act and keep it; return it, which the screen shows as saved. Raises NoRoomError: the screen says so."""
        act_id, seq = str(uuid.UUID(int=self.chance.getrandbits(128), version=4)), self.disk.seq + 1
        told: dict[str, Any] = {
            "v": 1, "id": act_id, "kind": kind, "kind_version": 1, "site": self.site, "worker": self.shift,
            "at": periods.write_moment(periods.coarse(now + self.clock)), "device": self.id, "device_seq": seq, "body": body,
        }  # fmt: skip
        sealed = self._seal(told)
        book = self.core(
            "add", self.book, {"id": act_id, "seq": seq, "bytes": len(sealed), "kept": seq, "shift": self.shift}
        )
        self.disk.add(act_id, sealed, book["rows"][act_id])
        self.book = book
        return told

    def send(self) -> Sent | None:
        """Say what to send now; None when there is nothing to send or to ask."""
        told = self.core("next", self.book)
        self.book, sent = told["book"], told["sent"]
        if not (sent["acts"] or sent["ask"]):
            return None
        body = self.core(
            "body", self.book, self.id, sent, {one: self.disk.sealed[one] for one in sent["acts"]}, self.disk.seals
        ).encode()
        return Sent(sent, body, {"Handrail-Signature": _written(ES256.sign(self.pair, body))}, self.life)

    def hear(self, sent: Sent, heard: Heard | None) -> None:
        """Take what came back, or that nothing did. An app that was started anew hears no answer of before."""
        if sent.life != self.life:
            return
        told = self.core("hear", self.book, sent.number, self._read(sent, heard))
        self.book = told["book"]
        self.disk.note({one: self.book["rows"][one] for one in told["changed"]}, told["forget"])
        for shift in self.core("spent", self.book, self.disk.seals, {"open": [self.shift], "now": None}):
            del self.disk.seals[shift]

    @property
    def waiting(self) -> int:
        """How many acts it still keeps, sent or not."""
        return len(self.disk.rows)

    @property
    def unsent(self) -> int:
        """How many acts no answer has acknowledged."""
        return int(self.core("tell", self.book)["unsent"])

    def _seal(self, told: Mapping[str, Any]) -> str:
        header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": self.site_key["kid"]}
        text = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        return str(jwe.JWE(text, protected=header, recipient=jwk.JWK(**self.site_key)).serialize(compact=True))

    def _read(self, sent: Sent, heard: Heard | None) -> dict[str, Any]:
        of = _written(hashlib.sha256(sent.body).digest())
        if heard is None:
            return {"verified": False, "status": 0, "answer": None, "of": of}
        return {"verified": self._is_ours(heard), "status": heard.status, "answer": _json(heard.body), "of": of}

    def _is_ours(self, heard: Heard) -> bool:
        key = self.answer_keys.get(heard.headers.get("handrail-key", ""))
        if key is None:
            return False
        try:
            ES256.verify(key, heard.body, base64.urlsafe_b64decode(heard.headers["handrail-answer"] + "=="))
        except (InvalidSignature, InvalidJWSSignature):
            return False
        return True


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _written(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).decode().rstrip("=")
