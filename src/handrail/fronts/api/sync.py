"""`POST /api/sync`: a device's batch of acts, signed by the device. Repeats are welcome; each act counts once.

Body: `{"device": id, "acts": [envelope v1 or its sealed form, …], "ask": [ids]}`. docs/reference/sync.md says all of it.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.journal import acts, batches
from handrail.core.org import actions
from handrail.core.ui import refusals

from . import answers, standing

LIMITS = {"acts": batches.ACTS_IN_BATCH, "ask": batches.ASKED_AT_ONCE, "bytes": batches.BYTES_IN_BATCH}


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def sync(request: HttpRequest) -> HttpResponse:
    """Take a batch; answer each act, saved or held. Of a batch that is wrong as a whole, what can be read is taken all the same."""
    taken = actions.take_batch(request.body, answers.signature(request), received_at=clock.now())
    told = {"acts": [_told(one) for one in taken.answers]} | _asked(taken.batch.ask) | standing.told(taken.device)
    if wrong := taken.batch.wrong:
        told |= answers.refusal(wrong) | {"limits": LIMITS}
        return answers.answer(request, told, status=refusals.status(wrong.code))
    return answers.answer(request, told)


def _asked(ask: Sequence[str]) -> dict[str, list[str]]:
    known = batches.known_of(ask)
    return {"known": [one for one in ask if one in known], "lacking": [one for one in ask if one not in known]}


def _told(answer: acts.Answer) -> dict[str, Any]:
    """Tell a device `saved` for saved and already: it may forget both."""
    outcome = acts.HELD if answer.outcome == acts.HELD else acts.SAVED
    return {"id": answer.id, "outcome": outcome} | ({"code": answer.code} if answer.code else {})
