"""Signing in and out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.core.org import actions, session
from handrail.core.ui import refusals


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Begin a session for a right handle and password; answer wrong ones alike."""
    if request.method == "GET":
        return render(request, "desk/sign_in.html")
    handle, password = request.POST.get("handle", ""), request.POST.get("password", "")
    try:
        worker, stamp = actions.sign_in(handle, password, now=clock.now())
    except Refused as refusal:
        told = {"say": refusals.say(refusal), "code": refusal.code, "handle": handle}
        return render(request, "desk/sign_in.html", told, status=refusals.status(refusal.code))
    session.begin(request, worker, stamp)
    return redirect("desk:home")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    session.end(request)
    return redirect("desk:sign-in")
