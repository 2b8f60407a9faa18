"""`POST /api/shift`: a worker opens a shift on a device, by passkey or with their password and a code. The device signs; its PIN stays with it.

`POST /api/passkey` gives the challenge that a passkey signs; `POST /api/shift/close` ends a shift.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import actions, queries, rules

from . import answers, standing
from .enrol import read

ASKED, ASKED_LIVES = "handrail.api.passkey", 300  # seconds a challenge waits; it is good once


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def open_shift(request: HttpRequest) -> HttpResponse:
    """Open a shift on the device that signed; answer with its id, which signs what is recorded, and its seal."""
    told = read(request)
    device = _in_use(request, told)
    shift = _opened(told, device, name=_name(request))
    return answers.answer(request, {"shift": str(shift), "seal": actions.seal_shift(shift)} | standing.told(device))


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def close_shift(request: HttpRequest) -> HttpResponse:
    """End a shift of the device that signed; another device's, or one that is not here, is left as it is."""
    told = read(request)
    device = answers.signer(request, parse_id(told.get("device")))
    if shift := parse_id(told.get("shift")):
        actions.close_shift(shift, device_id=device.id, now=clock.now())
    return answers.answer(request, standing.told(device))


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def ask_passkey(request: HttpRequest) -> HttpResponse:
    """Give a device a challenge for a passkey, and what it must bring back with it. It names nobody."""
    device = _in_use(request, read(request))
    options, state = actions.ask(name=_name(request))
    asked = signing.dumps({"device": str(device.id), "state": state}, salt=ASKED)
    return answers.answer(request, {"asked": asked, "options": options} | standing.told(device))


def _in_use(request: HttpRequest, told: dict[str, Any]) -> queries.Device:
    device = answers.signer(request, parse_id(told.get("device")))
    if device.revoked:
        raise Refused("device-revoked")
    return device


@sensitive_variables("told")
def _opened(told: dict[str, Any], device: queries.Device, *, name: str) -> uuid.UUID:
    if "passkey" in told:
        worker, method = _by_passkey(told, device, name=name), rules.PASSKEY
    else:
        worker, method = _by_password(told)
    if queries.account(worker.id).one_time:
        raise Refused("first-at-a-desk")
    return actions.open_shift(worker, method=method, device_id=device.id, now=clock.now()).signs_as


def _by_passkey(told: dict[str, Any], device: queries.Device, *, name: str) -> Worker:
    """Return whose passkey signed the challenge that this device was given. Raises Refused("wrong-passkey")."""
    try:
        asked = signing.loads(str(told.get("asked")), salt=ASKED, max_age=ASKED_LIVES)
    except signing.BadSignature:
        raise Refused("wrong-passkey") from None
    if asked["device"] != str(device.id) or not isinstance(told["passkey"], dict):
        raise Refused("wrong-passkey")
    return actions.prove_passkey(asked["state"], told["passkey"], name=name, now=clock.now())


@sensitive_variables("told", "words", "password", "code")
def _by_password(told: dict[str, Any]) -> tuple[Worker, str]:
    now, words = clock.now(), [told.get(name, "") for name in ("handle", "password", "code")]
    if not all(isinstance(one, str) for one in words):
        raise Refused("not-readable")
    handle, password, code = words
    worker, _ = actions.sign_in(handle, password, now=now)
    if settings.DEMO:
        return worker, rules.PASSWORD
    if not queries.account(worker.id).one_time:
        actions.prove_code(worker, code, now=now)
    return worker, rules.TOTP


def _name(request: HttpRequest) -> str:
    """Return the name that a passkey is bound to: the host, without its port."""
    return request.get_host().partition(":")[0]
