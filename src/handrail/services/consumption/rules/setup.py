"""Rooms, their places, and when somebody is looked at. No check time ships as a default: a named clinician sets them."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.refusals import Refused

from . import flow

MOST_PLACES, MOST_HOLDS, MOST_MINUTES = 60, 20, 240  # far beyond any floor that was read of (frontline reference, 10.1)
LONGEST_LABEL, LONGEST_CLINICIAN = 20, 80


@dataclass(frozen=True)
class NewRoom:
    """A room with so many places, each for so many people; `purge_minutes` between uses of a smoking room, 0 for none."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    label: str
    kind: str
    places: int
    holds: int
    purge_minutes: int = 0

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body: dict[str, Any] = {"label": self.label, "kind": self.kind, "places": self.places, "holds": self.holds}
        return Stated(self.id, "consumption.open_room", 1, self.site_id, self.at, body | {"purge": self.purge_minutes})


@dataclass(frozen=True)
class Checks:
    """When somebody in a room is looked at: minutes to the silent ring, and to the sound; who, a clinician, says so."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    room_id: uuid.UUID
    soft_minutes: int
    hard_minutes: int
    clinician: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {
            "room": str(self.room_id), "soft": self.soft_minutes, "hard": self.hard_minutes, "clinician": self.clinician
        }  # fmt: skip
        return Stated(self.id, "consumption.set_checks", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class RoomEnd:
    """A room is no longer used."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    room_id: uuid.UUID

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "consumption.close_room", 1, self.site_id, self.at, {"room": str(self.room_id)})


def check_label(text: str, *, longest: int = LONGEST_LABEL) -> str:
    """Return a short name as it may be kept. Raises Refused("bad-name")."""
    text = text.strip()
    if not text or len(text) > longest or not is_plain(text) or "\n" in text:
        raise Refused("bad-name", longest=longest)
    return text


def check_number(value: int, *, least: int, most: int) -> int:
    """Return a whole number within bounds. Raises Refused("bad-amount")."""
    if not least <= value <= most:
        raise Refused("bad-amount", least=least, most=most)
    return value


def check_room(draft: NewRoom) -> None:
    """Refuse a room that cannot be. Raises Refused: `bad-name`, `bad-amount`, `not-readable`."""
    check_label(draft.label)
    if draft.kind not in flow.ROOMS:
        raise Refused("not-readable")
    check_number(draft.places, least=1, most=MOST_PLACES)
    check_number(draft.holds, least=1, most=MOST_HOLDS)
    check_number(draft.purge_minutes, least=0, most=MOST_MINUTES)


def check_checks(draft: Checks) -> None:
    """Refuse check times that cannot be. Raises Refused: `bad-name`, `bad-amount`, `hard-before-soft`."""
    check_label(draft.clinician, longest=LONGEST_CLINICIAN)
    check_number(draft.soft_minutes, least=1, most=MOST_MINUTES)
    check_number(draft.hard_minutes, least=1, most=MOST_MINUTES)
    if draft.hard_minutes <= draft.soft_minutes:
        raise Refused("hard-before-soft")
