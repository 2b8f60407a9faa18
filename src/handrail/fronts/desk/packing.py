"""Kits: what each holds, and packing it another way from now on."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import kits, queries
from handrail.core.ui import refusals

from . import forms

ROWS = 8  # components a form offers; a kit of more is packed of kits' parts elsewhere


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show every kit with its versions, and offer to pack one."""
    return _page(request, site_id)


@require_POST
@staff
def compose(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Pack a new kit, or another version of one."""
    now, told = clock.now(), request.POST
    try:
        act_id, at = forms.happened(told, received_at=now)
        items, amounts = told.getlist("item"), told.getlist("amount")
        lines = tuple(
            (item, forms.whole(n, least=1)) for item, n in zip(items, amounts, strict=False) if item and n.strip()
        )
        code = told.get("code", "")
        known = {one.code: one.name for one in kits.kits()}
        name = known.get(code, told.get("name", ""))
        draft = kits.Composition(
            act_id, site_id, periods.coarse(at), code if code in known else kits.new_code(act_id), name, lines
        )
        kits.compose(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:packed", site_id)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "supplies.see", site_id=site_id)
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "act_id": new_id(), "kits": kits.kits(), "rows": range(ROWS),
        "items": sorted((one for one in queries.items().values() if one.category not in kits.NEVER_PACKED), key=lambda one: one.name),
        "may_pack": request.worker.may(kits.PERMISSION, site_id=site_id),
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/packed.html", told, status=refusals.status(refusal.code) if refusal else 200)
