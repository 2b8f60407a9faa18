"""Questions to the journal."""

from .models import Held


def held() -> list[Held]:
    """Return what is held for review, the oldest day first: kind, site, day, reason; the body stays sealed."""
    return list(Held.objects.order_by("day", "id").defer("sealed"))
