"""What every page of the desk may ask: the legal holds at its site."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from handrail.core.journal import holds


def desk(request: HttpRequest) -> dict[str, Any]:
    """Return the holds that stand at the site of a desk page; asked for only where a whole page is shown."""
    match = request.resolver_match
    site_id = match.kwargs.get("site_id") if match and match.app_name == "desk" else None
    return {"holds": SimpleLazyObject(lambda: holds.on_site(site_id))} if site_id else {}
