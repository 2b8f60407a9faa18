"""The floor at the desk: its rooms, when people are looked at, the hand-over to the next shift, its incidents and paper sheets."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import queries as stock
from handrail.core.ui import refusals
from handrail.services.consumption import actions, queries
from handrail.services.consumption.rules import flow, incidents, setup

from . import forms

KINDS = {
    flow.INJECTING: _("injecting booths"), flow.SMOKING: _("smoking room"), flow.TABLES: _("tables"),
    flow.OBSERVATION: _("observation and aftercare"),
}  # fmt: skip
INCIDENTS = {
    "injury": _("somebody was hurt"), "needle_stick": _("needle-stick"), "fight": _("fight"), "threat": _("threat"),
    "theft": _("theft"), "police": _("police came"), "ambulance_other": _("ambulance, not for an overdose"),
    "building": _("something broken"), "pause_of_service": _("service paused for somebody"), "other": _("something else"),
}  # fmt: skip
LOW = 10  # units on the shelf: below it a hand-over names the item; the figure is ours
SHEET_LINES = range(12)


@dataclass(frozen=True)
class Act:
    """What a form came with: its id, when it was made, and the present moment."""

    id: uuid.UUID
    at: datetime
    now: datetime


Step = Callable[[StaffRequest, uuid.UUID, Act], None]


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the rooms, their places and check times."""
    return _page(request, site_id)


def _posting(work: Step) -> Callable[..., HttpResponse]:
    """Make a view of a step: done, and back to the page it came from; refused, and the page with the reason."""

    @require_POST
    @staff
    @wraps(work)
    def view(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
        now = clock.now()
        try:
            work(request, site_id, Act(*forms.happened(request.POST, received_at=now), now))
        except Refused as refusal:
            return _page(request, site_id, refusal)
        return redirect("desk:handover" if request.POST.get("from") == "handover" else "desk:floor", site_id)

    return view


@_posting
def add_room(request: StaffRequest, site_id: uuid.UUID, act: Act) -> None:
    """Open a room."""
    told = request.POST
    draft = setup.NewRoom(
        act.id, site_id, act.at, told.get("label", ""), told.get("kind", ""), forms.whole(told.get("places", "")),
        forms.whole(told.get("holds", "1")), forms.whole(told.get("purge") or "0"),
    )  # fmt: skip
    actions.open_room(draft, by=request.worker, received_at=act.now)


@_posting
def set_checks(request: StaffRequest, site_id: uuid.UUID, act: Act) -> None:
    """Set a room's check times."""
    told = request.POST
    draft = setup.Checks(
        act.id, site_id, act.at, _room(told.get("room")), forms.whole(told.get("soft", "")), forms.whole(told.get("hard", "")),
        told.get("clinician", ""),
    )  # fmt: skip
    actions.set_checks(draft, by=request.worker, received_at=act.now)


@_posting
def end_room(request: StaffRequest, site_id: uuid.UUID, act: Act) -> None:
    """Close a room for good."""
    draft = setup.RoomEnd(act.id, site_id, act.at, _room(request.POST.get("room")))
    actions.close_room(draft, by=request.worker, received_at=act.now)


@_posting
def incident(request: StaffRequest, site_id: uuid.UUID, act: Act) -> None:
    """Note an incident."""
    draft = incidents.Incident(act.id, site_id, periods.coarse(act.at), request.POST.get("kind", ""))
    actions.note_incident(draft, by=request.worker, received_at=act.now)


@_posting
def close(request: StaffRequest, site_id: uuid.UUID, act: Act) -> None:
    """Close the floor's shift."""
    actions.close_shift(site_id, by=request.worker, now=act.now)


def _room(text: str | None) -> uuid.UUID:
    return parse_id(text) or uuid.UUID(int=0)


@require_safe
@staff
def handover(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show how the floor stands, on one screen and one page of print."""
    require(request.worker, "consumption.record", site_id=site_id)
    now, site = clock.now(), org.site(site_id)
    day = periods.site_day(now, site.timezone)
    found = {name: row for row in stock.on_shelf(site_id) if (name := row.item) and row.balance < LOW}
    told: dict[str, Any] = {
        "site": site, "at": now, "handover": queries.handover(site_id, now=now),
        "incidents": [(INCIDENTS[kind], n) for kind, n in queries.incidents_since(site_id, day - timedelta(days=1))],
        "kinds": INCIDENTS, "low": sorted(found.values(), key=lambda row: row.balance), "today": queries.day(site_id, day),
    }  # fmt: skip
    return render(request, "desk/handover.html", told)


@require_safe
@staff
def sheets(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the paper sheets: floor and overdose, for days without this machine."""
    require(request.worker, "consumption.record", site_id=site_id)
    return render(request, "desk/floor_sheets.html", {"site": org.site(site_id), "lines": SHEET_LINES})


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "consumption.record", site_id=site_id)
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": clock.now(), "rooms": [(one, KINDS[one.kind]) for one in queries.rooms(site_id)],
        "kinds": KINDS, "may_arrange": request.worker.may("consumption.arrange", site_id=site_id),
        "may_figure": request.worker.may("indicators.see", site_id=site_id),
        "may_check": request.worker.may("consumption.set-checks", site_id=site_id),
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/floor.html", told, status=refusals.status(refusal.code) if refusal else 200)
