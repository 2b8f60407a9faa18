"""Passkeys, asked for by the page's script: what the browser needs, and what it brings back. JSON both ways."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import actions, queries, rules, session
from handrail.core.ui import refusals

from .accounts import note_proved, step_on

ASKED, ASKED_LIVES = "handrail_asked", 300  # seconds a challenge waits; it is good once


def _answered(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def told(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Refused as refusal:
            said = {"code": refusal.code, "say": refusals.say(refusal)}
            return JsonResponse(said, status=refusals.status(refusal.code))

    return require_POST(told)


@_answered
def ask(request: HttpRequest) -> HttpResponse:
    """Give a challenge to sign in with; it names nobody, so there is nobody to find out about."""
    options, state = actions.ask(name=_name(request))
    return _asking(options, state)


@_answered
def prove(request: HttpRequest) -> HttpResponse:
    """Take a signed challenge for both steps of a sign-in."""
    state, response = _brought(request)
    worker = actions.prove_passkey(state, response, name=_name(request), now=clock.now())
    note_proved(request, worker, rules.PASSKEY)
    return JsonResponse({"next": step_on(request, worker, proved=rules.PASSKEY)})


@_answered
def ask_new(request: HttpRequest) -> HttpResponse:
    """Give what the browser needs to make a passkey."""
    worker, _ = _own(request)
    options, state = actions.ask_new(worker, name=_name(request))
    return _asking(options, state)


@_answered
def add(request: HttpRequest) -> HttpResponse:
    """Keep a passkey that was made; at a first sign-in it is the second step too."""
    worker, signed_in = _own(request)
    state, response = _brought(request)
    draft = rules.OwnStep(new_id(), worker.id, "add_passkey", clock.now(), passkey_id=new_id())
    actions.add_passkey(draft, state=state, response=response, name=_name(request), by=worker, received_at=draft.at)
    if signed_in:
        return JsonResponse({"next": reverse("desk:shift")})
    note_proved(request, worker, rules.PASSKEY)
    return JsonResponse({"next": step_on(request, worker, proved=rules.PASSKEY)})


def _own(request: Any) -> tuple[Worker, bool]:
    """Return who may add a passkey, and whether they are signed in: in an open shift, or at a first sign-in that lacks a second step."""
    if request.worker and not request.locked:
        return request.worker, True
    told = session.pending(request)
    if told and rules.next_step(queries.account(told[0].id), proved=told[1], demo=settings.DEMO) == rules.SET_UP_STEP:
        return told[0], False
    raise Refused("sign-in-first")


def _name(request: HttpRequest) -> str:
    """Return the name that a passkey is bound to: the host, without its port."""
    return request.get_host().partition(":")[0]


def _asking(options: dict[str, Any], state: Any) -> HttpResponse:
    response = JsonResponse(options)
    response.set_cookie(
        ASKED, signing.dumps(state, salt=ASKED), max_age=ASKED_LIVES, path="/desk/", httponly=True, samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def _brought(request: HttpRequest) -> tuple[Any, Any]:
    """Return the challenge that this browser was given and what it brings back. Raises Refused("wrong-passkey")."""
    try:
        state = signing.loads(request.COOKIES.get(ASKED, ""), salt=ASKED, max_age=ASKED_LIVES)
        response = json.loads(request.body.decode())
    except (signing.BadSignature, ValueError, RecursionError):
        raise Refused("wrong-passkey") from None
    if not isinstance(response, dict):
        raise Refused("wrong-passkey")
    return state, response
