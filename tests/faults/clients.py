"""What the writers send: visits through the window's form and through a device's signed batch."""

import base64
import contextlib
import http.client
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto import jwk

from handrail.fronts.console.softkey import SoftKey
from handrail.fronts.console.trial import Client

ITEMS = ("SYR-INS-28-1", "SYR-INS-29-0.5", "COOK", "FOIL")


def moment() -> str:
    """Return the present, as a form or an act says it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251  -- a client is a phone: it has its own clock


@dataclass
class Device:
    """An enrolled device: it makes acts and signs batches."""

    id: str
    key: str
    site: str
    worker: str
    made: int = 0
    signer: ec.EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self):
        pem = jwk.JWK.from_json(self.key).export_to_pem(private_key=True, password=None)
        self.signer = load_pem_private_key(pem, None)

    def act(self, body):
        """Make one visit with an id of its own."""
        self.made += 1
        return {
            "v": 1, "id": str(uuid.uuid4()), "kind": "window.visit", "kind_version": 1, "site": self.site, "at": moment(),
            "worker": self.worker, "device": self.id, "device_seq": self.made, "body": body,
        }  # fmt: skip

    def batch(self, acts) -> tuple[bytes, dict[str, str]]:
        """Write a batch and its signature: the same acts give the same bytes."""
        body = json.dumps({"device": self.id, "acts": acts}, sort_keys=True).encode()
        r, s = decode_dss_signature(self.signer.sign(body, ec.ECDSA(hashes.SHA256())))
        signature = base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")
        return body, {"Content-Type": "application/json", "Handrail-Signature": signature}


@dataclass
class Writer:
    """A client that writes until it is told to stop, and sends again whatever was not acknowledged. `slowest`: seconds to an answer."""

    port: int
    site: str
    device: Device
    passkey: dict[str, str]
    chance: random.Random
    acknowledged: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lost: int = 0
    slowest: float = 0.0

    def begin(self) -> None:
        """Sign in."""
        self.client = Client(self.port)
        self.client.sign_in(SoftKey(self.passkey), origin=f"http://localhost:{self.port}")

    def visit(self) -> None:
        """Record one visit through the window."""
        act_id, given = str(uuid.uuid4()), self._given()
        fields = {"id": act_id, "at": moment(), "served_for": "1"} | {
            f"give.{item}": str(n) for item, n in given.items()
        }
        path = f"/desk/window/{self.site}/visit"
        if self._deliver(lambda: self.client.form(path, fields), lambda page: act_id in page):
            self.acknowledged[act_id] = given

    def sync(self) -> None:
        """Send a signed batch of a few visits."""
        acts = [
            self.device.act({"given": [{"item": i, "amount": n} for i, n in sorted(self._given().items())]})
            for _ in range(4)
        ]
        body, headers = self.device.batch(acts)
        if self._deliver(
            lambda: self.client.post("/api/sync", body, headers), lambda text: text.count('"saved"') == len(acts)
        ):
            self.acknowledged |= {
                act["id"]: {line["item"]: line["amount"] for line in act["body"]["given"]} for act in acts
            }

    def _given(self) -> dict[str, int]:
        return {item: self.chance.randint(1, 9) for item in self.chance.sample(ITEMS, 2)}

    def _deliver(self, send, good) -> bool:
        """Send until there is an answer; a broken connection means sending the very same again."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            asked = time.monotonic()
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, text = send()
                self.slowest = max(self.slowest, time.monotonic() - asked)
                if status == http.client.OK and good(text):
                    return True
                self.errors.append(f"{status}: {text[:300]}")
                return False
            self.lost += 1
            time.sleep(0.05)
        self.errors.append("no answer for 90 seconds")
        return False
