"""Figures that may leave: drafted by one, let out by another, taken back by either."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import session
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals, spreadsheet
from handrail.evidence import release
from handrail.evidence.indicators import catalogue
from handrail.evidence.release import actions, ceilings, internal, layout, queries, regions, rules
from handrail.evidence.release.gate import calendar

from . import forms

BASES = {
    "counted": _("counted at the door"),
    "asked": _("asked of people who come"),
    "rule": _("a rule of the site"),
}
TAKEN_FOR = {"analysis": _("an analysis"), "audit": _("an audit"), "ordering": _("ordering"), "counting": _("counting")}
GRIDS = {"week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year")}
OFFERED = 6  # periods of each grid, the latest first


def may_see(worker: Worker) -> bool:
    """Tell whether a worker drafts releases or lets them out."""
    return worker.may(actions.DRAFT, site_id=None) or worker.may(actions.APPROVE, site_id=None)


@require_safe
@staff
def show(request: StaffRequest) -> HttpResponse:
    """List what waits for a second person, what has left, and what may be drafted."""
    return _list(request)


@require_POST
@staff
def draft(request: StaffRequest) -> HttpResponse:
    """Draft the table that was chosen: indicator, period, divided by what."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        indicator, by = _table(request.POST)
        noise = request.POST.get("noise") == "yes"
        told = rules.NewRelease(act_id, indicator, request.POST.get("period", ""), by, at, noise)
        actions.draft_release(told, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _list(request, refusal=refusal)
    return redirect("desk:release", act_id)


@require_safe
@staff
def so_far(request: StaffRequest) -> HttpResponse:
    """Show the exact figures of the week or month that is not over: internal, preliminary, never released."""
    now = clock.now()
    told = {
        "tables": [one for one in _tables() if not one["share"]],
        "typed": request.GET,
        "whys": TAKEN_FOR,
        "id": new_id(),
        "at": periods.coarse(now),
    }
    try:
        told["told"] = internal.so_far(*_table(request.GET), worker=request.worker, today=now.date())
    except Refused as refusal:
        if refusal.code == "not-allowed":
            raise
        return _answer(request, "desk/so_far.html", told, refusal)
    return _answer(request, "desk/so_far.html", told, None)


@require_POST
@staff
def take_so_far(request: StaffRequest) -> HttpResponse:
    """Give the same as a spreadsheet: internal, preliminary, for a reason that the journal keeps."""
    now, why = clock.now(), request.POST.get("why", "")
    act_id, at = forms.happened(request.POST, received_at=now)
    told = internal.so_far(*_table(request.POST), worker=request.worker, today=now.date())
    internal.take_out(
        rules.TakeOut(act_id, internal.SO_FAR, None, why, at), by=request.worker, received_at=now
    )  # fmt: skip
    columns = (*map(release.name, told.axes), "period", str(told.definition.unit))
    period = f"{told.period} (preliminary)"
    rows = [(*map(release.name, one.where), period, one.value) for one in told.numbers]
    return HttpResponse(
        spreadsheet.internal(columns, rows, why=why), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="internal-{told.definition.id}-{told.period}.csv"'},
    )  # fmt: skip


def _table(asked: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Read which table was chosen; the first of the catalogue where none was."""
    indicator, _colon, by = asked.get("table", _tables()[0]["value"]).partition(":")
    return indicator, tuple(filter(None, by.split(",")))


@require_POST
@staff
def propose_ceiling(request: StaffRequest) -> HttpResponse:
    """Propose how often one person without a code comes at most."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        told = rules.NewCeiling(
            act_id, request.POST.get("indicator", ""), forms.whole(request.POST.get("visits", ""), least=1),
            request.POST.get("basis", ""), _day(request, "since"), _day(request, "until"), at,
        )  # fmt: skip
        ceilings.propose_ceiling(told, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _list(request, refusal=refusal)
    return redirect("desk:releases")


def _day(request: StaffRequest, field: str) -> date:
    day = forms.day(request.POST.get(field, ""))
    if day is None:
        raise Refused("not-readable")
    return day


@require_POST
@staff
def place_site(request: StaffRequest) -> HttpResponse:
    """Place a site in a region, for what is frozen from now on."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        site_id = parse_id(request.POST.get("site", ""))
        if site_id is None:
            raise Refused("unknown-site")
        told = rules.PlaceSite(act_id, site_id, request.POST.get("region", ""), at)
        regions.place_site(told, by=request.worker, received_at=now)
    except Refused as refusal:
        return _list(request, refusal=refusal)
    return redirect("desk:releases")


@require_POST
@staff
def sign_ceiling(request: StaffRequest, ceiling_id: uuid.UUID) -> HttpResponse:
    """Sign a ceiling as the second person."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        told = rules.SignCeiling(act_id, ceiling_id, at)
        ceilings.sign_ceiling(told, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _list(request, refusal=refusal)
    return redirect("desk:releases")


@require_safe
@staff
def look(request: StaffRequest, release_id: uuid.UUID) -> HttpResponse:
    """Show a draft as it would leave, with every blank explained."""
    return _page(request, release_id)


@require_POST
@staff
def approve(request: StaffRequest, release_id: uuid.UUID) -> HttpResponse:
    """Let a draft out as the second person."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        told = rules.Approve(act_id, release_id, request.POST.get("digest", ""), at)
        actions.approve_release(told, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _page(request, release_id, refusal=refusal)
    return redirect("desk:release", release_id)


@require_POST
@staff
def retract(request: StaffRequest, release_id: uuid.UUID) -> HttpResponse:
    """Take a release back."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        told = rules.Retract(act_id, release_id, request.POST.get("why", ""), at)
        actions.retract_release(told, by=request.worker, received_at=now)
    except Refused as refusal:
        return _page(request, release_id, refusal=refusal)
    return redirect("desk:release", release_id)


def _list(request: StaffRequest, refusal: Refused | None = None) -> HttpResponse:
    _check(request)
    told = {
        "waiting": queries.waiting(), "out": queries.addresses(), "tables": _tables(), "periods": _periods(), "places": regions.placed(),
        "place_id": new_id(),
        "may_draft": request.worker.may(actions.DRAFT, site_id=None), "id": new_id(), "at": periods.coarse(clock.now()),
        "typed": request.POST, "ceilings": _ceilings(request), "counted": [one for one in catalogue.CATALOGUE.values() if one.tables and not one.share_of],
        "bases": BASES, "most": rules.MOST_VISITS, "ceiling_id": new_id(),
    }  # fmt: skip
    return _answer(request, "desk/releases.html", told, refusal)


def _periods() -> list[tuple[str, list[str]]]:
    """Return the latest spans that are over, by grid, as they are offered."""
    told = queries.latest(clock.now().date(), OFFERED)
    by_grid = {name: [one for one in told if calendar.period(one).level == name] for name in GRIDS}
    return [(str(says), by_grid[name]) for name, says in GRIDS.items()]


def _ceilings(request: StaffRequest) -> list[dict[str, Any]]:
    """Return the ceilings that are not over, each with why this worker may not sign it."""
    today = clock.now().date()
    found = []
    for one in ceilings.ceilings(today=today):
        why_not = None
        if one.signed is None:
            row = ceilings.row(one.id)
            why_not = ceilings.why_not_sign_ceiling(row, by=request.worker, session=_session(request), today=today)
        found.append(
            {
                "one": one, "definition": catalogue.CATALOGUE[one.indicator], "basis": BASES[one.basis], "id": new_id(),
                "may_sign": one.signed is None and request.worker.may(ceilings.SIGN, site_id=None),
                "why_not": refusals.say(why_not) if why_not else "",
            }
        )  # fmt: skip
    return found


def _tables() -> list[dict[str, Any]]:
    """Return what may be drafted: value of the choice, title, divided by what, grid."""
    return [
        {
            "value": f"{one.id}:{','.join(by)}",
            "title": one.title,
            "share": one.share_of,
            "by": [release.name(axis) for axis in by],
            "grid": ", ".join(str(GRIDS[grid]) for grid in one.grids),
        }
        for one in catalogue.CATALOGUE.values()
        for by in one.tables
    ]


def _page(request: StaffRequest, release_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    _check(request)
    one, now = queries.draft(release_id), clock.now()
    why_not = actions.why_not_approve(
        queries.row(release_id), by=request.worker, session=_session(request), today=now.date()
    )
    told = {
        "draft": one, "published": one.published, "grid": layout.as_grid(one.published), "id": new_id(), "at": periods.coarse(now),
        "shields": [(_say(shield), [_say(cell) for cell in cells]) for shield, cells in sorted(one.shields.items())],
        "why_not": refusals.say(why_not) if why_not else "", "may_approve": request.worker.may(actions.APPROVE, site_id=None),
    }  # fmt: skip
    return _answer(request, "desk/release.html", told, refusal)


def _answer(request: StaffRequest, page: str, told: dict[str, Any], refusal: Refused | None) -> HttpResponse:
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, page, told, status=refusals.status(refusal.code) if refusal else 200)


def _say(where: tuple[str, ...]) -> str:
    return " / ".join(map(release.name, where))


def _check(request: StaffRequest) -> None:
    if not may_see(request.worker):
        raise Refused("not-allowed")


def _session(request: StaffRequest) -> str:
    return keys.ring().pseudonym("session", session.browser(request))
