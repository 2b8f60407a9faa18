"""Incidents of a shift: a kind from a short list. No free text, for it would name somebody; a pause of service stands here, never on a code."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused

KINDS = (
    "injury",
    "needle_stick",
    "fight",
    "threat",
    "theft",
    "police",
    "ambulance_other",
    "building",
    "pause_of_service",
    "other",
)


@dataclass(frozen=True)
class Incident:
    """Something happened, of one kind. `at` is coarse already."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    kind: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "consumption.incident", 1, self.site_id, self.at, {"kind": self.kind})


def check_incident(draft: Incident) -> None:
    """Refuse a kind that is none. Raises Refused("not-readable")."""
    if draft.kind not in KINDS:
        raise Refused("not-readable")
