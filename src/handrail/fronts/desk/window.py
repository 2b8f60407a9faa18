"""The window: preset, Done. It starts with no code; nothing optional stands in the way."""

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from handrail.core import journal
from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.encounters import actions, channels
from handrail.core.encounters import rules as encounters
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording, staff
from handrail.core.people import queries as people_queries
from handrail.core.people import rules as people
from handrail.core.supplies import recalls
from handrail.core.ui import refusals, words

from . import amounts, catalogue, forms, place


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show an empty window."""
    return _page(request, site_id, _fresh(request, site_id, clock.now()))


@require_POST
@recording
def fill(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Put a preset in, for a browser without script; nothing is saved."""
    form = forms.VisitForm.posted(request.POST)
    form.fill(catalogue.preset(site_id, request.POST.get("preset", "")))
    return _page(request, site_id, form)


@require_POST
@staff
def card(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Say of a card: known, new, or not a code. Nothing else, and nothing is created."""
    require(request.worker, "people.scan", site_id=site_id)
    form, told = forms.VisitForm.posted(request.POST), ""
    if form.card:
        try:
            pseudonym = people.pseudonym(form.card, site_id=site_id, ring=keys.ring())
            told = "known" if people_queries.is_known(pseudonym) else "new"
        except Refused as refusal:
            told = refusal.code
    if request.headers.get("HX-Request"):
        return render(request, "desk/_card.html", {"card": told}, status=422 if told == "not-a-code" else 200)
    return _page(request, site_id, form, card=told, status=422 if told == "not-a-code" else 200)


@require_POST
@recording
def visit(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record a visit; answer with its line and an empty window, or the window as it was with the reason."""
    now = clock.now()
    form = forms.VisitForm.posted(request.POST)
    try:
        if form.card and request.locked:
            raise Refused("locked")
        draft = form.draft(site_id, naloxone=catalogue.naloxone(), received_at=now)
        entry = actions.record_visit(draft, by=request.worker, received_at=now)
    except Conflict as conflict:  # outside the action's transaction: keep it for a reviewer, say so
        journal.keep(conflict, received_at=now)
        form.id = new_id()  # what was typed stays: only the worker knows which part of it was saved before
        return _page(request, site_id, form, refusal=Refused("conflict"), status=refusals.status("conflict"))
    except Refused as refusal:
        return _page(request, site_id, form, refusal=refusal, status=refusals.status(refusal.code))
    fresh, saved = _fresh(request, site_id, now), {"entry": entry, "line": catalogue.line(entry), "undo_id": new_id()}
    saved |= amounts.asks_why(site_id, entry)
    if not request.headers.get("HX-Request"):
        return _page(request, site_id, fresh, saved=saved)
    edition = catalogue.edition()
    moved = form.where != fresh.where  # another window of this browser went elsewhere
    if moved or request.POST.get("edition") != edition:  # or what can be given has changed since this window was opened
        return _page(request, site_id, fresh, saved=saved, whole=True)
    told = {"site": {"id": site_id}, "form": fresh, "saved": saved, "edition": edition, "now": _milliseconds(now)}
    return render(request, "desk/_next.html", told)  # the script empties its window: it needs a line, an id and a time


@require_POST
@recording
def undo(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Take a visit back by a reversing act."""
    now = clock.now()
    act_id, at = forms.happened(request.POST, received_at=now)
    visit_id = parse_id(request.POST.get("visit")) or uuid.UUID(int=0)
    draft = encounters.Undo(act_id, site_id, periods.coarse(at), visit_id)
    told: dict[str, Any] = {}
    try:
        actions.undo_visit(draft, by=request.worker, received_at=now)
        told["line"] = catalogue.line(journal.find(visit_id))
    except Refused as refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    status = refusals.status(told["code"]) if "code" in told else 200
    if request.headers.get("HX-Request"):
        return render(request, "desk/_undone.html", told, status=status)
    return _page(request, site_id, _fresh(request, site_id, now), undone=told, status=status)


def _fresh(request: StaffRequest, site_id: uuid.UUID, now: datetime) -> forms.VisitForm:
    return forms.VisitForm.fresh(now, place.here(request, site_id))


def _milliseconds(now: datetime) -> int:
    """Tell the page our time: it counts on from there and never asks the device's own clock."""
    return int(now.timestamp() * 1000)


def _page(
    request: StaffRequest, site_id: uuid.UUID, form: forms.VisitForm, *, status: int = 200, **told: Any
) -> HttpResponse:
    require(request.worker, "exchange.record", site_id=site_id)
    refusal = told.pop("refusal", None)
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    swap = bool(request.headers.get("HX-Request"))
    shown = {
        "site": org.site(site_id),
        "form": form,
        "people": forms.PEOPLE,
        "place": place.shown(
            form.where if form.channel in channels.CHANNELS else {"channel": channels.WINDOW}, site_id
        ),
        "locked": request.locked,
        "now": _milliseconds(clock.now()),
        "edition": catalogue.edition(),
        "care": words.CARE,
        "recalls": recalls.standing_at(site_id),
        **catalogue.shown(site_id, form, today=periods.site_day(clock.now(), org.site(site_id).timezone)),
        **amounts.limit(site_id),
    }
    template = "desk/_next.html" if told.get("whole") else "desk/_window.html" if swap else "desk/window.html"
    return render(request, template, shown | told, status=status)
