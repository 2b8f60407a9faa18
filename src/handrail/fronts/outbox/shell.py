"""The app shell: one page, its manifest, and the worker that keeps both for when there is no network."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from handrail.core.ui.middleware import HEADERS
from handrail.core.ui.words import CARE

from . import samples, words

PEOPLE = (1, 2, 3, 5, 10, 20)  # "for how many people?"
WITH_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
SHARED = ("ui/tokens.css", "ui/mark.svg", "ui/vendor/jsQR-1.4.0.js")  # of core.ui; and its fonts
KEPT = (".js", ".css", ".svg", ".png", ".woff2")
COLOUR, GROUND = "#7f3a10", "#f6f2ec"  # accent and ground of core.ui's tokens: a manifest knows no variables
MARK_BYTES = 12


@require_safe
def shell(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Show the app. It is the same page for every device: what it knows lies in the device."""
    response = render(
        request,
        "outbox/shell.html",
        {"table": samples.shown(), "words": words.words(), "people": PEOPLE, "care": CARE} | words.floor(),
    )
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Tell a browser how to install the app."""
    icons = [
        {"src": static("outbox/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
        *(
            {"src": static(f"outbox/icon-{n}.png"), "sizes": f"{n}x{n}", "type": "image/png", "purpose": purpose}
            for n in (192, 512)
            for purpose in ("any", "maskable")
        ),
    ]
    return JsonResponse(
        {
            "name": "Handrail", "short_name": "Handrail", "id": "/app/", "start_url": reverse("outbox:shell"),
            "scope": reverse("outbox:shell"), "display": "standalone", "background_color": GROUND, "theme_color": COLOUR,
            "icons": icons,
        },
        content_type="application/manifest+json",
    )  # fmt: skip


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker: our script under the list of what it keeps, so that it is another whenever any file is another."""
    listed = {url: digest(text) for url, text in _files().items()}
    pages = {reverse("outbox:shell"): shell(request), reverse("outbox:manifest"): manifest(request)}
    listed |= {url: digest(page.content) for url, page in pages.items()}
    told = {
        "mark": digest(json.dumps(listed, sort_keys=True).encode())[:16],
        "shell": reverse("outbox:shell"),
        "files": listed,
    }
    script = f"const KEEP = {json.dumps(told, sort_keys=True)};\n{_read('outbox/sw.js').decode()}"
    return HttpResponse(
        script, content_type="text/javascript", headers={"Service-Worker-Allowed": reverse("outbox:shell")}
    )


def digest(text: bytes) -> str:
    """Return what a file is known by (SHA-256, base64)."""
    return base64.b64encode(hashlib.sha256(text).digest()).decode()


@cache
def _files() -> dict[str, bytes]:
    """Return what the app needs, by address."""
    fonts = [f"ui/fonts/{file.name}" for file in _folder("ui/fonts").glob("*.woff2")]
    own = [
        f"outbox/{file.name}" for file in _folder("outbox").iterdir() if file.suffix in KEPT and file.name != "sw.js"
    ]
    return {static(name): _read(name) for name in sorted([*SHARED, *fonts, *own])}


def _read(name: str) -> bytes:
    return Path(_found(name)).read_bytes()


def _folder(name: str) -> Path:
    return Path(_found(name))


def _found(name: str) -> Any:
    found = finders.find(name)
    assert found, name
    return found
