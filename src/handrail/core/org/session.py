"""The signed-in worker of a request. Public pages never touch a session, so they set no cookie.

A session holds the ids of shifts, never whose they are. One of them is the open shift, the one that signs; it locks when nobody
has touched the screen for as long as its kind of device allows. A locked shift still records; to read, its PIN unlocks it.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse

from handrail.core import journal
from handrail.core.common import clock
from handrail.core.common.ids import new_id, parse_random_id
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker
from handrail.core.ui import failures

from . import queries, rules

STAFF_PATHS = ("/desk/", "/app/")
TOUCHED = "/desk/"  # what an app fetches by itself is no touch
DESK = "desk-computer"
SCREEN = "handrail_screen"  # cookie: the mark of this browser, which outlives a shift
SCREEN_LIVES = 400 * 24 * 3600  # seconds: as long as browsers keep a cookie (RFC 6265bis, 5.5)
NOTED_EVERY = 30  # seconds: a touch is written down at most so often
PENDING_LIVES = 600  # seconds for the steps of a sign-in, one after another


class StaffRequest(HttpRequest):
    """A request whose worker is known. `locked`: this worker may record and not read. `idle`: seconds until it locks, or none."""

    worker: Worker
    locked: bool
    idle: int | None


class SignedIn:
    """Middleware: put the worker on staff requests; None where nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look shift and worker up, so that an ended shift or a withdrawn role is gone at once."""
        if not request.path.startswith(STAFF_PATHS):
            return self.get_response(request)
        _look_up(request)
        answer = self.get_response(request)
        _mark(request, answer)
        return answer


def _mark(request: HttpRequest, answer: HttpResponse) -> None:
    """Leave the mark of this browser with it, so that who signs in after the last shift here ended is still at the same screen."""
    mark = request.session.get("browser")
    if mark and request.COOKIES.get(SCREEN) != mark:
        answer.set_cookie(
            SCREEN, mark, max_age=SCREEN_LIVES, path="/desk/", secure=request.is_secure(), httponly=True, samesite="Strict"
        )  # fmt: skip


def _look_up(request: Any) -> None:
    kept, now = request.session, clock.now()
    shift = kept.get("shift")
    request.worker = queries.on_shift(uuid.UUID(shift), now=now) if shift else None
    request.idle = _idle_seconds(kept)
    since = _seconds(now) - kept.get("seen", 0)
    request.locked = request.idle is not None and since >= request.idle
    if request.worker and not request.locked and since >= NOTED_EVERY and request.path.startswith(TOUCHED):
        kept["seen"] = _seconds(now)


def _idle_seconds(kept: Any) -> int | None:
    """Return after how long it locks; never where (in a demo alone) there is no PIN."""
    minutes = rules.IDLE_MINUTES[DESK]
    return minutes * 60 if minutes and kept.get("pin") else None


def _seconds(now: datetime) -> int:
    return int(now.timestamp())


def begin(request: HttpRequest, worker: Worker) -> None:
    """Begin a session under a new key, as this worker's open shift; the shifts that others opened here stay, behind their PINs."""
    others, mark = [one for one in open_here(request) if one.id != worker.id], browser(request)
    request.session.flush()
    request.session["browser"] = mark
    request.session["shifts"] = [str(one.shift) for one in (*others, worker)]
    unlock(request, worker)


def unlock(request: HttpRequest, worker: Worker) -> None:
    """Make this the open shift, unlocked, under a new key."""
    kept = request.session
    kept.cycle_key()
    rotate_token(request)
    kept["shift"], kept["seen"] = str(worker.shift), _seconds(clock.now())
    kept["pin"] = queries.account(worker.id).pin


def lock(request: HttpRequest) -> None:
    """Lock at once. Only a PIN opens it again; who has none cannot lock."""
    request.session["seen"] = 0


def end(request: HttpRequest) -> None:
    """Forget the open shift; with the last one the whole session."""
    others = [one for one in open_here(request) if str(one.shift) != request.session.get("shift")]
    mark = browser(request)
    request.session.flush()
    if others:
        request.session["shifts"] = [str(one.shift) for one in others]
        request.session["browser"] = mark


def browser(request: HttpRequest) -> str:
    """Return the mark of this browser: the same for all who open a shift in it, at once or after one another, so that one screen never counts as two people."""
    return str(request.session.get("browser") or parse_random_id(request.COOKIES.get(SCREEN)) or new_id())


def open_here(request: HttpRequest) -> list[Worker]:
    """Return who has a shift open in this browser, by handle."""
    now = clock.now()
    told = (queries.on_shift(uuid.UUID(one), now=now) for one in request.session.get("shifts", []))
    return sorted((one for one in told if one), key=lambda one: one.handle)


def suspend(request: HttpRequest, worker: Worker, stamp: str, *, proved: str = "") -> None:
    """Remember, between the steps of a sign-in, who has proved what so far."""
    until = _seconds(clock.now()) + PENDING_LIVES
    request.session["pending"] = {"worker": str(worker.id), "stamp": stamp, "proved": proved, "until": until}


def pending(request: HttpRequest) -> tuple[Worker, str] | None:
    """Return who is between two steps of a sign-in and what they have proved; None for nobody, or after ten minutes."""
    told = request.session.get("pending")
    if not told or told["until"] < _seconds(clock.now()):
        return None
    worker = queries.worker(uuid.UUID(told["worker"]), stamp=told["stamp"])
    return (worker, told["proved"]) if worker else None


def clear(now: datetime) -> None:
    """Let sessions that have ended go; and, in the others, who was between two steps of a sign-in that nobody went on with."""
    SessionStore.clear_expired()
    for row in Session.objects.all():
        told = row.get_decoded()
        if told.get("pending", {}).get("until", _seconds(now)) < _seconds(now):
            del told["pending"]
            same = Session.objects.filter(pk=row.pk, session_data=row.session_data)  # unless it was touched meanwhile
            same.update(session_data=SessionStore().encode(told))


def staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let only a signed-in worker in whose shift is not locked; a refusal that no form carries becomes a page."""
    return _guarded(view, locked_too=False)


def recording(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a signed-in worker in, their shift locked or not: what records and reads nobody needs no unlock."""
    return _guarded(view, locked_too=True)


def _guarded(view: Callable[..., HttpResponse], *, locked_too: bool) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: StaffRequest, *args: object, **kwargs: object) -> HttpResponse:
        if getattr(request, "worker", None) is None:
            return _send(request, "desk:sign-in", Refused("sign-in-first"))
        if request.locked and not locked_too:
            return _send(request, "desk:unlock", Refused("locked"))
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


def _send(request: HttpRequest, page: str, refusal: Refused) -> HttpResponse:
    """Send who looks to a page that lets them in, and back; tell who sends a form why not."""
    if request.method != "GET":
        return failures.refused(request, refusal)
    back = "" if page == "desk:sign-in" else f"?{urlencode({'next': request.get_full_path()})}"
    return redirect(reverse(page) + back)
