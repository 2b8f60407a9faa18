"""How a refusal reaches a reader when no form carries it: a page, a fragment, or JSON for the api. Same code, same next step."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from handrail.core.common.refusals import Refused

from . import refusals


def refused(request: HttpRequest, refusal: Refused, *, status: int | None = None) -> HttpResponse:
    """Answer a refusal in the reader's form: JSON under /api/, else a page (or its fragment for htmx)."""
    status = status or refusals.status(refusal.code)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": refusal.code, "say": refusals.say(refusal)}, status=status)
    template = "ui/_problem.html" if request.headers.get("HX-Request") else "ui/refusal.html"
    return render(request, template, {"code": refusal.code, "say": refusals.say(refusal)}, status=status)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is too old to be trusted; a script gets a fresh one, and the form can be sent again."""
    return refused(request, Refused("stale-form"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read."""
    return refused(request, Refused("not-readable"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer as for a page that does not exist."""
    return refused(request, Refused("no-such-page"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return refused(request, Refused("no-such-page"))


def broken(request: HttpRequest) -> HttpResponse:
    """Answer when we are at fault."""
    return refused(request, Refused("our-fault"))
