"""What a device may keep so that it can record without a network: the site, the catalogue, keys. Never a participant or a worker."""

import base64
import hashlib
import json
from typing import Any

from handrail.core.common import clock, keys, periods
from handrail.core.encounters import channels, routes
from handrail.core.org import queries as org
from handrail.core.org import rules as org_rules
from handrail.core.supplies import boxes, recalls
from handrail.core.supplies import queries as supplies
from handrail.core.supplies import rules as stock
from handrail.services.consumption import queries as consumption
from handrail.services.drugchecking.bench import queries as drugchecking
from handrail.services.drugchecking.statements.readings import FENTANYL

MARK_BYTES = 9  # of the digest: enough to tell one pack from the next


def pack(device: org.Device) -> dict[str, Any]:
    """Return a device's pack as plain values; `mark` is another whenever anything in it is another."""
    site, ring = org.site(device.site_id), keys.ring()
    told = {
        "site": {"id": str(site.id), "name": site.name, "zone": site.timezone},
        "device": {"id": str(device.id), "label": device.label, "kind": device.kind},
        "idle_minutes": org_rules.IDLE_MINUTES.get(device.kind) or 0,  # 0: it never locks by itself
        "site_keys": ring.site_keys(), "answer_keys": ring.answer_keys(),
        "items": _items(), "lots": _lots(), "offers": _offers(site),
        "recalled": [{"item": one.item_name, "code": one.lot_code} for one in recalls.standing_at(site.id)],
        "channels": [{"name": one.name, "kind": one.kind, "asks": sorted(one.asks)} for one in channels.CHANNELS.values()],
        "stops": [
            {"id": str(one.id), "route": one.route, "name": one.name, "area": one.area} for one in routes.stops(site.id)
        ],
        "stock": [{"id": str(one.id), "kind": one.kind, "name": one.name} for one in supplies.opened(site.id)],
        "presets": [{"name": one.name, "lines": [list(line) for line in one.lines]} for one in supplies.presets(site.id)],
        "floor": consumption.has_floor(site.id), "samples": _samples(site),
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
    return told | {"mark": base64.urlsafe_b64encode(digest[:MARK_BYTES]).decode()}


def _samples(site: org.Site) -> dict[str, Any]:
    """Return what a table needs with no network: the box of fentanyl strips that was opened last, and what its pictures read; nothing where no kit was printed."""
    if not drugchecking.has_kits(site.id):
        return {}
    box = drugchecking.boxes(site.id, today=periods.site_day(clock.now(), site.timezone)).get(FENTANYL)
    box = box or drugchecking.Strips(FENTANYL)
    told = {"product": box.product, "lot": box.lot, "ug_per_ml": box.ug_per_ml}
    return {"strips": {name: value for name, value in told.items() if value}, "reads": drugchecking.strip_reads(box)}


def _items() -> list[dict[str, Any]]:
    kits = supplies.kit_versions()
    return [
        {"code": one.code, "name": one.name, "category": one.category, "is_set": one.counts_as_syringe}
        | ({"kit": kits[one.code]} if one.code in kits else {})
        for one in sorted(supplies.items().values(), key=lambda one: (one.category, one.name))
        if one.category != stock.USED
    ]


def _lots() -> dict[str, list[dict[str, str]]]:
    """Return the lots of items that are kept by lot, so that the open box can be named; a recalled one is not among them."""
    recalled = recalls.standing_lots()
    return {
        code: [{"id": str(lot.id), "code": lot.code} for lot in supplies.lots().get(code, []) if lot.id not in recalled]
        for code, item in sorted(supplies.items().items())
        if item.needs_lot and supplies.lots().get(code)
    }


def _offers(site: org.Site) -> dict[str, dict[str, dict[str, str]]]:
    """Return what each stock gives out of by item, its open box or the lot assumed; the shelf under a blank name."""
    today = periods.site_day(clock.now(), site.timezone)
    stocks = {"": stock.account_id(site.id, stock.SHELF)} | {str(one.id): one.id for one in supplies.opened(site.id)}
    return {
        name: {item: {"lot": str(one.lot_id), "basis": one.basis} for item, one in sorted(offers.items())}
        for name, account in sorted(stocks.items())
        if (offers := boxes.offers(account, day=today))
    }
