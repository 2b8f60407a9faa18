"""What people tell us of naloxone they used: written down for them at the desk, and, for who may see it, what was told lately."""

import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording
from handrail.core.ui import refusals
from handrail.services.naloxone import actions, asked, queries

from . import forms

LOOKED_BACK = timedelta(days=28)


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the form, and what was told lately."""
    return _page(request, site_id)


@require_POST
@recording
def tell(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Write one report down for somebody. It is not tied to who writes it, nor to a visit."""
    require(request.worker, actions.PERMISSION, site_id=site_id)
    now, told = clock.now(), dict(request.POST.lists())
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        kind, near = kinds.kind("naloxone.report", 1), parse_id(request.POST.get("area"))
        draft = kind.parse(kinds.Envelope(act_id, kind.name, 1, near, at, asked.answers(told)))
        actions.record_report(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        status = refusals.status(refusal.code)
        return _page(request, site_id, told=told, say=refusals.say(refusal), code=refusal.code, status=status)
    return _page(request, site_id, saved=True)


def _page(request: StaffRequest, site_id: uuid.UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    require(request.worker, actions.PERMISSION, site_id=site_id)
    site, now, told = org.site(site_id), clock.now(), more.pop("told", {})
    today = periods.site_day(now, site.timezone)
    may_see = request.worker.may("naloxone.see-reports", site_id=site_id) and not request.locked
    shown = {
        "site": site, "asked": asked.asked(told), "choices": queries.choices(today), "told": told, "at": periods.coarse(now),
        "area": told.get("area", [str(site_id)])[0], "days": LOOKED_BACK.days, "rows": None,
    }  # fmt: skip
    if may_see:
        heard = queries.heard(since=today - LOOKED_BACK, until=today + timedelta(days=1), areas={site_id})
        shown |= {"rows": [_row(one, heard.like.get(one.id, 0)) for one in heard.reports], "flooded": heard.flooded}
    return render(request, "desk/told.html", shown | more, status=status)


def _row(one: Any, like: int) -> dict[str, Any]:
    """Lay one report out in words."""
    when = asked.says("when", one.when) or one.month
    doses = f"{one.doses}+" if one.at_least else one.doses
    return {"one": one, "when": when, "doses": doses, "outcome": asked.says("outcome", one.outcome), "like": like}
