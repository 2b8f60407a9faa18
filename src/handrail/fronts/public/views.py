"""Public pages: the landing, and what two methods saw in the same samples."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from handrail.core.common.refusals import Refused
from handrail.evidence import release

from .results import NAMES

BAR = 1000  # units across the picture


@dataclass(frozen=True)
class Bar:
    """One share as a picture and in words: places along the bar in units, figures per hundred as the reader's language writes them."""

    seen: int
    not_seen: int
    low: int
    high: int
    width: int
    seen_percent: str
    not_seen_percent: str
    low_percent: str
    high_percent: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what there is to read here."""
    return render(request, "public/home.html", {"languages": tuple(NAMES.items())})


@require_safe
def method_agreement(request: HttpRequest) -> HttpResponse:
    """Show how often FTIR saw fentanyl where a strip reacted, or say calmly that there is nothing to show."""
    try:
        published = release.method_agreement()
    except Refused as refusal:
        return render(request, "public/method_agreement_none.html", {"too_few": refusal.code == "too-few-to-publish"})
    reacted, did_not = published.row("reacted"), published.row("did-not-react")
    return render(
        request,
        "public/method_agreement.html",
        {
            "published": published,
            "bar": _bar(reacted.share) if reacted.share else None,
            "reacted": _cells(reacted),
            "did_not_react": _cells(did_not),
            "held_back": reacted.held_back or did_not.held_back,
        },
    )


def _cells(row: release.Row) -> list[str]:
    """Write a row's counts and their sum; empty where it is held back."""
    return [] if row.held_back else [number_format(n, force_grouping=True) for n in (*row.counts, row.total)]


def _bar(share: release.Share) -> Bar:
    seen = round(BAR * share.value)
    percents = (round(100 * value, 1) for value in (share.value, 1 - share.value, share.low, share.high))
    return Bar(
        seen, BAR - seen, round(BAR * share.low), round(BAR * share.high), round(BAR * (share.high - share.low)),
        *(number_format(value, 1) for value in percents),  # it cuts digits off, so they are rounded above
    )  # fmt: skip
