"""Notices at a site, at once and by one person; public alerts, drafted here, verified by a second person, published, taken back."""

import uuid
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, keys, periods
from handrail.core.common.ids import new_id, parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.org import session
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.ui import refusals
from handrail.evidence.release.alerts import actions, poster, queries, rules, wording

from . import forms

QUESTIONS = {
    "one_submitter": _("Did one person bring all of it?"),
    "second_method": _("Did a second method see it?"),
    "same_batch": _("Is it all of one batch?"),
}
COUNTS = {
    "k": _("had it, in the window"),
    "n": _("looked at, in the window"),
    "k0": _("had it, in the year before"),
    "n0": _("looked at, in the year before"),
}
WHY = {
    "kind": _("Why: one finding that can kill (lethal), or the watch (share)"),
    "region_basis": _("Why the region is large enough"),
}
USUAL_DAYS = 28
ATTACHED = {"Content-Disposition": 'attachment; filename="poster.pdf"'}


@require_safe
@staff
def everywhere(request: StaffRequest) -> HttpResponse:
    """List what waits for a second person and what stands, for those who sign."""
    if not _may_sign(request) and not org.sites_of(request.worker, actions.DRAFT):
        raise Refused("not-allowed")
    told = {
        "waiting": queries.waiting(), "places": queries.places(today=clock.now().date()),
        "sites": org.sites_of(request.worker, actions.DRAFT),
    }  # fmt: skip
    return render(request, "desk/alerts.html", told)


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what hangs here, the form of a notice, and the form of a public alert."""
    return _site_page(request, site_id)


@require_POST
@staff
def put_up(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Put up a first result."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        told = rules.NewNotice(act_id, site_id, *_words(request), at)
        actions.put_up(told, by=request.worker, received_at=now)
    except Refused as refusal:
        return _site_page(request, site_id, refusal=refusal)
    return redirect("desk:site-alerts", site_id)


@require_POST
@staff
def take_down(request: StaffRequest, site_id: uuid.UUID, notice_id: uuid.UUID) -> HttpResponse:
    """Take a notice down."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        actions.take_down(rules.EndNotice(act_id, notice_id, site_id, at), by=request.worker, received_at=now)
    except Refused as refusal:
        return _site_page(request, site_id, refusal=refusal)
    return redirect("desk:site-alerts", site_id)


@require_safe
@staff
def notice_poster(request: StaffRequest, site_id: uuid.UUID, notice_id: uuid.UUID) -> HttpResponse:
    """Give a notice to print, with the time at which it must come down."""
    require(request.worker, actions.NOTICE, site_id=site_id)
    one = queries.notice(notice_id, at=clock.now())
    until = one.until.astimezone(ZoneInfo(org.site(site_id).timezone)).strftime("%Y-%m-%d %H:%M")
    address = request.build_absolute_uri(reverse("public:alerts"))
    return HttpResponse(
        poster.of_notice(one, address=address, until=until), content_type="application/pdf", headers=ATTACHED
    )


@require_POST
@staff
def draft(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Draft a public alert, or a correction of one."""
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        substance, hazard, advice = _words(request)
        says = rules.Says(
            substance, hazard, advice, request.POST.get("region", "").strip(), rules.week_of(now.date()),
            request.POST.get("void_after", ""),
        )  # fmt: skip
        evidence = {name: request.POST.get(name, "").strip() for name in (*QUESTIONS, *COUNTS)}
        place = parse_id(request.POST.get("place")) or act_id
        told = rules.NewAlert(
            act_id,
            place,
            site_id,
            request.POST.get("kind", ""),
            says,
            request.POST.get("region_basis", ""),
            evidence,
            at,
        )
        actions.draft_alert(told, by=request.worker, session=_session(request), received_at=now)
    except Refused as refusal:
        return _site_page(request, site_id, refusal=refusal)
    return redirect("desk:alert", act_id)


def _words(request: StaffRequest) -> tuple[str, str, tuple[str, ...]]:
    return (
        request.POST.get("substance", "").strip(),
        request.POST.get("hazard", ""),
        tuple(request.POST.getlist("advice")),
    )


@require_safe
@staff
def look(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Show an alert to those who sign it: text, evidence, how far it is."""
    return _alert_page(request, alert_id)


@require_POST
@staff
def verify(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Verify as the second person."""

    def take(told: rules.Step, now: Any) -> None:
        actions.verify_alert(told, by=request.worker, session=_session(request), received_at=now)

    return _step(request, alert_id, rules.VERIFIED, take)


@require_POST
@staff
def publish(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Publish what two people stand behind."""
    return _step(
        request,
        alert_id,
        rules.PUBLISHED,
        lambda told, now: actions.publish_alert(told, by=request.worker, received_at=now),
    )


@require_POST
@staff
def retract(request: StaffRequest, alert_id: uuid.UUID) -> HttpResponse:
    """Take an alert back."""
    return _step(
        request,
        alert_id,
        rules.RETRACTED,
        lambda told, now: actions.retract_alert(told, by=request.worker, received_at=now),
    )


def _step(request: StaffRequest, alert_id: uuid.UUID, step: str, take: Any) -> HttpResponse:
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        take(rules.Step(act_id, alert_id, step, request.POST.get("digest", ""), at, request.POST.get("why", "")), now)
    except Refused as refusal:
        return _alert_page(request, alert_id, refusal=refusal)
    return redirect("desk:alert", alert_id)


def _site_page(request: StaffRequest, site_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    may_notice, may_draft = (request.worker.may(one, site_id=site_id) for one in (actions.NOTICE, actions.DRAFT))
    if not may_notice and not may_draft:
        raise Refused("not-allowed")
    now, site = clock.now(), org.site(site_id)
    corrects = parse_id(request.GET.get("place") or request.POST.get("place"))
    told = {
        "site": site, "id": new_id(), "notice_id": new_id(), "at": periods.coarse(now), "typed": request.POST, "corrects": corrects,
        "hanging": queries.notices(site_id, at=now), "hazards": wording.HAZARDS, "advice": wording.ADVICE,
        "chosen": request.POST.getlist("advice"), "questions": QUESTIONS, "counts": COUNTS, "answers": rules.ANSWERS,
        "void_after": (now.date() + timedelta(days=USUAL_DAYS)).isoformat(), "may_draft": may_draft,
        "may_notice": may_notice,
    }  # fmt: skip
    return _answer(request, "desk/site_alerts.html", told, refusal)


def _alert_page(request: StaffRequest, alert_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    row, now = queries.row(alert_id), clock.now()
    site_id = uuid.UUID(row.site)
    if not _may_sign(request) and not request.worker.may(actions.DRAFT, site_id=site_id):
        raise Refused("not-allowed")
    one = queries.signing(alert_id)
    why_not = actions.why_not_verify(row, by=request.worker, session=_session(request), received_at=now)
    stands = queries.last_at(one.place) == one.id
    told = {
        "one": one, "id": new_id(), "at": periods.coarse(now), "why_not": refusals.say(why_not) if why_not else "",
        "may_sign": _may_sign(request), "verified": rules.VERIFIED in one.steps, "out": rules.PUBLISHED in one.steps,
        "back": rules.RETRACTED in one.steps, "stands": stands, "alert_site": org.site(site_id), "whys": rules.WHYS,
        "may_publish": _may_sign(request) or one.drafted_by == str(request.worker.id),
        "may_correct": stands and request.worker.may(actions.DRAFT, site_id=site_id),
        "evidence": [(says, one.evidence.get(name, "")) for name, says in {**WHY, **COUNTS, **QUESTIONS}.items()],
    }  # fmt: skip
    return _answer(request, "desk/alert.html", told, refusal)


def _answer(request: StaffRequest, page: str, told: dict[str, Any], refusal: Refused | None) -> HttpResponse:
    if refusal:
        told |= {"say": refusals.say(refusal), "code": refusal.code}
    return render(request, page, told, status=refusals.status(refusal.code) if refusal else 200)


def _may_sign(request: StaffRequest) -> bool:
    return request.worker.may(actions.SIGN, site_id=None)


def _session(request: StaffRequest) -> str:
    return keys.ring().pseudonym("session", session.browser(request))
