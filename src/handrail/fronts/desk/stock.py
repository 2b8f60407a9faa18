"""Stock: what the shelf holds, deliveries, counts. A shelf below zero asks to be counted and stops nobody."""

import uuid
from datetime import date
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording, staff
from handrail.core.supplies import actions, boxes, queries, recalls, rules
from handrail.core.ui import refusals, spreadsheet
from handrail.evidence.release import internal
from handrail.evidence.release.rules import TakeOut

from . import catalogue, forms


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what the shelf and the site bin hold."""
    return _page(request, site_id)


@require_POST
@recording
def receive(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Take a delivery onto the shelf."""
    now, told = clock.now(), request.POST
    try:
        act_id, at = forms.happened(told, received_at=now)
        amount, expires = forms.whole(told.get("amount", ""), least=1), forms.day(told.get("expires", ""))
        draft = rules.Delivery(
            act_id, site_id, periods.coarse(at), told.get("item", ""), amount, told.get("lot", "").strip(), expires
        )
        actions.receive(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    return redirect("desk:stock", site_id)


@require_POST
@recording
def count(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record what was counted, an act a line; the corrections follow. One line that cannot be is enough to record none."""
    now = clock.now()
    try:
        drafts = forms.counts(request.POST, site_id=site_id, received_at=now)
        for draft in drafts:
            rules.check_count(draft)
        for draft in drafts:
            actions.count(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    place = request.POST.get("account")
    return redirect("desk:stock-place", site_id, place) if place else redirect("desk:stock", site_id)


@require_POST
@recording
def open_box(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Mark the box that is given out of, its lot read off it; `box` reads ITEM:LOT, without a lot the open one is empty."""
    now = clock.now()
    item, _, lot = request.POST.get("box", "").rpartition(":")
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        shelf, own_id = rules.account_id(site_id, rules.SHELF), forms.follows(act_id, f"box:{item}:{lot}")
        draft = boxes.OpenBox(own_id, site_id, periods.coarse(at), shelf, item, parse_id(lot))
        boxes.open_box(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    return redirect("desk:stock", site_id)


@require_POST
@staff
def sheet(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Give the shelf as a spreadsheet: internal, not released, for a reason that the journal keeps."""
    now, why = clock.now(), request.POST.get("why", "")
    act_id, at = forms.happened(request.POST, received_at=now)
    internal.take_out(TakeOut(act_id, "shelf", site_id, why, at), by=request.worker, received_at=now)
    rows = [(row.item, row.name, row.lot_code, row.expires, row.balance, row.unit) for row in queries.on_shelf(site_id)]
    text = spreadsheet.internal(("item", "name", "lot", "expires", "on shelf", "unit"), rows, why=why)
    return HttpResponse(
        text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="shelf.csv"'},
    )


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    site, now = org.site(site_id), clock.now()
    told = {
        "site": site, "at": periods.coarse(now), "receive_id": new_id(), "count_id": new_id(), "sheet_id": new_id(),
        "shelf": _by_item(queries.on_shelf(site_id), today=periods.site_day(now, site.timezone)),
        "boxes": set(boxes.opened(rules.account_id(site_id, rules.SHELF)).values()), "recalled": recalls.standing_lots(),
        "bin": queries.on_shelf(site_id, kind=rules.BIN),
        "items": sorted((item for item in queries.items().values() if item.category not in {rules.USED, rules.KIT}), key=lambda one: one.name),
        "may_receive": request.worker.may("supplies.receive", site_id=site_id),
        "may_count": request.worker.may("supplies.count", site_id=site_id),
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/stock.html", told, status=refusals.status(refusal.code) if refusal else 200)


def _by_item(rows: list[queries.OnShelf], *, today: date) -> list[dict[str, Any]]:
    """Put the lots of an item under it, the window's categories in their order; bars compare within a category."""
    order = list(catalogue.CATEGORIES)
    ranked = sorted(
        rows, key=lambda row: (order.index(row.category) if row.category in order else len(order), row.name)
    )
    items: list[dict[str, Any]] = [
        {"first": (lines := list(group))[0], "total": sum(line.balance for line in lines),
         "lines": [{"row": line, "past": line.is_past(today)} for line in lines]}
        for _, group in groupby(ranked, key=lambda row: row.item)
    ]  # fmt: skip
    most: dict[str, int] = {}
    for item in items:
        most[item["first"].category] = max(most.get(item["first"].category, 1), item["total"])
    return [item | {"share": max(0, round(100 * item["total"] / most[item["first"].category]))} for item in items]
