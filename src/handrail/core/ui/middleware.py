"""What stands around every answer: headers that keep a reader safe, bodies of a bounded size, a plain word when the database is busy."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from handrail.core.common.refusals import Refused

from . import failures

LARGEST_BODY = 1_000_000  # bytes: a batch of 200 acts is under 400 kB
MOST_DIGITS = 20  # of a length; Python itself refuses to read a number of thousands of digits
RETRY_AFTER_SECONDS = 2

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}


class Shield:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the headers on; nothing but our own static files may be kept by a cache."""
        response = (
            failures.refused(request, Refused("too-large", most=LARGEST_BODY // 1000)) if _too_large(request) else None
        )
        response = response or self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed):  # Django leaves that page blank
            allowed = response.headers["Allow"]
            response = failures.refused(request, Refused("not-this-way"))
            response.headers["Allow"] = allowed
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/desk/"):  # under no-referrer a browser hides the origin of our own forms too
            response.headers["Referrer-Policy"] = "same-origin"
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 503 when the database had no turn to give: the same act can be sent again."""
        if not isinstance(error, OperationalError):
            return None
        response = failures.refused(request, Refused("busy"), status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response


def _too_large(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length") or "0"  # a server may name it and leave it empty
    return not (length.isascii() and length.isdigit() and len(length) <= MOST_DIGITS) or int(length) > LARGEST_BODY


class NoFiles(FileUploadHandler):
    """No form here takes a file: a request that brings one is refused whole, before the file is read.

    To go on without the file would save the fields before it and lose those after it.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: Django answers with the page of a request that cannot be read."""
        raise SuspiciousOperation

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Take nothing: never reached, the upload was stopped."""
        return None

    def file_complete(self, file_size: int) -> None:
        """Keep nothing: never reached, the upload was stopped."""
