"""What every page of the desk may ask: the legal holds at its site, which doors it shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from handrail.core.common import clock
from handrail.core.journal import holds
from handrail.evidence.release.alerts import queries as alerts

DOORS = {
    "window": "exchange.record", "table": "drugchecking.record", "stock": "supplies.see", "cards": "people.issue-cards",
}  # fmt: skip


def desk(request: HttpRequest) -> dict[str, Any]:
    """Return the holds that stand at the site of a desk page (asked for only where a whole page is shown), and the doors its bar shows."""
    match = request.resolver_match
    site_id = match.kwargs.get("site_id") if match and match.app_name == "desk" else None
    if not site_id:
        return {}
    worker = getattr(request, "worker", None)
    doors = {name: worker is not None and worker.may(needed, site_id=site_id) for name, needed in DOORS.items()}
    told = {"holds": SimpleLazyObject(lambda: holds.on_site(site_id)), "doors": doors}
    return told | {"notices": SimpleLazyObject(lambda: alerts.notices(site_id, at=clock.now()))}
