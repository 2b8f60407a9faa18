"""Bags, boxes, machines and vehicles: opened by name, restocked from the shelf, counted; what they hold and what is brought back."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import places, queries, rules
from handrail.core.ui import refusals

from . import catalogue, forms

KINDS = {rules.BAG: _("peer’s bag"), rules.BOX: _("access point"), rules.MACHINE: _("machine"), rules.VAN: _("vehicle")}


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show every place of a site and what it holds."""
    return _page(request, site_id)


@require_POST
@staff
def open_(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Open a place under a name."""
    now, told = clock.now(), request.POST
    try:
        act_id, at = forms.happened(told, received_at=now)
        draft = places.NewPlace(
            act_id,
            site_id,
            periods.coarse(at),
            forms.follows(act_id, "account"),
            told.get("kind", ""),
            told.get("name", ""),
        )
        places.open_place(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:stock-place", site_id, draft.account_id)


@require_safe
@staff
def look(request: StaffRequest, site_id: uuid.UUID, account_id: uuid.UUID) -> HttpResponse:
    """Show what one place holds, beside the shelf it is restocked from."""
    return _one(request, site_id, account_id)


@require_POST
@staff
def move(request: StaffRequest, site_id: uuid.UUID, account_id: uuid.UUID) -> HttpResponse:
    """Restock a place from the shelf, or bring back to the shelf; what moved is one act."""
    now, shelf = clock.now(), rules.account_id(site_id, rules.SHELF)
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        lines = forms.moved(request.POST)
        ends = (account_id, shelf) if request.POST.get("way") == "back" else (shelf, account_id)
        draft = places.Transfer(act_id, site_id, periods.coarse(at), *ends, lines)
        places.transfer(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _one(request, site_id, account_id, refusal)
    return redirect("desk:stock-place", site_id, account_id)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    held = [
        {
            "place": one.place, "kind": KINDS[one.place.kind], "asks_for_count": one.asks_for_count,
            "holds": [(catalogue.CATEGORIES.get(name, name), units) for name, units in one.by_category.items()],
        }
        for one in places.held(site_id)
    ]  # fmt: skip
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "open_id": new_id(), "kinds": KINDS, "held": held,
        "may_open": request.worker.may(places.PERMISSION, site_id=site_id),
    }  # fmt: skip
    return _render(request, "desk/places.html", told, refusal)


def _one(
    request: StaffRequest, site_id: uuid.UUID, account_id: uuid.UUID, refusal: Refused | None = None
) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    here = places.place(site_id, account_id)
    shelf = [row for row in queries.on_shelf(site_id) if row.balance > 0 and row.category != rules.USED]
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "here": here, "kind": KINDS[here.kind],
        "lines": queries.in_accounts([account_id]).get(account_id, []), "shelf": shelf,
        "out_id": new_id(), "back_id": new_id(), "count_id": new_id(),
        "may_count": request.worker.may("supplies.count", site_id=site_id),
    }  # fmt: skip
    return _render(request, "desk/stock_place.html", told, refusal)


def _render(request: StaffRequest, template: str, told: dict[str, Any], refusal: Refused | None) -> HttpResponse:
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, template, told, status=refusals.status(refusal.code) if refusal else 200)
