"""What stood on paper: a floor sheet's line, an overdose sheet, entered afterwards under the hour written on it, marked so."""

import uuid
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.services.consumption import actions, queries
from handrail.services.consumption.rules import flow, overdoses, setup, stays

from . import floor, forms

MINUTE, LINES = 60, 8  # lines of an overdose sheet that one form takes
MOST_MINUTES = 24 * 60
ENDS = {
    flow.USED: _("used a place"),
    flow.LEFT_BEFORE_SEAT: _("left before a seat"),
    flow.LEFT_WITHOUT_USING: _("left without using"),
}
EVENTS = {
    "stimulate": _("stimulate"), "airway": _("airway"), "oxygen": _("oxygen"), "bvm": _("breaths (BVM)"), "naloxone": _("naloxone"),
    "recovery": _("recovery position"), "cpr": _("CPR"), "aed": _("AED"), "ambulance_called": _("ambulance called"), "other": _("something else"),
}  # fmt: skip
OUTCOMES = {
    "recovered": _("recovered here"), "ambulance": _("went with ambulance"), "left": _("left before we finished"), "died": _("died"),
    "unknown": _("unknown"), "mistake": _("not an overdose"),
}  # fmt: skip


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the two forms."""
    return _page(request, site_id)


@require_POST
@staff
def visit(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Keep a line of a floor sheet."""
    now, told = clock.now(), request.POST
    try:
        act_id, _at = forms.happened(told, received_at=now)
        at, site = _hour(told, site_id, now), org.site(site_id)
        spans = {name: _minutes(told, name) * MINUTE for name in stays.SECONDS}
        stay = stays.parse(
            {stays.KEY: {"outcome": told.get("outcome", ""), "room": told.get("room", ""), "paper": 1} | spans}
        )
        pairs = queries.like_visits(site_id, periods.site_day(at, site.timezone), at=at, stay=stay)
        entry = actions.record_paper_visit(act_id, site_id, at, stay, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return _page(request, site_id, saved=True, pair=bool(pairs) and not entry.already)


@require_POST
@staff
def overdose(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Keep an overdose sheet."""
    now, told = clock.now(), request.POST
    try:
        act_id, _at = forms.happened(told, received_at=now)
        draft = _overdose(told, act_id, site_id, day=_day(told, now))
        pair = queries.like_overdoses(draft)
        entry = actions.record_paper_overdose(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return _page(request, site_id, saved=True, pair=bool(pair) and not entry.already)


def _overdose(told: QueryDict, act_id: uuid.UUID, site_id: uuid.UUID, *, day: date) -> stays.Overdose:
    lines = [(n, told.get(f"event.{n}", "")) for n in range(LINES) if told.get(f"event.{n}")]
    stamps = [
        overdoses.Stamp(
            part_id(act_id, f"line:{n}"), event, _minutes(told, f"minute.{n}") * MINUTE, late=True,
            item=told.get("item", "") if event == overdoses.NALOXONE else "",
        )
        for n, event in lines
    ]  # fmt: skip
    place, outcome = told.get("place", ""), told.get("outcome", "")
    if place not in {*flow.ROOMS, actions.OUTSIDE} or any(one.event not in overdoses.EVENTS for one in stamps):
        raise Refused("not-readable")
    overdoses.check_close(outcome)
    seconds = max((one.second for one in stamps), default=0)
    return stays.Overdose(act_id, site_id, day, place, "", outcome, tuple(stamps), seconds, paper=True)


def _day(told: QueryDict, now: datetime) -> date:
    day = forms.day(told.get("day", ""))
    if day is None:
        raise Refused("not-readable")
    periods.check_happened(datetime.combine(day, time(0), now.tzinfo), received_at=now)
    return day


def _hour(told: QueryDict, site_id: uuid.UUID, now: datetime) -> datetime:
    """Return the hour that is written on the sheet. Raises Refused: `not-readable`, `bad-amount`, `date-ahead`, `date-too-old`."""
    hour = setup.check_number(forms.whole(told.get("hour", "")), least=0, most=23)
    at = datetime.combine(_day(told, now), time(hour), ZoneInfo(org.site(site_id).timezone))
    periods.check_happened(at, received_at=now)
    return periods.coarse(at, minutes=60)


def _minutes(told: QueryDict, name: str) -> int:
    return setup.check_number(forms.whole(told.get(name) or "0"), least=0, most=MOST_MINUTES)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None, **more: Any) -> HttpResponse:
    require(request.worker, "consumption.record", site_id=site_id)
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": clock.now(), "rooms": floor.KINDS, "ends": ENDS, "events": EVENTS, "outcomes": OUTCOMES,
        "lines": range(LINES), "products": queries.naloxone_products(),
    }  # fmt: skip
    told |= more
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/floor_paper.html", told, status=refusals.status(refusal.code) if refusal else 200)
