"""Where we are: the channel, the stop, out of whose stock. Chosen once for a browser, shown at the window, kept until it is changed."""

import uuid
from dataclasses import asdict
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.encounters import channels, routes
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording, staff
from handrail.core.supplies import queries as supplies
from handrail.core.ui import refusals, words

from . import forms

KEPT = "places"  # in the session, by site


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show the channels of the window, the stops of its routes, and whose stock can be given from."""
    return _page(request, site_id)


@require_POST
@recording
def choose(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Take the channel, the stop and the stock for the visits that follow; nothing is recorded of anybody."""
    told = {name: request.POST.get(name, "") for name in ("channel", "stop", "stock")}
    try:
        require(request.worker, "exchange.record", site_id=site_id)
        chosen = _checked(told, site_id)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    request.session[KEPT] = request.session.get(KEPT, {}) | {str(site_id): chosen}
    return redirect("desk:window", site_id)


def _checked(told: dict[str, str], site_id: uuid.UUID) -> dict[str, str]:
    """Keep of a choice what its channel asks. Raises Refused: `unknown-channel`, `unknown-stop`, `unknown-account`."""
    channel = channels.channel(told["channel"], kind=channels.VISIT)
    offered = {"stop": [one.id for one in routes.stops(site_id)], "stock": [one.id for one in supplies.opened(site_id)]}
    asked = {"stop": channels.STOP, "stock": channels.STOCK}
    chosen = {"channel": channel.name}
    for name, code in (("stop", "unknown-stop"), ("stock", "unknown-account")):
        if told[name] and asked[name] in channel.asks:
            if parse_id(told[name]) not in offered[name]:
                raise Refused(code)
            chosen[name] = told[name]
    return chosen


def here(request: StaffRequest, site_id: uuid.UUID) -> dict[str, str]:
    """Return what was chosen in this browser for a site: `channel`, and `stop` and `stock` where they were."""
    kept: dict[str, str] = request.session.get(KEPT, {}).get(str(site_id), {"channel": channels.WINDOW})
    return kept


def shown(told: dict[str, str], site_id: uuid.UUID) -> dict[str, Any]:
    """Return what a page says of a place, and the facts that its channel asks."""
    stop = next((one for one in routes.stops(site_id) if str(one.id) == told.get("stop")), None)
    stock = next((one for one in supplies.opened(site_id) if str(one.id) == told.get("stock")), None)
    channel = channels.CHANNELS[told["channel"]]
    return {"name": words.CHANNELS[channel.name], "stop": stop, "stock": stock, "asks": channel.asks, "told": told}


@require_POST
@staff
def add_stop(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Put a stop at the end of a route."""
    now, told = clock.now(), request.POST
    try:
        act_id, at = forms.happened(told, received_at=now)
        draft = routes.NewStop(
            act_id,
            site_id,
            periods.coarse(at),
            new_id(),
            told.get("route", ""),
            told.get("name", ""),
            told.get("area", ""),
        )
        routes.add_stop(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:place", site_id)


@require_POST
@staff
def end_stop(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Offer a stop no more."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        stop_id = parse_id(request.POST.get("stop")) or uuid.UUID(int=0)
        routes.end_stop(
            routes.StopEnd(act_id, site_id, periods.coarse(at), stop_id), by=request.worker, received_at=now
        )
    except Refused as refusal:
        return _page(request, site_id, refusal)
    return redirect("desk:place", site_id)


def _page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    require(request.worker, "exchange.record", site_id=site_id)
    visits = [one for one in channels.CHANNELS.values() if one.kind == channels.VISIT]
    told: dict[str, Any] = {
        "site": org.site(site_id), "at": periods.coarse(clock.now()), "here": here(request, site_id),
        "channels": [
            {"name": one.name, "label": words.CHANNELS[one.name], "stops": channels.STOP in one.asks} for one in visits
        ],
        "stops": [asdict(one) | {"ends": new_id()} for one in routes.stops(site_id)],
        "stock": supplies.opened(site_id), "stop_id": new_id(),
        "may_lay_out": request.worker.may(routes.PERMISSION, site_id=site_id) and not request.locked,
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST}
    return render(request, "desk/place.html", told, status=refusals.status(refusal.code) if refusal else 200)
