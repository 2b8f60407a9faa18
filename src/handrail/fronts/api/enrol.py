"""`POST /api/enrol` lets a device in by the token of its sheet; `POST /api/pack` gives a device that is in its pack anew."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import actions

from . import answers, packs, standing


@csrf_exempt  # no cookie speaks here: the token of the sheet does
@require_POST
@answers.answered
def enrol(request: HttpRequest) -> HttpResponse:
    """Let a device in; answer with its pack. The keys in it are the ones it trusts from now on."""
    told = read(request)
    token, key = told.get("token"), told.get("key")
    if not isinstance(token, str) or not isinstance(key, dict):
        raise Refused("not-readable")
    device = actions.enrol_device(token, json.dumps(key), received_at=clock.now())
    return answers.answer(request, {"pack": packs.pack(device)} | standing.told(device))


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def pack(request: HttpRequest) -> HttpResponse:
    """Give a device its pack. A revoked one gets none."""
    device = answers.signer(request, parse_id(read(request).get("device")))
    if device.revoked:
        raise Refused("device-revoked")
    return answers.answer(request, {"pack": packs.pack(device)} | standing.told(device))


def read(request: HttpRequest) -> dict[str, Any]:
    """Read a request's JSON. Raises Refused("not-readable")."""
    try:
        told = json.loads(request.body.decode())
    except (ValueError, RecursionError):
        raise Refused("not-readable") from None
    if not isinstance(told, dict):
        raise Refused("not-readable")
    return told
