"""What a device is told is signed, so that no portal's page is taken for our word: `Handrail-Answer` over the body's bytes,
`Handrail-Key` names the key, and `of` in the body is the SHA-256 of the request it answers.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from handrail.core.common import clock, keys, periods
from handrail.core.common.refusals import Refused
from handrail.core.org import queries as org
from handrail.core.ui import refusals
from handrail.core.ui.middleware import RETRY_AFTER_SECONDS

TRY_LATER = 503


def answer(request: HttpRequest, told: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Answer a device, signed; `now` is our time, to the second, from which a device with a wrong clock can tell the right one."""
    named = dict(told) | {
        "now": periods.write_moment(clock.now()),
        "of": written(hashlib.sha256(request.body).digest()),
    }
    body = json.dumps(named, separators=(",", ":")).encode()
    kid, signed = keys.ring().sign_answer(body)
    response = HttpResponse(body, status=status, content_type="application/json")
    response.headers["Handrail-Key"], response.headers["Handrail-Answer"] = kid, written(signed)
    if status == TRY_LATER:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def refusal(refused: Refused) -> dict[str, Any]:
    """Return a refusal as a device is told it."""
    return {"code": refused.code, "say": refusals.say(refused)} | ({"facts": refused.facts} if refused.facts else {})


def answered(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sign refusals too: a device must tell our 422 and 503 from a stranger's."""

    @wraps(view)
    def signing(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except OperationalError:
            refused = Refused("busy")
        except Refused as raised:
            refused = raised
        return answer(request, refusal(refused), status=refusals.status(refused.code))

    return signing


def signer(request: HttpRequest, device_id: Any) -> org.Device:
    """Return the device that signed this request, revoked or not. Raises Refused("unknown-device")."""
    found = org.device_that_signed(device_id, body=request.body, signature=signature(request))
    if found is None:
        raise Refused("unknown-device")
    return found


def written(told: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def signature(request: HttpRequest) -> bytes:
    """Return what the request is signed with; empty where it is not."""
    try:
        return base64.urlsafe_b64decode(request.headers.get("Handrail-Signature", "") + "==")
    except (binascii.Error, ValueError):
        return b""
