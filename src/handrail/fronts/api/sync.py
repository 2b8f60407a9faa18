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


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Take a batch; answer each act, saved or held. A batch that cannot be read is not taken at all."""
    try:
        answers = acts.receive_batch(_read(request), worker_of=org.worker, received_at=clock.now())
    except Refused as refusal:
        return failures.refused(request, refusal)
    except RecursionError:  # nested too deeply to be read, or to be written down again
        return failures.refused(request, Refused("not-a-batch"))
    return JsonResponse({"acts": [_told(answer) for answer in answers]})


def _read(request: HttpRequest) -> list[Any]:
    try:
        told = json.loads(request.body.decode())
    except ValueError:  # no UTF-8, no JSON, a number of more digits than Python reads
        raise Refused("not-a-batch") from None
    if not isinstance(told, dict) or set(told) != {"device", "acts"} or not isinstance(told["acts"], list):
        raise Refused("not-a-batch")
    if len(told["acts"]) > acts.ACTS_IN_BATCH:
        raise Refused("not-a-batch")
    if not org.signed_by(parse_id(told["device"]), body=request.body, signature=_signature(request)):
        raise Refused("unknown-device")
    return told["acts"]


def _signature(request: HttpRequest) -> bytes:
    try:
        return base64.urlsafe_b64decode(request.headers.get("Handrail-Signature", "") + "==")
    except (binascii.Error, ValueError):
        return b""


def _told(answer: acts.Answer) -> dict[str, str]:
    """Tell a device `saved` for saved and already: it may forget both."""
    outcome = acts.HELD if answer.outcome == acts.HELD else acts.SAVED
    return {"id": answer.id, "outcome": outcome} | ({"code": answer.code} if answer.code else {})
