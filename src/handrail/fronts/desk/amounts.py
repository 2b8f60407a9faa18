"""How much is given here: the site's policy, its versions, and why more was given. By need the window says nothing at all."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import Entry, kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording, staff
from handrail.core.ui import refusals
from handrail.services.exchange.policy import queries, rules

from . import forms

REASONS = {
    "for-others": _("it is for others too"), "far-away": _("far to come"), "closed-soon": _("we are closed soon"),
    "lost": _("lost, taken or used up"), "other": _("another reason"),
}  # fmt: skip
LOOKED_BACK = timedelta(days=28)


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the policy that holds, its versions, and a form for another."""
    return _page(request, site_id)


@require_POST
@staff
def set_(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Set another policy, from today on."""
    told, now = request.POST, clock.now()
    try:
        act_id, at = forms.happened(told, received_at=now)
        law = told.get("basis") == rules.LAW
        numbers = {name: forms.whole(told.get(name, "")) if law else 0 for name in ("each", "plus")}
        body = {"basis": told.get("basis", ""), "law": told.get("law", "") if law else ""} | numbers
        kind = kinds.kind("exchange.set_policy", 1)
        kind.run(
            kind.parse(kinds.Envelope(act_id, kind.name, 1, site_id, at, body)), by=request.worker, received_at=now
        )
    except Refused as refusal:
        status = refusals.status(refusal.code)
        return _page(request, site_id, status=status, say=refusals.say(refusal), code=refusal.code, typed=told)
    return redirect("desk:amounts", site_id)


@require_POST
@recording
def because(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Say why more was given; nothing ties it to the visit."""
    now = clock.now()
    act_id, at = forms.happened(request.POST, received_at=now)
    kind, body = kinds.kind("exchange.gave_more", 1), {"because": request.POST.get("because", "")}
    kind.run(kind.parse(kinds.Envelope(act_id, kind.name, 1, site_id, at, body)), by=request.worker, received_at=now)
    if request.headers.get("HX-Request"):
        return render(request, "desk/_because_said.html")
    return redirect("desk:window", site_id)


def limit(site_id: uuid.UUID) -> dict[str, Any]:
    """Return what a window says of a law's limit, before anything is tapped; nothing where no law limits."""
    now = clock.now()
    policy = queries.policy(site_id, day=periods.site_day(now, org.site(site_id).timezone))
    return {"limit": policy} if policy.basis == rules.LAW else {}


def asks_why(site_id: uuid.UUID, entry: Entry) -> dict[str, Any]:
    """Return the reasons to choose from where a saved visit gave more than the law limits; else nothing."""
    if entry.already or not queries.gave_more(site_id, entry.body, day=entry.day):
        return {}
    return {"reasons": REASONS.items(), "why_id": new_id()}


def _page(request: StaffRequest, site_id: uuid.UUID, *, status: int = 200, **told: Any) -> HttpResponse:
    require(request.worker, "exchange.set-policy", site_id=site_id)
    site, now = org.site(site_id), clock.now()
    today = periods.site_day(now, site.timezone)
    shown = {
        "site": site, "id": new_id(), "at": periods.coarse(now), "policy": queries.policy(site_id, day=today),
        "versions": queries.versions(site_id), "days": LOOKED_BACK.days,
        "why": [(REASONS[name], n) for name, n in queries.reasons(site_id, since=today - LOOKED_BACK)],
    }  # fmt: skip
    return render(request, "desk/amounts.html", shown | told, status=status)
