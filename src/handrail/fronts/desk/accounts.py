"""Signing in, one step a page: password, then a code or a passkey; at the first time the steps that set those up. And out."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from handrail.core.common import clock, keys
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import actions, queries, rules, session
from handrail.core.ui import refusals

from . import forms

HOME = "/desk/"
Step = Callable[[HttpRequest, Worker, str], HttpResponse]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take the first step for a right handle and password; answer wrong ones alike."""
    here = session.open_here(request)
    if request.method == "GET":
        return render(request, "desk/sign_in.html", {"open_here": here})
    handle, password = request.POST.get("handle", ""), request.POST.get("password", "")
    try:
        worker, stamp = actions.sign_in(handle, password, now=clock.now())
    except Refused as refusal:
        return _page(request, "desk/sign_in.html", refusal, handle=handle, open_here=here)
    session.suspend(request, worker, stamp)
    return redirect(step_on(request, worker, proved=""))


def step_on(request: HttpRequest, worker: Worker, *, proved: str) -> str:
    """Go on with a sign-in; return the address of its next page. Once nothing is left to ask, the shift is open."""
    step = rules.next_step(queries.account(worker.id), proved=proved, demo=settings.DEMO)
    if step != rules.OPEN:
        return reverse(f"desk:{step}")
    session.begin(request, actions.open_shift(worker, method=proved or rules.PASSWORD, now=clock.now()))
    return HOME


def between(step: Step) -> Callable[[HttpRequest], HttpResponse]:
    """Let only who is between two steps in, and only to the page that comes next; a refusal shows on that page."""

    @wraps(step)
    def guarded(request: HttpRequest) -> HttpResponse:
        told = session.pending(request)
        if told is None:
            return redirect("desk:sign-in")
        worker, proved = told
        due = reverse(f"desk:{rules.next_step(queries.account(worker.id), proved=proved, demo=settings.DEMO)}")
        return step(request, worker, proved) if due == request.path else redirect(due)

    return guarded


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
@between
def own_password(request: HttpRequest, worker: Worker, proved: str) -> HttpResponse:
    """Replace the password that was given by one's own."""
    if request.method == "GET":
        return _page(request, "desk/own_password.html")
    draft = rules.NewPassword(parse_id(request.POST.get("id")) or new_id(), worker.id, clock.now())
    try:
        password = forms.twice(request.POST, "password", code="passwords-differ")
        actions.set_password(draft, password=password, by=worker, received_at=draft.at)
    except Refused as refusal:
        return _page(request, "desk/own_password.html", refusal)
    return _go_on(request, worker, proved)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@between
def set_up(request: HttpRequest, worker: Worker, proved: str) -> HttpResponse:
    """Set up a second step: codes from a phone, or (by script) a passkey."""
    secret = _drawn_secret(request, worker)
    refusal = None
    if request.method == "POST":
        draft = rules.OwnStep(new_id(), worker.id, "set_totp", clock.now())
        try:
            actions.set_totp(draft, secret=secret, code=request.POST.get("code", ""), by=worker, received_at=draft.at)
            return _go_on(request, worker, rules.TOTP)
        except Refused as wrong:
            refusal = wrong
    address = rules.provisioning(secret, handle=worker.handle, issuer="Handrail")
    qr = segno.make(address, error="m").svg_data_uri(border=2, scale=5)
    return _page(request, "desk/set_up.html", refusal, qr=qr, secret=rules.spoken(secret))


def _drawn_secret(request: HttpRequest, worker: Worker) -> str:
    """Return the secret that this set-up shows: the same on each load of the page, kept encrypted."""
    about = f"django_session|secret|{worker.id}"
    if sealed := request.session.get("secret"):
        try:
            return keys.ring().decrypt(bytes.fromhex(sealed), about=about)
        except Refused:  # another worker began here before
            pass
    secret = rules.new_secret()
    request.session["secret"] = keys.ring().encrypt(secret, about=about).hex()
    return secret


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@between
def code(request: HttpRequest, worker: Worker, proved: str) -> HttpResponse:
    """Take the second step: a code from one's phone, or (by script) a passkey."""
    account = queries.account(worker.id)
    told: dict[str, Any] = {"has_totp": account.totp, "has_passkey": account.passkeys > 0}
    if request.method == "GET":
        return _page(request, "desk/code.html", **told)
    try:
        actions.prove_code(worker, request.POST.get("code", ""), now=clock.now())
    except Refused as refusal:
        return _page(request, "desk/code.html", refusal, **told)
    return _go_on(request, worker, rules.TOTP)


@sensitive_post_parameters("pin", "again")
@require_http_methods(["GET", "POST"])
@between
def pin(request: HttpRequest, worker: Worker, proved: str) -> HttpResponse:
    """Choose the PIN that unlocks an open shift."""
    if request.method == "GET":
        return _page(request, "desk/pin.html")
    try:
        actions.set_pin(worker, forms.twice(request.POST, "pin", code="pins-differ"))
    except Refused as refusal:
        return _page(request, "desk/pin.html", refusal)
    return redirect(step_on(request, worker, proved=proved))


def _go_on(request: HttpRequest, worker: Worker, proved: str) -> HttpResponse:
    note_proved(request, worker, proved)
    return redirect(step_on(request, worker, proved=proved))


def note_proved(request: HttpRequest, worker: Worker, proved: str) -> None:
    """Remember between the pages of a sign-in how its second step was taken, or that it was not yet."""
    session.suspend(request, worker, queries.stamp(worker.id), proved=proved)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the shift and its session; shifts that others opened here stay locked."""
    if shift := request.session.get("shift"):
        actions.close_shift(parse_id(shift) or new_id(), now=clock.now())
    session.end(request)
    return redirect("desk:sign-in")


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def unlock(request: HttpRequest) -> HttpResponse:
    """Unlock a shift that is open here by its PIN, one's own or a colleague's; a script is answered in one word."""
    here, back = session.open_here(request), _back(request)
    if not here:
        return redirect("desk:sign-in")
    told: dict[str, Any] = {"open_here": here, "next": back, "chosen": _chosen(request), "windows": _windows(request)}
    if request.method == "GET":
        return _page(request, "desk/unlock.html", **told)
    try:
        worker = _unlocked(request, [str(one.shift) for one in here])
    except Refused as refusal:
        if request.headers.get("Accept") == "application/json":
            return JsonResponse(
                {"code": refusal.code, "say": refusals.say(refusal)}, status=refusals.status(refusal.code)
            )
        return _page(request, "desk/unlock.html", refusal, **told)
    same = str(worker.shift) == request.session.get("shift")
    session.unlock(request, worker)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"same": same, "token": get_token(request)})
    return redirect(back if same else HOME)


def _unlocked(request: HttpRequest, open_ids: list[str]) -> Worker:
    chosen = _chosen(request)
    if chosen not in open_ids:
        raise Refused("pin-spent")
    return actions.prove_pin(parse_id(chosen) or new_id(), request.POST.get("pin", ""), now=clock.now())


def _windows(request: Any) -> list[queries.Site]:
    """Return where the open shift may record with no code, locked or not."""
    return queries.sites_of(request.worker, "exchange.record") if request.worker else []


def _chosen(request: HttpRequest) -> str:
    return request.POST.get("shift") or request.session.get("shift", "")


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the open shift at once."""
    if request.session.get("shift"):
        session.lock(request)
    return redirect("desk:unlock")


def _back(request: HttpRequest) -> str:
    """Return where to go after an unlock: a page of the desk, nowhere else."""
    wanted = request.POST.get("next") or request.GET.get("next") or HOME
    ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith(HOME)
    return wanted if ours else HOME


def _page(request: HttpRequest, template: str, refusal: Refused | None = None, **told: Any) -> HttpResponse:
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, template, told, status=refusals.status(refusal.code) if refusal else 200)
