"""`POST /api/sync`: a device's batch of acts, signed by the device. Repeats are welcome; each act counts once.

Body: `{"device": id, "acts": [envelope v1, …]}`, at most 200 acts. Header `Handrail-Signature`: base64url of the raw ECDSA P-256
signature over the body's bytes. Answer: `{"acts": [{"id", "outcome", "code"?}, …]}` in the batch's order.
"""

import base64
import binascii
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.journal import acts
from handrail.core.org import queries as org
from handrail.core.ui import failures

MOST_DIGITS = 20  # more than any number that an act may hold


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Take a batch; answer each act, saved or held. A batch that cannot be read is not taken at all."""
    try:
        batch, sender = _read(request)
        answers = acts.receive_batch(batch, worker_of=org.worker, received_at=clock.now(), sender=sender)
    except Refused as refusal:
        return failures.refused(request, refusal)
    except RecursionError:  # nested too deeply to be read, or to be written down again
        return failures.refused(request, Refused("not-a-batch"))
    return JsonResponse({"acts": [_told(answer) for answer in answers]})


def _read(request: HttpRequest) -> tuple[list[Any], acts.Sender]:
    try:
        told = json.loads(request.body.decode(), parse_int=_number)
    except ValueError:  # no UTF-8, no JSON
        raise Refused("not-a-batch") from None
    if not isinstance(told, dict) or set(told) != {"device", "acts"} or not isinstance(told["acts"], list):
        raise Refused("not-a-batch")
    if len(told["acts"]) > acts.ACTS_IN_BATCH:
        raise Refused("not-a-batch")
    device_id = parse_id(told["device"])
    if device_id is None or not org.signed_by(device_id, body=request.body, signature=_signature(request)):
        raise Refused("unknown-device")
    return told["acts"], acts.Sender(str(device_id), str(org.site_of_device(device_id)))


def _number(digits: str) -> int | float:
    """Read a whole number; one that is longer than any count spoils its own act and not the batch."""
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


def _signature(request: HttpRequest) -> bytes:
    try:
        return base64.urlsafe_b64decode(request.headers.get("Handrail-Signature", "") + "==")
    except (binascii.Error, ValueError):
        return b""


def _told(answer: acts.Answer) -> dict[str, str]:
    """Tell a device `saved` for saved and already: it may forget both."""
    outcome = acts.HELD if answer.outcome == acts.HELD else acts.SAVED
    return {"id": answer.id, "outcome": outcome} | ({"code": answer.code} if answer.code else {})
