"""The page of trust: the one thing that is served over plain http, so that a new device can take the certificate.

It answers four addresses and nothing else, names nothing but the house's own address, and keeps no line about who asked.
"""

import base64
import http
import http.server
import socket
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from .authority import Authority

STYLE = Path(__file__).with_name("trust.css")
PATIENCE_SECONDS = 5  # for a device that asks slowly
AT_ONCE = 16  # devices answered at one time; a van has five
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Answer:
    """What one address answers. `saved_as`: a file's name, where it is one."""

    kind: str
    body: bytes
    saved_as: str = ""


def answers(authority: Authority, *, address: str) -> dict[str, Answer]:
    """Return all that the page of trust ever says, by path. `address` is what a device opens next."""
    page = render_to_string(
        "console/trust.html", {"name": authority.name, "address": address, "until": authority.until}
    )
    return {
        "/": Answer("text/html; charset=utf-8", page.encode()),
        "/trust.css": Answer("text/css; charset=utf-8", STYLE.read_bytes()),
        "/handrail.crt": Answer("application/x-x509-ca-cert", authority.der, "handrail.crt"),
        "/handrail.mobileconfig": Answer("application/x-apple-aspen-config", profile(authority).encode(), "handrail.mobileconfig"),
    }  # fmt: skip


def profile(authority: Authority) -> str:
    """Return the root as a profile for iPhone and iPad; the same root makes the same profile, which then replaces itself."""
    ids = [uuid.uuid5(uuid.NAMESPACE_OID, f"{part} {authority.fingerprint}") for part in ("profile", "root")]
    told = {"name": authority.name, "der": base64.b64encode(authority.der).decode(), "profile": ids[0], "root": ids[1]}
    return render_to_string("console/profile.xml", told)


class TrustPage:
    """Serves the page of trust at one address until it is ended; `begin` again after the address has changed."""

    def __init__(self, said: Mapping[str, Answer], port: int) -> None:
        """Keep what will be said, and on which port."""
        self.said, self.port = said, port
        self._server: _Server | None = None

    def begin(self, address: str) -> None:
        """Listen there, and no longer where it did. Raises OSError where somebody else listens; then nothing changes."""
        server = _Server((address, self.port), self.said)
        self.end()
        self._server = server
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, place: tuple[str, int], said: Mapping[str, Answer]) -> None:
        self.address_family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
        self.said, self.turns = said, threading.BoundedSemaphore(AT_ONCE)
        super().__init__(place, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own; one device too many is let go."""
        if self.turns.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, then give the turn back."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.turns.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a device that went away is no news, and its address is nobody's business."""


class _Handler(http.server.BaseHTTPRequestHandler):
    timeout = PATIENCE_SECONDS
    server: _Server

    def do_GET(self) -> None:
        """Answer one of the four."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Answer one of the four, without its body."""
        self._answer(with_body=False)

    def send_error(self, *_: Any, **__: Any) -> None:
        """Answer everything else alike, with nothing."""
        self._send(http.HTTPStatus.NOT_FOUND, Answer("text/plain", b""), with_body=False)

    def log_message(self, *_: Any) -> None:
        """Keep no line."""

    def _answer(self, *, with_body: bool) -> None:
        if answer := self.server.said.get(self.path):
            self._send(http.HTTPStatus.OK, answer, with_body=with_body)
        else:
            self.send_error()

    def _send(self, status: http.HTTPStatus, answer: Answer, *, with_body: bool) -> None:
        self.send_response_only(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.saved_as:
            self.send_header("Content-Disposition", f'attachment; filename="{answer.saved_as}"')
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)
