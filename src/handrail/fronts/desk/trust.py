"""The first step of adding a device on a local network: how it comes to trust this house."""

from typing import Any

import segno
from django.conf import settings


def step() -> dict[str, Any]:
    """Return what `ui/_trust.html` shows (`trust`, `trust_qr`); `trust` is None where the house has a certificate everybody trusts."""
    trust = settings.REACH.trust
    return {
        "trust": trust,
        "trust_qr": segno.make(trust["address"], error="m", micro=False).svg_data_uri(border=2, scale=6)
        if trust
        else "",
    }


def address(path: str) -> str:
    """Return the whole address of a path of this house, as another device opens it."""
    return f"{settings.REACH.address}{path}"
