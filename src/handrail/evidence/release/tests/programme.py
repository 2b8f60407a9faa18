"""An invented programme for release: visits through the real action, cards and kinds as told."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from handrail.core.common.worker import Worker
from handrail.core.encounters import actions, parts
from handrail.core.encounters.rules import Visit

SYRINGES, PIPES, BINS = "SYR-INS-28-1", "PIPE-STEM", "SHARPS-P"


def visit(site_id: uuid.UUID, at: datetime, given: Mapping[str, int], card: str | None) -> Visit:
    body: dict[str, Any] = {"given": [{"item": item, "amount": amount} for item, amount in given.items()]}
    return Visit(uuid.uuid4(), site_id, at, parts.parse(body), body, 1, card)


def record(
    site_id: uuid.UUID, at: datetime, told: Iterable[tuple[str | None, Mapping[str, int]]], *, by: Worker
) -> None:
    """Record a visit a line: whose card (None: no code) and what was given."""
    actions.record_visits([visit(site_id, at, given, card) for card, given in told], by=by, received_at=at)


def cards(count: int) -> list[str]:
    return [f"{n:032x}" for n in range(count)]


def a_week(site_id: uuid.UUID, at: datetime, *, by: Worker, pipes: int = 4) -> None:
    """Thirty cards with syringes and bins, of whom a few took pipes; one visit without a code."""
    told: list[tuple[str | None, Mapping[str, int]]] = [
        (card, {SYRINGES: 10, BINS: 1} | ({PIPES: 2} if n < pipes else {})) for n, card in enumerate(cards(30))
    ]
    record(site_id, at, [*told, (None, {SYRINGES: 10})], by=by)
