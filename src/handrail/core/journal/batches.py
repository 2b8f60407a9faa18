"""A device's batch on its way in: what can be read of it, and which of the acts it asks about are here."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused

from . import entering, held

ACTS_IN_BATCH = 200
ASKED_AT_ONCE = 1000
BYTES_IN_BATCH = 1_000_000  # of the whole body; core.ui.middleware refuses a larger one before it is read
MOST_DIGITS = 20  # more than any number that an act may hold


@dataclass(frozen=True)
class Batch:
    """Who sends, the acts that can be read (at most ACTS_IN_BATCH), the ids it asks about, and the seals of the acts' shifts by id.

    `wrong` is what is wrong with the batch as a whole: its acts are good all the same.
    """

    device: uuid.UUID
    acts: list[Any]
    ask: tuple[str, ...] = ()
    wrong: Refused | None = None
    shifts: Mapping[str, str] = field(default_factory=dict)


def read(body: bytes) -> Batch:
    """Read what can be read of a batch's body. Raises Refused("not-a-batch") where neither sender nor acts can be."""
    try:
        told = json.loads(body.decode(), parse_int=_number)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, or nested without end
        raise Refused("not-a-batch") from None
    device = parse_id(told.get("device")) if isinstance(told, dict) else None
    if device is None or not isinstance(told.get("acts"), list):
        raise Refused("not-a-batch")
    acts, ask, shifts = told["acts"], told.get("ask", []), _seals(told.get("shifts"))
    if len(acts) > ACTS_IN_BATCH:
        return Batch(device, acts[:ACTS_IN_BATCH], (), Refused("batch-too-large", most=ACTS_IN_BATCH), shifts)
    good = set(told) <= {"device", "acts", "ask", "shifts"} and isinstance(ask, list) and len(ask) <= ASKED_AT_ONCE
    if not good:
        return Batch(device, acts, (), Refused("not-a-batch"), shifts)
    return Batch(device, acts, tuple(map(str, ask)), None, shifts)


def _seals(told: Any) -> dict[str, str]:
    """Return what reads as seals, as many as there can be acts: the rest was never one of ours."""
    pairs = list(told.items())[:ACTS_IN_BATCH] if isinstance(told, dict) else []
    return {shift: seal for shift, seal in pairs if isinstance(seal, str)}


def _number(digits: str) -> int | float:
    """Read a whole number; one that is longer than any count spoils its own act and not the batch."""
    return int(digits) if len(digits) <= MOST_DIGITS else float("inf")


def known_of(ask: Sequence[str]) -> set[str]:
    """Return which of these ids stand in the journal or are held for a reviewer."""
    ids = {text: act_id for text in ask if (act_id := parse_id(text))}
    saved, waiting = entering.known_ids(ids.values()), held.acts_held(str(act_id) for act_id in ids.values())
    return {text for text, act_id in ids.items() if act_id in saved or str(act_id) in waiting}
