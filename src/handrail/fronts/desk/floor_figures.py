"""A floor's figures, internal, and what its queue would be with other places, hours and stays."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common import clock, periods
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.evidence.impact import queueing
from handrail.evidence.indicators import floor
from handrail.evidence.indicators.catalogue import CATALOGUE
from handrail.services.consumption import queries

from . import forms

SPAN = timedelta(days=365)
DAYS, SEED = 3, 1  # simulated in each of twenty blocks: sixty days a row
STAYS_LEAST = 30  # fewer durations than that are no basis: the figure is ours
OTHERS = (-2, 0, 2, 4)  # places fewer and more than there are
MOST_HOURS, MOST_PERCENT = 24, 200
DEFINITIONS = ("overdoses-per-1000-consumption-visits", "overdose-response-shares", "access-to-places")


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the figures of a span, a year where none is named, and the queue for other numbers of places."""
    require(request.worker, "indicators.see", site_id=site_id)
    site = org.site(site_id)
    today = periods.site_day(clock.now(), site.timezone)
    told: dict[str, Any] = {"site": site, "definitions": [CATALOGUE[name] for name in DEFINITIONS]}
    try:
        since, until = _span(request.GET, today)
        hours, stay = _number(request.GET, "hours", 12, MOST_HOURS), _number(request.GET, "stay", 100, MOST_PERCENT)
    except Refused as refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
        return render(request, "desk/floor_figures.html", told, status=refusals.status(refusal.code))
    places = sum(one.places * one.holds for one in queries.rooms(site_id) if one.kind != "observation")
    days = (until - since).days
    found = floor.figures(since=since, until=until, site_id=site_id, open_minutes=days * hours * 60, places=places)
    told |= {"since": since, "until": until, "hours": hours, "stay": stay, "places": places, "figures": found}
    told |= {"rows": plan(site_id, since, until, places=places, hours=hours, percent=stay)}
    return render(request, "desk/floor_figures.html", told)


def plan(
    site_id: uuid.UUID, since: date, until: date, *, places: int, hours: int, percent: int
) -> list[tuple[int, list[queueing.Figure]]]:
    """Return the simulated queue for a few numbers of places, from the site's own durations; empty where there are too few of them."""
    own = floor.stays(since=since, until=until, site_id=site_id)
    if len(own.minutes) < STAYS_LEAST or not own.days or not places:
        return []
    stays = [minutes * percent / 100 for minutes in own.minutes]
    rows = []
    for n in sorted({max(1, places + more) for more in OTHERS}):
        arranged = queueing.Floor(n, hours * 60.0, own.arrivals / own.days, stays)
        told = queueing.simulate(arranged, days=DAYS, seed=SEED)
        rows.append((n, [told.p95_wait, told.left, told.used]))
    return rows


def _span(typed: QueryDict, today: date) -> tuple[date, date]:
    """Read the span; `until` is not included. Raises Refused("not-readable")."""
    until = forms.day(typed.get("until", "")) or today
    since = forms.day(typed.get("since", "")) or until - SPAN
    if since >= until:
        raise Refused("not-readable")
    return since, until


def _number(typed: QueryDict, name: str, usual: int, most: int) -> int:
    number = forms.whole(typed.get(name, str(usual)), least=1)
    if not 1 <= number <= most:
        raise Refused("bad-amount", least=1, most=most)
    return number
