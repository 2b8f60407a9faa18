"""A house on a local network, and clean browser profiles that trust it or do not. Everything stands on loopback."""

import contextlib
import http.server
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import BrowserContext, Playwright

from handrail.core.common import wrapping
from handrail.fronts.console import browser as chromium
from handrail.fronts.console import machine, trial
from handrail.fronts.console.lan import authority

from .conftest import ARGUMENTS

LOOPBACK, ELSEWHERE = "127.0.0.1", "bank.example"
MEMORY = Path("/dev/shm")  # noqa: S108  -- another volume than the data's: `serve` asks for one
WIDTH, HEIGHT = 640, 480  # of the camera's picture


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
def served() -> Iterator[Lan]:
    """Serve a house on loopback, its keys on another volume."""
    keys = Path(tempfile.mkdtemp(prefix="handrail-lan-", dir=MEMORY))
    try:
        with trial.house(keys=keys) as made:
            lan = Lan(made, f"trial-{uuid.uuid4().hex[:8]}.local", machine.free_port())
            made.serve_lan(lan.name, trust_port=lan.trust_port)
            yield lan
    finally:
        shutil.rmtree(keys, ignore_errors=True)


@contextlib.contextmanager
def device(
    playwright: Playwright, names: Sequence[str], *, trusts: bytes | None, home: Path, video: Path | None = None
) -> Iterator[BrowserContext]:
    """Open a browser in a clean home, which finds these names on loopback and trusts this certificate (DER) beside the system's."""
    if trusts is not None:
        _trust(home, trusts)
    rules = ", ".join(f"MAP {name} {LOOPBACK}" for name in names)
    camera = [f"--use-file-for-fake-video-capture={video}"] if video else []
    context = playwright.chromium.launch_persistent_context(
        home / "profile", executable_path=chromium.find(), env=dict(os.environ) | {"HOME": str(home)},
        args=[
            *ARGUMENTS, f"--host-resolver-rules={rules}", "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream", *camera,
        ],
    )  # fmt: skip
    context.set_default_timeout(20_000)
    try:
        yield context
    finally:
        context.close()


def _trust(home: Path, certificate: bytes) -> None:
    database, file = home / ".pki" / "nssdb", home / "handrail.crt"
    database.mkdir(parents=True)
    file.write_bytes(certificate)
    tool = [str(chromium.certutil()), "-d", f"sql:{database}"]
    subprocess.run([*tool, "-N", "--empty-password"], check=True, capture_output=True)
    subprocess.run([*tool, "-A", "-n", "handrail", "-t", "C,,", "-i", str(file)], check=True, capture_output=True)


@contextlib.contextmanager
def impostor(lan: Lan, name: str, folder: Path) -> Iterator[int]:
    """Serve a page on loopback under a name, with a certificate that the house's own authority signed; yield the port."""
    if wrapping.is_wrapped(lan.folder):
        raise RuntimeError("this house keeps its keys wrapped")
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


def film(file: Path, text: str) -> Path:
    """Write what a camera sees that is held over a QR code: a short film (YUV4MPEG2, 4:2:0)."""
    rows = [list(row) for row in segno.make(text, error="m").matrix_iter(scale=8, border=4)]
    light, dark = 235, 16  # of luma in video
    top, left = (HEIGHT - len(rows)) // 2, (WIDTH - len(rows[0])) // 2
    picture = [[light] * WIDTH for _ in range(HEIGHT)]
    for y, row in enumerate(rows):
        for x, module in enumerate(row):
            picture[top + y][left + x] = dark if module else light
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + b"".join(map(bytes, picture)) + grey
    file.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return file
