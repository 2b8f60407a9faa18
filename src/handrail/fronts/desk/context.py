"""What every page of the desk may ask: the legal holds at its site, which doors it shows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from handrail.core.journal import holds


def desk(request: HttpRequest) -> dict[str, Any]:
    """Return the holds that stand at the site of a desk page (asked for only where a whole page is shown), and whether samples are checked."""
    match = request.resolver_match
    site_id = match.kwargs.get("site_id") if match and match.app_name == "desk" else None
    if not site_id:
        return {}
    worker = getattr(request, "worker", None)
    may_check = worker is not None and worker.may("drugchecking.record", site_id=site_id)
    return {"holds": SimpleLazyObject(lambda: holds.on_site(site_id)), "may_check": may_check}
