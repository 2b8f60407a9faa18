"""The right to disappear: a card is shown, removal is asked, and it is unlinked from everything at once."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.encounters import erasure
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.people import erased
from handrail.core.people import rules as people
from handrail.core.ui import refusals

from . import forms


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Say what goes and what stays, and ask for the card."""
    return _page(request, site_id)


@require_POST
@staff
def remove(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Unlink the card. The answer is the same whether it was known here or not."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        if not request.POST.get("asked"):
            raise Refused("not-asked")
        pseudonym = people.pseudonym(request.POST.get("card", ""), site_id=site_id, ring=keys.ring())
        draft = erasure.Removal(act_id, site_id, periods.coarse(at))
        erasure.erase_card(draft, pseudonym=pseudonym, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(
            request, site_id, say=refusals.say(refusal), code=refusal.code, status=refusals.status(refusal.code)
        )
    return _page(request, site_id, done=True)


def _page(request: StaffRequest, site_id: uuid.UUID, *, status: int = 200, **told: Any) -> HttpResponse:
    require(request.worker, "people.scan", site_id=site_id)
    told |= {
        "site": org.site(site_id),
        "id": new_id(),
        "at": periods.coarse(clock.now()),
        "copies_days": erased.KEPT.days,
    }
    return render(request, "desk/removal.html", told, status=status)
