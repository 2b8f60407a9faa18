"""Recalls: declare one, see where the lot is and where it went, set it aside, print the notice for people without a code."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import places, queries, recalls, rules
from handrail.core.ui import refusals, words

from . import forms

NOBODY = uuid.UUID(int=0)


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """List every recall, and let one be declared."""
    return _page(request, site_id)


@require_POST
@staff
def declare(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Recall a lot; lead on to where it is."""
    now, told = clock.now(), request.POST
    try:
        act_id, at = forms.happened(told, received_at=now)
        lot_id = parse_id(told.get("lot")) or NOBODY
        draft = recalls.NewRecall(act_id, site_id, periods.coarse(at), lot_id, told.get("reason", ""))
        recalls.recall(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:recall", site_id, act_id)


@require_safe
@staff
def look(request: StaffRequest, site_id: uuid.UUID, recall_id: uuid.UUID) -> HttpResponse:
    """Show one recall: tasks, where the lot is, where it went, the notice."""
    return _one(request, site_id, recall_id)


@require_POST
@staff
def set_aside(request: StaffRequest, site_id: uuid.UUID, recall_id: uuid.UUID) -> HttpResponse:
    """Move what one place holds of the lot to quarantine: a transfer of what was found there."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        found, account = recalls.find(recall_id), parse_id(request.POST.get("account")) or NOBODY
        line = rules.Line(
            found.item, rules.check_amount(forms.whole(request.POST.get("amount", ""))), found.lot_id, "known"
        )
        aside = rules.account_id(site_id, rules.QUARANTINE)
        draft = places.Transfer(act_id, site_id, periods.coarse(at), account, aside, (line,))
        places.transfer(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _one(request, site_id, recall_id, refusal)
    return redirect("desk:recall", site_id, recall_id)


@require_POST
@staff
def end(request: StaffRequest, site_id: uuid.UUID, recall_id: uuid.UUID) -> HttpResponse:
    """End a recall."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        draft = recalls.RecallEnd(act_id, site_id, periods.coarse(at), recall_id)
        recalls.end_recall(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _one(request, site_id, recall_id, refusal)
    return redirect("desk:recalls", site_id)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    catalogue = queries.catalogue()
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "act_id": new_id(), "notices": recalls.notices(),
        "lots": sorted(
            (f"{catalogue.items[code].name} · {lot.code}", lot.id) for code, lots in catalogue.lots.items() for lot in lots
        ),
        "may_recall": request.worker.may(recalls.PERMISSION, site_id=site_id),
    }  # fmt: skip
    return _render(request, "desk/recalls.html", told, refusal)


def _one(
    request: StaffRequest, site_id: uuid.UUID, recall_id: uuid.UUID, refusal: Refused | None = None
) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    found = recalls.find(recall_id)
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "found": found, "end_id": new_id(),
        "tasks": [{"held": one, "here": one.site_id == site_id, "act_id": new_id()} for one in found.tasks],
        "rest": [one for one in found.holdings if not one.is_task],
        "went": [
            (basis, [(words.CHANNELS.get(one.channel, one.channel), one) for one in found.of(basis)])
            for basis in (recalls.KNOWN, recalls.ASSUMED, recalls.NOT_READ)
        ],
        "may_count": request.worker.may("supplies.count", site_id=site_id),
        "may_recall": request.worker.may(recalls.PERMISSION, site_id=site_id),
    }  # fmt: skip
    return _render(request, "desk/recall.html", told, refusal)


def _render(request: StaffRequest, template: str, told: dict[str, Any], refusal: Refused | None) -> HttpResponse:
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, template, told, status=refusals.status(refusal.code) if refusal else 200)
