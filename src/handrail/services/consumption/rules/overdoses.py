"""An overdose as it is recorded: what was done at which second, how it ended. Recording is never refused; only what counts is judged.

Source: frontline reference, 10.3. Handrail records and times: it gives no clinical advice.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused

OPIOID_LIKE, OVER_AMP, OTHER = "opioid-like", "over-amp", "other"
TYPES = (OPIOID_LIKE, OVER_AMP, OTHER)

NALOXONE, OXYGEN, SEDATED = "naloxone", "oxygen", "sedated"
EMS = ("ambulance_called", "ambulance_arrived", "ambulance_went", "ambulance_declined")
EVENTS = (
    "recognised", "stimulate", "recovery", "airway", "spo2", "breaths", OXYGEN, "bvm", NALOXONE, "pulse", "pressure", "glucose",
    "temperature", "cooling", "seizure", SEDATED, "cpr", "aed", *EMS, "recheck", "debrief", "other",
)  # fmt: skip

RECOVERED, WENT, LEFT, DIED, UNKNOWN, MISTAKE = "recovered", "ambulance", "left", "died", "unknown", "mistake"
OUTCOMES = (RECOVERED, WENT, LEFT, DIED, UNKNOWN, MISTAKE)

SAME_WITHIN_SECONDS = 20  # frontline reference, 10.3: a like stamp from another device may be the same dose
MOST_VALUE, LONGEST_SHOWN, MOST_SECOND = 100_000, 40, 2 * 24 * 3600


@dataclass(frozen=True)
class Stamp:
    """One thing that was done or seen. `second`: from the start. `counts`: not found to be another screen's stamp of the same dose."""

    id: uuid.UUID
    event: str
    second: int
    screen: str = ""
    item: str = ""
    value: int | None = None
    late: bool = False
    counts: bool = True
    asked: bool = False


@dataclass(frozen=True)
class Doubt:
    """Two like stamps of two screens, so near to one another that they may be one: asked afterwards, never during."""

    first: Stamp
    second: Stamp

    @property
    def apart(self) -> int:
        """Seconds between them."""
        return abs(self.second.second - self.first.second)


def doubts(stamps: Iterable[Stamp]) -> list[Doubt]:
    """Return the naloxone stamps of two screens that lie within 20 seconds and were not asked about yet."""
    given = sorted((one for one in stamps if one.event == NALOXONE and one.counts), key=lambda one: one.second)
    pairs = pairwise(given)
    return [
        Doubt(a, b)
        for a, b in pairs
        if a.screen != b.screen and b.second - a.second <= SAME_WITHIN_SECONDS and not b.asked
    ]


def doses(stamps: Iterable[Stamp]) -> int:
    """Return how many doses of naloxone were given: administrations, those found to be told twice counted once."""
    return sum(one.event == NALOXONE and one.counts for one in stamps)


def since_naloxone(stamps: Iterable[Stamp]) -> int | None:
    """Return the second of the last dose; None before the first."""
    return max((one.second for one in stamps if one.event == NALOXONE and one.counts), default=None)


def needs_recheck(outcome: str, stamps: Iterable[Stamp]) -> bool:
    """Tell whether somebody who recovered is looked at again and again: after naloxone, and after long sedation."""
    return outcome == RECOVERED and any(one.event in {NALOXONE, SEDATED} for one in stamps)


def check_close(outcome: str) -> None:
    """Refuse to close a record that says nothing of how it ended. Raises Refused("outcome-first")."""
    if outcome not in OUTCOMES:
        raise Refused("outcome-first")


def read(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a step of an overdose says; what cannot be read is left out, and the step stands."""
    kept: dict[str, Any] = {name: named for name in ("place", "visit", "other") if (named := parse_id(told.get(name)))}
    if kind == "stamp":
        event = told.get("event")
        kept["event"] = event if event in EVENTS else "other"
        kept["item"] = _text(told.get("item"))
    kept |= {name: value for name in ("value", "ago_s", "second") if (value := _whole(told.get(name))) is not None}
    kept |= {name: bool(told[name]) for name in ("late", "same", "join", "paper") if name in told}
    kept |= {"outcome": told["outcome"]} if told.get("outcome") in OUTCOMES else {}
    kept |= {"type": told["type"]} if told.get("type") in TYPES else {}
    return kept


def _whole(value: Any) -> int | None:
    return min(value, MOST_VALUE) if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: Any) -> str:
    return value[:LONGEST_SHOWN] if isinstance(value, str) and value.isprintable() else ""
