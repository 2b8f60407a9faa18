"""What is left of a visit to the floor once it is over, and of an overdose: the drafts that enter the journal."""

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.supplies import rules as supplies

from . import flow, overdoses, steps

MOST_SECONDS = 7 * 24 * 3600  # a place nobody freed for a week
SECONDS = ("wait_s", "stay_s", "after_s")
KEY = "stay"


@dataclass(frozen=True)
class Stay:
    """A visit to the floor as it is kept: how it ended, how long each part took (seconds), what was said, never at which minute."""

    outcome: str
    reason: str = ""
    room: str = ""
    route: str = ""
    said: str = ""
    hazard: str = ""
    first: bool = False
    paper: bool = False
    wait_s: int = 0
    stay_s: int = 0
    after_s: int = 0

    @property
    def told(self) -> dict[str, Any]:
        """What the act's body says of it: only what says something."""
        named = {
            "outcome": self.outcome,
            "reason": self.reason,
            "room": self.room,
            "route": self.route,
            "said": self.said,
        }
        named |= {"hazard": self.hazard}
        flags = {name: 1 for name in ("first", "paper") if getattr(self, name)}
        said = {name: word for name, word in named.items() if word} | flags
        return {KEY: said | {name: getattr(self, name) for name in SECONDS}}


def parse(body: Mapping[str, Any]) -> Stay:
    """Make a stay of what was told. Raises Refused: `not-an-act`, `bad-amount`."""
    told = body[KEY]
    if not isinstance(told, Mapping):
        raise Refused("not-an-act")
    spans = {name: _span(told.get(name, 0)) for name in SECONDS}
    words = {name: told.get(name, "") for name in ("outcome", "reason", "room", "route", "said", "hazard")}
    allowed = {
        "outcome": flow.OUTCOMES, "reason": ("", *steps.REASONS), "room": ("", *flow.ROOMS), "route": ("", *steps.ROUTES)
    }  # fmt: skip
    if any(words[name] not in given for name, given in allowed.items()):
        raise Refused("not-an-act")
    if not all(isinstance(one, str) for one in words.values()) or not set(words["said"].split()) <= set(
        steps.SUBSTANCES
    ):
        raise Refused("not-an-act")
    return Stay(
        **words,
        wait_s=spans["wait_s"],
        stay_s=spans["stay_s"],
        after_s=spans["after_s"],
        first=bool(told.get("first", 0)),
        paper=bool(told.get("paper", 0)),
    )


def _span(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_SECONDS:
        raise Refused("bad-amount", least=0, most=MOST_SECONDS)
    return value


@dataclass(frozen=True)
class Overdose:
    """An overdose as it is kept: its day, seconds from the start, how it ended. `person` only where the person asked for it."""

    id: uuid.UUID
    site_id: uuid.UUID
    day: date
    place: str
    type: str
    outcome: str
    stamps: tuple[overdoses.Stamp, ...]
    seconds: int = 0
    paper: bool = False
    person: str = ""

    @property
    def stated(self) -> Stated:
        """What was stated: no clock time, no screen; the card, where it is there at all, as a month pseudonym."""
        body: dict[str, Any] = {
            "place": self.place, "type": self.type, "outcome": self.outcome, "seconds": self.seconds,
            "stamps": [_stamp(one) for one in self.stamps],
        }  # fmt: skip
        body |= ({"paper": 1} if self.paper else {}) | ({"person": self.person} if self.person else {})
        return Stated(self.id, "consumption.overdose", 1, self.site_id, None, body)

    @property
    def counts(self) -> bool:
        """Whether it was an overdose: a tap by mistake is none."""
        return self.outcome != overdoses.MISTAKE

    def moves(self, doses_per_unit: Mapping[str, int]) -> list[supplies.Move]:
        """Return the stock movements: the units that the doses given were taken from leave the shelf. A product not known moves none."""
        given = [one for one in self.stamps if one.event == overdoses.NALOXONE and one.counts] if self.counts else []
        return _moves(self, given, doses_per_unit)


@dataclass(frozen=True)
class LateStamp:
    """A stamp that came when its overdose's record was closed already."""

    id: uuid.UUID
    site_id: uuid.UUID
    day: date
    overdose_id: uuid.UUID
    stamp: overdoses.Stamp

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"overdose": str(self.overdose_id)} | _stamp(self.stamp)
        return Stated(self.id, "consumption.late_stamp", 1, self.site_id, None, body)

    def moves(self, doses_per_unit: Mapping[str, int]) -> list[supplies.Move]:
        """Return the stock movement of a dose."""
        given = [self.stamp] if self.stamp.event == overdoses.NALOXONE else []
        return _moves(self, given, doses_per_unit)


def _moves(
    draft: Overdose | LateStamp, given: list[overdoses.Stamp], doses_per_unit: Mapping[str, int]
) -> list[supplies.Move]:
    shelf, target = (
        supplies.account_id(draft.site_id, supplies.SHELF),
        supplies.account_id(draft.site_id, supplies.GIVEN),
    )
    told = Counter(one.item for one in given if doses_per_unit.get(one.item))
    return [
        supplies.Move(
            part_id(draft.id, f"used:{item}"), draft.day, item, None, shelf, target, ceil(n / doses_per_unit[item])
        )
        for item, n in sorted(told.items())
    ]


def _stamp(one: overdoses.Stamp) -> dict[str, Any]:
    told: dict[str, Any] = {"event": one.event, "second": one.second}
    told |= {"item": one.item} if one.item else {}
    told |= {"value": one.value} if one.value is not None else {}
    return told | ({"late": 1} if one.late else {}) | ({} if one.counts else {"same": 1})


def seconds(since: datetime | None, until: datetime | None) -> int:
    """Return the whole seconds of a span; 0 where one end is not known or a clock was put back."""
    return max(0, int((until - since).total_seconds())) if since and until else 0
