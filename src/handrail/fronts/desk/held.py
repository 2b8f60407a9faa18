"""What is held for review: kind, site, day, reason. Two people open a body; one resolves a line."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import queries as journal
from handrail.core.journal import reviewing
from handrail.core.org import queries as org
from handrail.core.org import session
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals

from . import forms, opened

LINES_SHOWN = 100  # the oldest; the rest follows as these end
NOON = time(12)
LOOK_SECONDS = int(reviewing.OPEN_STANDS.total_seconds())  # then the page leaves by itself

TO_OPEN: Mapping[str, Any] = {
    "did-it-happen": _("to see whether it happened"),
    "worker-asked": _("the worker who recorded it asked"),
    "shelf-differs": _("a shelf does not agree with its count"),
    "mend-sender": _("to mend the device or program that sent it"),
}
TO_DESTROY: Mapping[str, Any] = {
    "was-a-test": _("it was a test or a training"),
    "recorded-otherwise": _("it was recorded in another way"),
    "broken-sender": _("the sender is broken"),
    "another-sites": _("it is another site's, which has it"),
}


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """List what is held at the sites this worker reviews, alike acts on one line."""
    return _list(request)


@require_safe
@staff
def look(request: StaffRequest, held_id: uuid.UUID) -> HttpResponse:
    """Show one line, and what can be done with it."""
    return _line(request, held_id)


@require_POST
@staff
def ask(request: StaffRequest, held_id: uuid.UUID) -> HttpResponse:
    """Ask that one held body be opened."""
    now = clock.now()
    try:
        step = _step(request, held_id, why=request.POST.getlist("why"))
        reviewing.ask_to_open(step, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _line(request, held_id, refusal=refusal)
    return _line(request, held_id)


@require_POST
@staff
def confirm(request: StaffRequest, held_id: uuid.UUID) -> HttpResponse:
    """Confirm what another worker asked, as the second person."""
    now = clock.now()
    try:
        step = _step(request, _asking(request))
        reviewing.confirm(step, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _line(request, held_id, refusal=refusal)
    return _line(request, held_id)


@require_POST
@staff
def open_(request: StaffRequest, held_id: uuid.UUID) -> HttpResponse:
    """Show a confirmed body, once, to the one who asked; the page leaves by itself after 15 minutes."""
    try:
        told = reviewing.open_held(_step(request, _asking(request)), by=request.worker, received_at=clock.now())
    except Refused as refusal:
        return _line(request, held_id, refusal=refusal)
    answer = render(request, "desk/held_opened.html", {"said": opened.in_words(told), "held_id": held_id})
    answer.headers["Refresh"] = f"{LOOK_SECONDS}; url=/desk/held/"
    return answer


@require_POST
@staff
def resolve(request: StaffRequest, held_id: uuid.UUID) -> HttpResponse:
    """End the held acts of a line; answer with the list and what became of them."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        handle = request.POST.get("handle", "").strip()
        draft = reviewing.Resolution(
            act_id, held_id, at, forms.whole(request.POST.get("count", ""), least=1), request.POST.get("outcome", ""),
            tuple(request.POST.getlist("why")), org.worker_named(handle) if handle else None, _when(request, held_id, now),
        )  # fmt: skip
        entry = reviewing.resolve(draft, by=request.worker, worker_of=org.worker, received_at=now)
    except Refused as refusal:
        return _line(request, held_id, refusal=refusal)
    return _list(request, done=entry.body)


def reviewed(request: StaffRequest) -> dict[str, str]:
    """Return the sites this worker reviews, names by id, and for what names no site an empty name; nothing for who reviews none."""
    sites = {str(site.id): site.name for site in org.sites_of(request.worker, reviewing.REVIEW)}
    return sites | {"": ""} if sites else {}


def _step(request: StaffRequest, about: uuid.UUID, *, why: list[str] | None = None) -> reviewing.Step:
    act_id, at = forms.happened(request.POST, received_at=clock.now())
    return reviewing.Step(act_id, about, at, tuple(why or ()))


def _asking(request: StaffRequest) -> uuid.UUID:
    found = parse_id(request.POST.get("asking"))
    if found is None:
        raise Refused("not-readable")
    return found


def _session(request: StaffRequest) -> str:
    return keys.ring().pseudonym("session", session.browser(request))


def _list(request: StaffRequest, *, done: Mapping[str, Any] | None = None) -> HttpResponse:
    sites = reviewed(request)
    if not sites:
        raise Refused("not-allowed")
    asked = reviewing.waiting_for(request.worker, sites, now=clock.now())
    lines = [_said(line) for line in journal.held_lines(sites, most=LINES_SHOWN, asked=asked)]
    left = journal.held_summary(sites).count - sum(line["count"] for line in lines)
    return render(request, "desk/held.html", {"lines": lines, "left": left, "sites": sites, "done": done})


def _line(request: StaffRequest, held_id: uuid.UUID, *, refusal: Refused | None = None) -> HttpResponse:
    sites, line = reviewed(request), journal.held_line(held_id)
    if line is None or line.site not in sites:
        raise refusal or Refused("held-gone" if sites else "not-allowed")
    now, asked = clock.now(), journal.openings(held_id)
    standing = next((one for one in asked if reviewing.stands(one, now)), None)
    told = {
        "line": _said(line), "sites": sites, "at": now, "act_id": new_id(), "opening": standing, "over": bool(asked),
        "mine": standing and standing.asked_by == str(request.worker.id), "to_open": TO_OPEN, "to_destroy": TO_DESTROY,
        "why": [TO_OPEN[one] for one in standing.why.split()] if standing else [],
        "ends": reviewing.outcomes(line.reason), "needs_worker": line.reason in reviewing.WITHOUT_WORKER,
        "needs_day": line.reason in reviewing.WITHOUT_TIME, "today": periods.site_day(now, _zone(line.site)).isoformat(),
        "at_once": reviewing.ACTS_AT_ONCE,
    }  # fmt: skip
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, "desk/held_line.html", told, status=refusals.status(refusal.code) if refusal else 200)


def _when(request: StaffRequest, held_id: uuid.UUID, now: datetime) -> datetime | None:
    """Return noon of the day that a reviewer chose, at the site, or now where that is still to come; None where they chose none."""
    line, day = journal.held_line(held_id), forms.day(request.POST.get("day", ""))
    if line is None or day is None:
        return None
    day = max(day, (now - 2 * periods.OLDEST).date())  # what is older is refused as well, and has a UTC
    return periods.coarse(min(now, datetime.combine(day, NOON, ZoneInfo(_zone(line.site)))))


def _zone(site: str) -> str:
    return org.site(uuid.UUID(site)).timezone if site else "UTC"


def _said(line: journal.HeldLine) -> dict[str, Any]:
    """Return a line with its kind and reason in words."""
    words = {"kind_said": opened.KINDS.get(line.kind, line.kind), "reason_said": refusals.what(line.reason)}
    return {
        "id": line.id,
        "site": line.site,
        "day": line.day,
        "reason": line.reason,
        "count": line.count,
        "asked": line.asked,
    } | words
