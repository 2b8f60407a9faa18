"""Kits: a label for the bag and a slip for its holder, printed as a pair beforehand. A code is on its slip and nowhere else."""

import uuid

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.services.drugchecking.bench import actions, codes, rules

from . import forms


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Say what a kit is, and offer to print a sheet."""
    return _page(request, site_id)


@require_POST
@staff
def issue(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Draw kits and lay them out for print. The page is the only place where their codes stand."""
    now, site = clock.now(), org.site(site_id)
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        sheets = forms.whole(request.POST.get("sheets", ""), least=1)
        draft = rules.Kits(act_id, site_id, rules.noon(at, site.timezone), sheets)
        _, drawn = actions.print_kits(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    address = request.build_absolute_uri(reverse("public:results"))
    kits = [
        {"bench": bench, "code": codes.printed(code), "label": _square(codes.label(kit, bench))}
        for bench, code, kit in drawn
    ]
    told = {"site": site, "kits": kits, "address": address, "square": _square(address)}
    return render(request, "desk/kit_sheet.html", told)


def _square(text: str) -> str:
    return segno.make(text, error="m", micro=False).svg_data_uri(border=1, scale=3)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, actions.KITS, site_id=site_id)
    told = {
        "site": org.site(site_id),
        "id": new_id(),
        "at": periods.coarse(clock.now()),
        "on_a_sheet": rules.KITS_ON_A_SHEET,
    }
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/kits.html", told, status=refusals.status(refusal.code) if refusal else 200)
