"""The consumption floor's screens. `POST /api/floor` takes steps and answers with the board; `POST /api/floor/watch` streams it.

A step is `{"id", "kind", "on", "age_ms", …}`: what was tapped and how long ago. Steps of an overdose need no shift: the device's
key is enough, and nothing in them is a reason to refuse them.
"""

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.services.consumption import actions, queries
from handrail.services.consumption.rules import steps

from . import answers
from .enrol import read
from .live import Hub, frame

hub = Hub(
    edition=queries.edition, render=lambda site_id: frame(queries.board(site_id, now=clock.now()))
)  # of this process


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def floor(request: HttpRequest) -> HttpResponse:
    """Take a screen's steps, each once; answer each, and with the board as it is then."""
    told, now = read(request), clock.now()
    device = _device(request, told)
    asked = told.get("steps", [])
    if not isinstance(asked, list) or len(asked) > steps.MOST_STEPS:
        raise Refused("not-readable")
    sender = actions.Sender(device.site_id, device.label, _worker(told))
    taken = actions.take_steps(asked, sender=sender, received_at=now)
    if isinstance(told.get("armed"), bool):
        actions.note_screen(device.id, site_id=device.site_id, label=device.label, armed=told["armed"], now=now)
    if asked:
        actions.settle(device.site_id, now=now)
    hub.poke()
    return answers.answer(
        request,
        {"steps": [_told(one) for one in taken], "board": queries.board(device.site_id, now=now)},
    )


@csrf_exempt  # no cookie speaks here: the device's signature does
@require_POST
@answers.answered
def watch(request: HttpRequest) -> HttpResponse:
    """Stream the board as server-sent events, each signed; a house that is full says so and is asked again and again instead."""
    device = _device(request, read(request))
    if hub.full():
        raise Refused("busy")
    stream = StreamingHttpResponse(hub.listen(device.site_id), content_type="text/event-stream")
    stream.headers["X-Accel-Buffering"] = "no"
    connection.close()  # a listener holds no connection while it waits
    return stream  # type: ignore[return-value]  # Django's two kinds of answer share a base only


def _device(request: HttpRequest, told: dict[str, Any]) -> org.Device:
    device = answers.signer(request, parse_id(told.get("device")))
    if device.revoked:
        raise Refused("device-revoked")
    return device


def _worker(told: dict[str, Any]) -> Worker | None:
    """Return whose shift is open on the screen; None without one, or once its name was forgotten."""
    shift = parse_id(told.get("shift"))
    try:
        return org.worker(shift) if shift else None
    except Refused:
        return None


def _told(answer: actions.Answer) -> dict[str, Any]:
    if answer.refusal is None:
        return {"id": answer.id, "outcome": "saved"}
    return {"id": answer.id, "outcome": "refused"} | answers.refusal(answer.refusal)
