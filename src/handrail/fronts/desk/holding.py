"""Legal holds: set in two steps, lifted in two, seen on every page of the site they touch."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import holds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals

from . import forms

ONE_DAY = timedelta(days=1)


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """List what is held at a site, and ask for a span and a reference."""
    return _page(request, site_id)


@require_POST
@staff
def set_(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what a hold would keep; set it once that was confirmed."""
    now = clock.now()
    try:
        act_id, _ = forms.happened(request.POST, received_at=now)
        since, last = _day(request.POST.get("since")), _day(request.POST.get("last"))
        reference = request.POST.get("reference", "").strip()
        draft = holds.NewHold(act_id, site_id, since, last + ONE_DAY, reference, now)
        holds.check_hold(draft)
        if not request.POST.get("sure"):
            return _page(request, site_id, asked={"since": since, "last": last, "reference": reference, "id": act_id})
        holds.set_hold(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    return _page(request, site_id, done="set")


@require_POST
@staff
def lift(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what lifting a hold lets go; lift it once that was confirmed."""
    now = clock.now()
    try:
        act_id, _ = forms.happened(request.POST, received_at=now)
        hold_id, reference = parse_id(request.POST.get("hold")), request.POST.get("reference", "").strip()
        draft = holds.LiftedHold(act_id, site_id, hold_id or uuid.UUID(int=0), reference, now)
        holds.check_reference(reference)
        if not request.POST.get("sure"):
            return _page(request, site_id, lifting={"hold": hold_id, "reference": reference, "id": act_id})
        holds.lift_hold(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    return _page(request, site_id, done="lifted")


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Refused("no-day-kept") from None


def _page(request: StaffRequest, site_id: uuid.UUID, *, refusal: Refused | None = None, **told: Any) -> HttpResponse:
    require(request.worker, holds.PERMISSION, site_id=site_id)
    shown = {"site": org.site(site_id), "id": new_id(), "at": clock.now(), "longest": holds.LONGEST_REFERENCE}
    if refusal:
        shown |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/holding.html", shown | told, status=refusals.status(refusal.code) if refusal else 200)
