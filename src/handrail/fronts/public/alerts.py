"""Alerts for everybody: the last word at each address, a signed feed, a poster. No code, no cookie, nothing asked."""

import json
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from handrail.core.common import clock, keys
from handrail.core.common.refusals import Refused
from handrail.core.ui import failures
from handrail.evidence.release.alerts import feed, queries, wording
from handrail.evidence.release.alerts import poster as printed

ATTACHED = {"Content-Disposition": 'attachment; filename="poster.pdf"'}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List what stands, and what was taken back."""
    told = queries.places(today=clock.now().date())
    return render(
        request, "public/alerts.html",
        {
            "live": [one for one in told if one.status == queries.LIVE], "not_a_sign": wording.NOT_A_SIGN,
            "back": [one for one in told if one.status == queries.RETRACTED], "not_the_market": wording.NOT_THE_MARKET,
        },
    )  # fmt: skip


@require_safe
def one(request: HttpRequest, place: uuid.UUID) -> HttpResponse:
    """Show the last word at one address: the alert, or that it was taken back, or that it is over."""
    try:
        told = queries.place(place, today=clock.now().date())
    except Refused:
        return failures.refused(request, Refused("no-such-page"))
    return render(request, "public/alert.html", {"one": told, "not_the_market": wording.NOT_THE_MARKET})


@require_safe
def poster(request: HttpRequest, place: uuid.UUID) -> HttpResponse:
    """Give a live alert to print."""
    try:
        told = queries.place(place, today=clock.now().date())
        if told.status != queries.LIVE:
            raise Refused("no-such-page")
    except Refused:
        return failures.refused(request, Refused("no-such-page"))
    return HttpResponse(
        printed.of_alert(told, address=_address(request)(told)), content_type="application/pdf", headers=ATTACHED
    )


@require_safe
def feed_json(request: HttpRequest) -> HttpResponse:
    """Give the signed feed."""
    text = feed.as_json(
        queries.places(today=clock.now().date()), sequence=queries.last_sequence(), address=_address(request)
    )
    return HttpResponse(text, content_type="application/json; charset=utf-8")


@require_safe
def feed_rss(request: HttpRequest) -> HttpResponse:
    """Give the same as RSS."""
    home = request.build_absolute_uri(reverse("public:alerts"))
    told, last = queries.places(today=clock.now().date()), queries.last_sequence()
    text = feed.as_rss(told, sequence=last, home=home, address=_address(request))
    return HttpResponse(text, content_type="application/rss+xml; charset=utf-8")


@require_safe
def feed_keys(request: HttpRequest) -> HttpResponse:
    """Give the public keys by which the feed is checked."""
    return HttpResponse(json.dumps({"keys": keys.ring().answer_keys()}), content_type="application/json")


def _address(request: HttpRequest) -> feed.Address:
    return lambda told: request.build_absolute_uri(reverse("public:alert", args=(told.place,)))
