"""`POST /api/sync`: a device's batch of acts, signed by the device. Repeats are welcome; each act counts once.

Body: `{"device": id, "acts": [envelope v1 or its sealed form, …], "ask": [ids]}`. docs/reference/sync.md says all of it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handrail.core.common import clock, periods
from handrail.core.common.refusals import Refused
from handrail.core.journal import acts, batches
from handrail.core.org import actions
from handrail.core.org import queries as org
from handrail.core.ui import refusals

from . import answers, standing

LIMITS = {"acts": batches.ACTS_IN_BATCH, "ask": batches.ASKED_AT_ONCE, "bytes": batches.BYTES_IN_BATCH}


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def sync(request: HttpRequest) -> HttpResponse:
    """Take a batch; answer each act, saved or held. Of a batch that is wrong as a whole, what can be read is taken all the same."""
    batch = batches.read(request.body)
    device = answers.signer(request, batch.device)
    sender, now = acts.Sender(str(device.id), str(device.site_id), device.revoked), clock.now()
    try:
        done = acts.receive_batch(
            batch.acts, worker_of=org.worker, received_at=now, sender=sender, heard=partial(_note, device, now)
        )
    except RecursionError:  # nested too deeply to be written down again
        raise Refused("not-a-batch") from None
    told = {"acts": [_told(one) for one in done]} | _asked(batch.ask) | standing.told(device)
    if batch.wrong:
        told |= answers.refusal(batch.wrong) | {"limits": LIMITS}
        return answers.answer(request, told, status=refusals.status(batch.wrong.code))
    return answers.answer(request, told)


def _note(device: org.Device, now: datetime, done: Sequence[acts.Answer]) -> None:
    """Count what was new, within the transaction that takes it: a later gap in the running numbers is then seen."""
    fresh = [one.device_seq for one in done if one.fresh]
    day = periods.site_day(now, org.site(device.site_id).timezone)
    actions.note_contact(device.id, day=day, new=len(fresh), highest_seq=max(fresh, default=0))


def _asked(ask: Sequence[str]) -> dict[str, list[str]]:
    known = batches.known_of(ask)
    return {"known": [one for one in ask if one in known], "lacking": [one for one in ask if one not in known]}


def _told(answer: acts.Answer) -> dict[str, Any]:
    """Tell a device `saved` for saved and already: it may forget both."""
    outcome = acts.HELD if answer.outcome == acts.HELD else acts.SAVED
    return {"id": answer.id, "outcome": outcome} | ({"code": answer.code} if answer.code else {})
