"""`POST /api/shift`: a worker opens a shift on a device, with their password and a code. The device signs; its PIN stays with it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.org import actions, queries, rules

from . import answers, standing
from .enrol import read


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def open_shift(request: HttpRequest) -> HttpResponse:
    """Open a shift on the device that signed; answer with its id, which signs what is recorded."""
    told = read(request)
    device = answers.signer(request, parse_id(told.get("device")))
    if device.revoked:
        raise Refused("device-revoked")
    shift = _opened(told, device)
    return answers.answer(request, {"shift": shift} | standing.told(device))


@sensitive_variables("told")
def _opened(told: dict[str, Any], device: queries.Device) -> str:
    now, words = clock.now(), [told.get(name, "") for name in ("handle", "password", "code")]
    if not all(isinstance(one, str) for one in words):
        raise Refused("not-readable")
    handle, password, code = words
    worker, _ = actions.sign_in(handle, password, now=now)
    if queries.account(worker.id).one_time:
        raise Refused("first-at-a-desk")
    if not settings.DEMO:
        actions.prove_code(worker, code, now=now)
    method = rules.PASSWORD if settings.DEMO else rules.TOTP
    return str(actions.open_shift(worker, method=method, device_id=device.id, now=now).shift)
