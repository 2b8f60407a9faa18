"""A house on a local network of its own: it stands on loopback, its keys on another volume than its data."""

import contextlib
import http.server
import shutil
import ssl
import tempfile
import threading
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handrail.fronts.console import machine, trial
from handrail.fronts.console.lan import authority

LOOPBACK, ELSEWHERE = "127.0.0.1", "bank.example"
MEMORY = Path("/dev/shm")  # noqa: S108  -- another volume than the data's: `serve` asks for one


@dataclass
class Lan:
    """A house that is served under a name of its own, with the ports of the house and of the page of trust."""

    house: trial.House
    name: str
    trust_port: int

    @property
    def address(self) -> str:
        """What a device opens."""
        return f"https://{self.name}:{self.house.port}"

    @property
    def folder(self) -> Path:
        """Its key folder."""
        return next(Path(self.house.environment["HANDRAIL_KEYS"]).iterdir())

    def certificate(self) -> bytes:
        """Take the certificate from the page of trust, as a new device does."""
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.trust_port}/handrail.crt", timeout=10) as answer:
            told: bytes = answer.read()
        return told


@contextlib.contextmanager
def waiting() -> Iterator[Lan]:
    """Set a house up, not served yet, its keys on another volume."""
    keys = Path(tempfile.mkdtemp(prefix="handrail-lan-", dir=MEMORY))
    try:
        with trial.house(keys=keys) as made:
            yield Lan(made, f"trial-{uuid.uuid4().hex[:8]}.local", machine.free_port())
    finally:
        shutil.rmtree(keys, ignore_errors=True)


@contextlib.contextmanager
def served() -> Iterator[Lan]:
    """Serve a house on loopback."""
    with waiting() as lan:
        lan.house.serve_lan(lan.name, trust_port=lan.trust_port)
        yield lan


@contextlib.contextmanager
def impostor(lan: Lan, name: str, folder: Path) -> Iterator[int]:
    """Serve a page on loopback under a name, with a certificate that the house's own authority signed; yield the port."""
    held, key = authority.read(lan.folder), ec.generate_private_key(ec.SECP256R1())
    leaf = held.sign(
        key.public_key(), name, addresses=[], at=held.certificate.not_valid_before_utc + authority.BACKDATED
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(leaf.public_bytes(Encoding.PEM) + held.certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), _Page)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(b"here")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
