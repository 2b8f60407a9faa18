"""What was found lately: one small picture a substance, with n, intervals and what is held back; and the same as files."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.core.ui import failures
from handrail.evidence import release
from handrail.evidence.release import supply

WIDTH, HEIGHT, STEP = 240, 80, 20  # units of a picture; a month's room
MOST_PICTURES = 12


@dataclass(frozen=True)
class Point:
    """A month of a picture: where it stands, from top; or a gap where it is held back."""

    x: int
    month: str
    told: bool
    y: int = 0
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class Picture:
    """One substance in one group: its months, and its last told figure in words."""

    substance: str
    points: tuple[Point, ...]
    last: str
    held: int


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show every group with a picture a substance."""
    groups = [_group(one) for one in supply.found_lately(today=clock.now().date())]
    return render(
        request,
        "public/supply.html",
        {"groups": groups, "width": WIDTH, "height": HEIGHT, "definition": supply.DEFINITION},
    )


@require_safe
def file(request: HttpRequest, ending: str) -> HttpResponse:
    """Give every number that is told as CSV or JSON, blanks with their reason."""
    groups = supply.found_lately(today=clock.now().date())
    if ending == "csv":
        return HttpResponse(supply.as_csv(groups), content_type="text/csv; charset=utf-8", headers=_named("supply.csv"))
    if ending == "json":
        return HttpResponse(supply.as_json(groups), content_type="application/json")
    return failures.refused(request, Refused("no-such-page"))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _group(one: supply.Group) -> dict[str, Any]:
    pictures = [_picture(one, substance) for substance in one.substances[:MOST_PICTURES]]
    return {
        "group": one,
        "state": supply.say_state(one),
        "pictures": pictures,
        "n": _sizes(one),
        "months": [m.period for m in one.months],
    }


def _sizes(one: supply.Group) -> str:
    told = [sum(row.counts) for month in one.months for row in month.rows if row.counts]
    return _("%(least)s to %(most)s a month") % {"least": min(told), "most": max(told)} if told else ""


def _picture(group: supply.Group, substance: str) -> Picture:
    points, last, held = [], "", 0
    for place, month in enumerate(group.months):
        share = month.row(substance).share
        points.append(_point(place, month.period, share))
        held += share is None
        if share is not None:
            last = _("%(month)s: %(part)s of %(whole)s, %(value).0f %% (%(low).0f to %(high).0f %%)") % {
                "month": month.period, "part": share.part, "whole": share.whole, "value": share.value * 100,
                "low": share.low * 100, "high": share.high * 100,
            }  # fmt: skip
    return Picture(substance, tuple(points), last, held)


def _point(place: int, month: str, share: release.Share | None) -> Point:
    x = place * STEP + STEP // 2
    if share is None:
        return Point(x, month, told=False)
    return Point(x, month, told=True, y=_y(share.value), low=_y(share.low), high=_y(share.high))


def _y(value: float) -> int:
    return round(HEIGHT - value * HEIGHT)
