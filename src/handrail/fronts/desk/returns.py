"""What came back and how that is known: the site bin is weighed, bins of known content are calibrated, areas return too."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from handrail.core.common import clock, periods
from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, recording
from handrail.core.supplies import queries as stock
from handrail.core.ui import refusals
from handrail.evidence.indicators import syringes
from handrail.services.exchange.returns import queries, rules

from . import forms

LOOKED_BACK = timedelta(days=28)
ROWS = 8  # containers a form offers; a programme with more weighs again
WAYS = {
    "bin": _("weighed site bins"), "said": _("said, not weighed"), "weight": _("people's own, weighed"),
    "container": _("people's own, by how full"), "counted": _("unopened packs"), "area": _("community bins, sweeps, found"),
}  # fmt: skip


@require_safe
@recording
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what came back, and the forms."""
    return _page(request, site_id)


@require_POST
@recording
def weigh(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record that the site bin was weighed and emptied."""
    return _record(
        request, site_id, "exchange.weigh_bin",
        lambda told: {name: forms.whole(told.get(name, "")) for name in ("gross_g", "tare_g")},
    )  # fmt: skip


@require_POST
@recording
def calibrate(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record bins of known content; the lines that were left empty are left out."""

    def body(told: Mapping[str, str]) -> dict[str, Any]:
        of = told.get("of", rules.WEIGHT)
        names = ("gross_g", "tare_g", "syringes") if of == rules.WEIGHT else ("fill_percent", "syringes")
        typed = [{name: told.get(f"{name}.{n}", "").strip() for name in names} for n in range(ROWS)]
        return {
            "of": of,
            "containers": [{k: forms.whole(v) for k, v in row.items()} for row in typed if any(row.values())],
        }

    return _record(request, site_id, "exchange.calibrate", body)


@require_POST
@recording
def area(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Record what came back to an area."""

    def body(told: Mapping[str, str]) -> dict[str, Any]:
        fields = {"said": ("amount",), "weight": ("gross_g", "tare_g"), "container": ("fill_percent",)}
        method = told.get("method", "said")
        back: dict[str, Any] = {name: forms.whole(told.get(name, "")) for name in fields.get(method, ())}
        back |= {"item": told.get("item", "")} if method == "container" else {}
        return {"source": told.get("source", ""), "returned": {"method": method} | back}

    return _record(request, site_id, "exchange.area_return", body)


def _record(
    request: StaffRequest, site_id: uuid.UUID, name: str, body: Callable[[Mapping[str, str]], dict[str, Any]]
) -> HttpResponse:
    now = clock.now()
    try:
        act_id, at = forms.happened(request.POST, received_at=now)
        kind = kinds.kind(name, 1)
        draft = kind.parse(kinds.Envelope(act_id, name, 1, site_id, at, body(request.POST)))
        kind.run(draft, by=request.worker, received_at=now)
    except Refused as refusal:
        told = {"say": refusals.say(refusal), "code": refusal.code, "typed": request.POST, "open": name}
        return _page(request, site_id, status=refusals.status(refusal.code), **told)
    return _page(request, site_id, saved=name)


def _page(request: StaffRequest, site_id: uuid.UUID, *, status: int = 200, **told: Any) -> HttpResponse:
    require(request.worker, "exchange.returns", site_id=site_id)
    site, now = org.site(site_id), clock.now()
    today = periods.site_day(now, site.timezone)
    span: dict[str, Any] = {"since": today - LOOKED_BACK, "until": today + timedelta(days=1), "site_id": site_id}
    terms = [one for one in queries.came_back(**span) if one.value]
    total, out = sum(one.value for one in terms), syringes.sets_out(**span)
    shown = {
        "site": site, "at": periods.coarse(now), "ids": {name: new_id() for name in ("weigh", "calibrate", "area")},
        "days": LOOKED_BACK.days, "total": total, "out": out, "rate": round(100 * total / out) if out else None,
        "terms": [{"term": one, "says": WAYS[one.way], "share": round(100 * one.value / total)} for one in terms],
        "bins": queries.bins(site_id), "waiting": queries.not_yet_weighed(site_id), "calibrations": _told(site_id),
        "containers": [item for item in stock.items().values() if item.category == "disposal"],
        "rows": _rows(told.get("typed", {})), "may_calibrate": request.worker.may("exchange.calibrate", site_id=site_id),
    }  # fmt: skip
    return render(request, "desk/returns.html", shown | told, status=status)


def _rows(typed: Mapping[str, str]) -> list[dict[str, Any]]:
    """Lay the lines of the calibration form out, with what was typed."""
    names = ("gross_g", "tare_g", "fill_percent", "syringes")
    return [{"n": n} | {name: typed.get(f"{name}.{n}", "") for name in names} for n in range(ROWS)]


def _told(site_id: uuid.UUID) -> list[dict[str, Any]]:
    """Lay calibrations out: of each kind the one in force first."""
    items = stock.items()
    told, seen = [], set()
    for row in queries.calibrations(site_id):
        name = items[row.of].name if row.of in items else ""
        told.append(
            {"row": row, "name": name, "mean": f"{row.mean:.2f}", "sd": f"{row.sd:.2f}", "stands": row.of not in seen}
        )
        seen.add(row.of)
    return told
