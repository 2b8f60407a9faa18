"""Devices of a site: what each is, when it was last heard from, what is missing of it; letting one in, and ending one."""

import uuid
from typing import Any

import segno
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import actions, queries, rules
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals

from . import forms, trust

KINDS = {
    "window-tablet": gettext_lazy("window tablet"), "van-tablet": gettext_lazy("van tablet"), "phone": gettext_lazy("phone"),
    "floor-board": gettext_lazy("floor board"), "desk-computer": gettext_lazy("desk computer"),
}  # fmt: skip
REASONS = {
    "lost": gettext_lazy("lost"), "stolen": gettext_lazy("stolen or seized"), "broken": gettext_lazy("broken"),
    "replaced": gettext_lazy("replaced"), "retired": gettext_lazy("no longer used"),
}  # fmt: skip


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """List a site's devices."""
    return _page(request, site_id)


@require_POST
@staff
def invite(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Print the sheet that lets one device in. Its QR stands on that page only."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        draft = rules.NewInvitation(
            act_id, site_id, request.POST.get("label", "").strip(), request.POST.get("kind", ""), at
        )
        _, token = actions.invite_device(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    told: dict[str, Any] = {"site": queries.site(site_id), "label": draft.label, "kind": KINDS[draft.kind]}
    told |= {"minutes": rules.TOKEN_LIVES.seconds // 60, "until": now + rules.TOKEN_LIVES}
    told |= trust.step()
    if token:
        address = trust.address("/app/enrol")
        qr = segno.make(f"{address}#{token}", error="m").svg_data_uri(border=2, scale=6)
        told |= {"qr": qr, "address": address, "token": token}
    return render(request, "desk/device_sheet.html", told)


@require_POST
@staff
def revoke(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """End a device: what it still brings is held for review."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        device_id = parse_id(request.POST.get("device")) or uuid.UUID(int=0)
        draft = rules.DeviceEnd(act_id, device_id, site_id, request.POST.get("reason", ""), at)
        actions.revoke_device(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:devices", site_id)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "org.devices", site_id=site_id)
    contacts = {one.device.id: one for one in queries.contacts()}
    told: dict[str, Any] = {
        "site": queries.site(site_id), "at": clock.now(), "kinds": KINDS, "reasons": REASONS, "edition": rules.IDLE_EDITION,
        "devices": [
            {"device": one, "kind": KINDS[one.kind], "idle": rules.IDLE_MINUTES[one.kind], "contact": contacts.get(one.id)}
            for one in queries.devices(site_id)
        ],
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/devices.html", told, status=refusals.status(refusal.code) if refusal else 200)
