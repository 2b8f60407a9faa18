"""My shift: whose it is, what it is unlocked with, and its end."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import actions, queries, rules, session
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals

from . import forms


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """Show one's own passkeys and PIN, and end the shift."""
    return _page(request)


@sensitive_post_parameters("pin", "again")
@require_POST
@staff
def set_pin(request: StaffRequest) -> HttpResponse:
    """Set another PIN."""
    try:
        actions.set_pin(request.worker, forms.twice(request.POST, "pin", code="pins-differ"))
    except Refused as refusal:
        return _page(request, refusal)
    session.unlock(request, request.worker)
    return redirect("desk:shift")


@require_POST
@staff
def remove_passkey(request: StaffRequest) -> HttpResponse:
    """Let go of a passkey of one's own."""
    now = clock.now()
    draft = rules.OwnStep(
        parse_id(request.POST.get("id")) or new_id(), request.worker.id, "remove_passkey", now,
        passkey_id=parse_id(request.POST.get("passkey")),
    )  # fmt: skip
    try:
        actions.remove_passkey(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, refusal)
    return redirect("desk:shift")


def _page(request: StaffRequest, refusal: Refused | None = None) -> HttpResponse:
    told: dict[str, Any] = {
        "account": queries.account(request.worker.id),
        "passkeys": queries.passkeys(request.worker.id),
    }
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/shift.html", told, status=refusals.status(refusal.code) if refusal else 200)
