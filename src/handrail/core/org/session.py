"""The signed-in worker of a request. Public pages never touch a session, so they set no cookie."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect

from handrail.core import journal
from handrail.core.common import clock
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker
from handrail.core.ui import failures

from . import queries

STAFF_PATH = "/desk/"


class StaffRequest(HttpRequest):
    """A request whose worker is known."""

    worker: Worker


class SignedIn:
    """Middleware: put the worker on staff requests; None where nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look the worker up in one query, so that a withdrawn role is gone at once."""
        if request.path.startswith(STAFF_PATH):
            request.worker = _worker(request)  # type: ignore[attr-defined]  # StaffRequest names it
        return self.get_response(request)


def _worker(request: HttpRequest) -> Worker | None:
    worker_id, stamp = request.session.get("worker"), request.session.get("stamp")
    return queries.worker(uuid.UUID(worker_id), stamp=stamp) if worker_id else None


def begin(request: HttpRequest, worker: Worker, stamp: str) -> None:
    """Begin a session under a new key."""
    request.session.flush()
    rotate_token(request)
    request.session["worker"], request.session["stamp"] = str(worker.id), stamp


def end(request: HttpRequest) -> None:
    """End the session and forget it."""
    request.session.flush()


def staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only a signed-in worker in; a refusal that no form carries becomes a page."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        if getattr(request, "worker", None) is None:
            return (
                redirect("desk:sign-in")
                if request.method == "GET"
                else failures.refused(request, Refused("sign-in-first"))
            )
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            if refusal.code == "not-allowed" and request.method == "GET":
                refusal = Refused("no-such-page")  # a page one may not see is answered like one that is not there
            return failures.refused(request, refusal)
        except Conflict as conflict:  # outside the action's transaction: keep it for a reviewer, say so
            journal.keep(conflict, received_at=clock.now())
            return failures.refused(request, Refused("conflict"))

    return guarded
