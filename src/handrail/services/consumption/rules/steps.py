"""A step on the floor: what a screen's tap says. Steps move a visit or stamp an overdose; each has an id, so that it counts once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import parse_id, parse_random_id
from handrail.core.common.refusals import Refused

from . import flow, overdoses

ARRIVE, ROUND, HEARD = "arrive", "round", "heard"
VISIT = frozenset({ARRIVE, *flow.MAY})
FLOOR = frozenset({ROUND})
OVERDOSE = frozenset({"overdose", "stamp", "same", "outcome", "rechecked", "join", "close"})
NO_SIGN_IN = OVERDOSE | {HEARD}  # a registered device's key is enough: frontline reference, 10.3
KINDS = VISIT | FLOOR | NO_SIGN_IN

LONGEST_TONIGHT, LONGEST_TEXT, MOST_WORDS = 20, 300, 6
OLDEST = timedelta(
    days=2
)  # a device that was away longer than that counts from there: elapsed time only ever lengthens
MOST_STEPS = 100  # in one sending

ROUTES = ("inject", "smoke", "snort", "swallow", "other")
REASONS = ("wait", "rules", "found_elsewhere", "called_away", "other")
SUBSTANCES = (
    "opioid",
    "fentanyl",
    "heroin",
    "stimulant",
    "cocaine",
    "crack",
    "methamphetamine",
    "benzodiazepine",
    "speedball",
    "other",
    "unknown",
)  # fmt: skip  -- groups of the Health Canada reporting set, as said


@dataclass(frozen=True)
class Step:
    """One tap: its kind, what it is about (`on`), when it happened by our clock, and what else it says."""

    id: uuid.UUID
    kind: str
    on: uuid.UUID
    at: datetime
    told: Mapping[str, Any]


def parse(told: Any, *, received_at: datetime) -> Step:
    """Read one step; `age_ms`, the time since the tap as its device counted it, makes its moment. Raises Refused("not-readable").

    What a step of an overdose says is never a reason to refuse it: what cannot be read of it is left out.
    """
    if not isinstance(told, Mapping):
        raise Refused("not-readable")
    step_id, on, kind = parse_random_id(told.get("id")), parse_id(told.get("on")), told.get("kind")
    if not (step_id and on and isinstance(kind, str) and kind in KINDS):
        raise Refused("not-readable")
    rest = {key: value for key, value in told.items() if key not in {"id", "on", "kind", "age_ms"}}
    read = overdoses.read(kind, rest) if kind in NO_SIGN_IN else _read(kind, rest)
    return Step(step_id, kind, on, _happened(told.get("age_ms"), received_at), read)


def _happened(age_ms: Any, received_at: datetime) -> datetime:
    known = isinstance(age_ms, int) and not isinstance(age_ms, bool) and age_ms > 0
    return received_at - min(timedelta(milliseconds=age_ms), OLDEST) if known else received_at


def _read(kind: str, told: Mapping[str, Any]) -> dict[str, Any]:
    """Read what a step of a visit says. Raises Refused: `not-readable`, `bad-name`."""
    read: dict[str, Any] = {}
    for name, value in told.items():
        if name not in _FIELDS:
            raise Refused("not-readable")
        read[name] = _FIELDS[name](value)
    if kind == "seat" and "place" not in read:
        raise Refused("not-readable")
    return read


def _tonight(value: Any) -> str:
    if not isinstance(value, str) or len(value.strip()) > LONGEST_TONIGHT or not is_plain(value) or "\n" in value:
        raise Refused("bad-name", longest=LONGEST_TONIGHT)
    return value.strip()


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not is_plain(value):
        raise Refused("not-readable")
    return value.strip()


def _one_of(words: tuple[str, ...]) -> Any:
    def read(value: Any) -> str:
        if value not in words:
            raise Refused("not-readable")
        return str(value)

    return read


def _some_of(words: tuple[str, ...]) -> Any:
    def read(value: Any) -> str:
        if not isinstance(value, list) or len(value) > MOST_WORDS or not set(map(str, value)) <= set(words):
            raise Refused("not-readable")
        return " ".join(sorted(set(value)))

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("not-readable")
    return value


def _id(value: Any) -> uuid.UUID:
    found = parse_id(value)
    if found is None:
        raise Refused("not-readable")
    return found


_FIELDS: Mapping[str, Any] = {
    "tonight": _tonight, "card": _text, "first": _flag, "hold": _flag, "with": _id, "place": _id, "paper": _flag,
    "route": _one_of(ROUTES), "reason": _one_of(REASONS), "said": _some_of(SUBSTANCES), "hazard": _text,
}  # fmt: skip
