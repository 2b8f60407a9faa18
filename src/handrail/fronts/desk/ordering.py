"""The order list: days of cover, what is out, what expires before it is used, what was asked for and not there; and labels for the shelf."""

import uuid
from datetime import timedelta
from typing import Any

import segno
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common import clock, periods
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import cover, queries, rules
from handrail.services.exchange import queries as exchange

FULL = 2 * cover.ORDER_UP_TO  # days: where a bar of cover ends


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show what to order, what runs out first before the others."""
    require(request.worker, "supplies.see", site_id=site_id)
    site = org.site(site_id)
    today = periods.site_day(clock.now(), site.timezone)
    asked = exchange.asked_for(
        site_id, since=today - timedelta(days=cover.WINDOW_DAYS), until=today + timedelta(days=1)
    )
    rows = [
        {"cover": one, "asked": asked.pop(one.item, 0), "share": 100 if one.days is None else min(100, round(100 * one.days / FULL))}
        for one in cover.cover(site_id, today=today)
        if one.item != rules.USED_SYRINGE
    ]  # fmt: skip
    names = queries.items()
    told: dict[str, Any] = {
        "site": site, "rows": rows, "below": cover.ORDER_BELOW, "up_to": cover.ORDER_UP_TO, "window": cover.WINDOW_DAYS,
        "others": sorted((names[code].name if code in names else code, n) for code, n in asked.items()),
    }  # fmt: skip
    return render(request, "desk/ordering.html", told)


@require_safe
@staff
def labels(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Lay labels out for print, one for each item and lot on the shelf: name, code, lot, use-by, a square that reads the item's code and lot."""
    require(request.worker, "supplies.see", site_id=site_id)
    rows = [row for row in queries.on_shelf(site_id) if row.balance > 0]
    printed = [
        {
            "row": row,
            "qr": segno.make(f"{row.item} {row.lot_code}".strip(), error="m", micro=False).svg_data_uri(
                border=1, scale=3
            ),
        }
        for row in rows
    ]
    return render(request, "desk/shelf_labels.html", {"site": org.site(site_id), "labels": printed})
