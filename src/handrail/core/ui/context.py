"""What every template may ask: is this a demo, who is signed in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the page's frame: the demo mark, and the signed-in worker (None on public pages)."""
    return {"demo": settings.DEMO, "worker": getattr(request, "worker", None)}
