"""Cards: a sheet of new ones to print. A code is on paper and nowhere else."""

import uuid
from collections.abc import Mapping

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.people import actions, rules
from handrail.core.ui import refusals

from . import forms

PROTECTION = "protection"
LONGEST_LINE = 90  # characters that fit a card's line


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Say what a card is, and offer to print a sheet."""
    return _page(request, site_id)


@require_POST
@staff
def issue(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Draw new codes and lay them out for print. The page is the only place where they stand."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        face = _face(request.POST)
        draft = rules.CardSheets(
            act_id, site_id, forms.whole(request.POST.get("sheets", ""), least=1), periods.coarse(at)
        )
        _, codes = actions.issue_cards(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal=refusal)
    printed = [
        {"code": code, "qr": segno.make(code, error="m", micro=False).svg_data_uri(border=1, scale=3)} for code in codes
    ]
    return render(request, "desk/card_sheet.html", {"site": org.site(site_id), "cards": printed} | face)


def _face(told: Mapping[str, str]) -> dict[str, str]:
    """Return what stands on a card besides its code. Plain: nothing. Protection: programme and law, as the site typed them; kept nowhere."""
    if told.get("face") != PROTECTION:
        return {}
    says = {name: told.get(name, "").strip() for name in ("programme", "law")}
    if not all(one and len(one) <= LONGEST_LINE and is_plain(one) and "\n" not in one for one in says.values()):
        raise Refused("face-needs-words", longest=LONGEST_LINE)
    return says


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "people.issue-cards", site_id=site_id)
    told = {
        "site": org.site(site_id),
        "id": new_id(),
        "at": periods.coarse(clock.now()),
        "on_a_sheet": rules.CARDS_ON_A_SHEET,
    }
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/cards.html", told, status=refusals.status(refusal.code) if refusal else 200)
