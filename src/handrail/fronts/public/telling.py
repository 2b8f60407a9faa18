"""Tell us you used naloxone: a form for anyone. No account, no script, no cookie, no address kept; it never asks who sold, shared or was there."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from handrail.core.common import clock
from handrail.core.common.ids import new_id, parse_id, parse_random_id
from handrail.core.common.refusals import Refused
from handrail.core.ui import refusals
from handrail.services.naloxone import public as naloxone

from . import pace


@csrf_exempt  # no cookie speaks here, so there is nothing that another page could borrow
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """Show the form; take what it tells, thank for it, offer it again. It keeps nothing of who tells."""
    if request.method != "POST":
        return _form(request, QueryDict())
    now, told = clock.now(), request.POST
    try:
        with pace.REPORTS.turn():
            died = naloxone.tell(
                naloxone.answers(dict(told.lists())) | ({"flood": 1} if pace.REPORTS.is_flood(now) else {}),
                act_id=parse_random_id(told.get("id")) or new_id(), area=parse_id(told.get("area")), received_at=now,
            )  # fmt: skip
    except Refused as refusal:
        return _form(request, told, refusal)
    return render(request, "public/told.html", {"died": died, "areas": naloxone.choices(now.date()).areas})


def _form(request: HttpRequest, told: QueryDict, refusal: Refused | None = None) -> HttpResponse:
    shown: dict[str, Any] = {
        "id": told.get("id") or new_id(), "told": told, "choices": naloxone.choices(clock.now().date()),
        "asked": naloxone.asked(dict(told.lists())),
    }  # fmt: skip
    shown |= {"say": refusals.say(refusal), "code": refusal.code} if refusal else {}
    return render(request, "public/tell.html", shown, status=refusals.status(refusal.code) if refusal else 200)
