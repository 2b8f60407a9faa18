"""Under which address this house is reached, and what a request must show before it is let in.

`./handrail serve` puts HANDRAIL_ADDRESS (and on a local network HANDRAIL_TRUST) into the environment of the server it starts;
without them the house answers this machine only, over plain http.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HERE = ("localhost", "127.0.0.1", "[::1]")
A_YEAR_SECONDS = 31_536_000  # of HSTS, as hstspreload.org asks for at least


@dataclass(frozen=True)
class Reach:
    """`address`: what devices open, without a path. `hosts`: names that a request may ask for. `trust`: on a local network, where a
    device gets the certificate (`address`) and its `fingerprint`; else None. `proxy`: the one hop that may hand requests on; else "".
    """

    address: str
    hosts: tuple[str, ...]
    trust: dict[str, str] | None
    proxy: str

    @property
    def https(self) -> bool:
        """Tell whether devices come by https: cookies are then kept to it."""
        return self.address.startswith("https://")

    @property
    def hsts_seconds(self) -> int:
        """Return how long a browser shall ask for https only; 0 on a local network, where the page of trust is plain http."""
        return A_YEAR_SECONDS if self.https and self.trust is None else 0


def from_environment() -> Reach:
    """Read what the environment says."""
    told = os.environ.get
    more = tuple(filter(None, told("HANDRAIL_HOSTS", "").split(",")))
    address = told("HANDRAIL_ADDRESS") or f"http://localhost:{told('HANDRAIL_PORT') or '8000'}"
    trust = json.loads(told("HANDRAIL_TRUST") or "null")
    proxy = told("HANDRAIL_PROXY", "") if address.startswith("https://") else ""
    own = (urlsplit(address).hostname or "",) if address.startswith("https://") else HERE
    return Reach(address, (*own, *more), trust, proxy)


class Door:
    """The outermost middleware: behind a proxy, only that hop, and only what it took by https; HSTS where it is right."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let in what came the one way in; anything else gets an empty 403."""
        reach = settings.REACH
        if reach.proxy and not (request.META.get("REMOTE_ADDR") == reach.proxy and request.is_secure()):
            return HttpResponse(status=403)
        response = self.get_response(request)
        if reach.hsts_seconds:
            response.headers["Strict-Transport-Security"] = f"max-age={reach.hsts_seconds}"
        return response
