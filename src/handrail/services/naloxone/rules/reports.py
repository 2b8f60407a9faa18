"""A reversal report: someone's account that an overdose was answered. It is joined to no visit, card or worker. Plain Python.

Source of what is asked: frontline reference, section 9. Never asked: who sold, shared or was there.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker

WHEN = ("today", "week", "earlier")  # how long ago; never a time
DOSES = ("1", "2", "3+")  # a count that was not told stays empty: it is neither 0 nor 1
OK, DIED, UNKNOWN = "ok", "died", "unknown"
OUTCOMES = (OK, DIED, UNKNOWN)
ROUTES = ("nose", "muscle", "other")
AMBULANCE = ("called", "not-called", "unknown")
SETTINGS = ("private", "shelter", "public", "other")
BREATHS = ("yes", "no", "unknown")
AFTER = ("vomited", "upset", "withdrawal", "sleepy")
THOUGHT = ("opioids", "benzos", "stimulants", "alcohol", "other")
AGES = ("under-25", "25-44", "45-up")  # wide on purpose: one age band of one small place is somebody
PUBLIC, STAFF = "public", "staff"
TOLD_BY = (PUBLIC, STAFF)
ANYONE = Worker(
    uuid.uuid5(uuid.NAMESPACE_URL, "handrail:anyone"), "anyone", frozenset({("naloxone.report", None)})
)  # signs them all
MONTHS_BACK = 12  # a month further back is told as "earlier"

ONE: Mapping[str, Collection[str]] = {
    "when": WHEN, "doses": DOSES, "outcome": OUTCOMES, "route": ROUTES, "ambulance": AMBULANCE, "setting": SETTINGS,
    "breaths": BREATHS, "age": AGES,
}  # fmt: skip
SOME: Mapping[str, Collection[str]] = {"after": AFTER, "thought": THOUGHT}
IF_DIED = frozenset({"product", "doses", "month", "outcome", "flood", "told_by"})  # and the area; nothing else, ever


@dataclass(frozen=True)
class Report:
    """One report. `heard_at` gives the day under which it is kept and is not stated: order and time of telling are kept nowhere.

    `body` is what was stated: only keys that say something. `area` is a site of this programme that it was near, or none.
    """

    id: uuid.UUID
    heard_at: datetime
    body: Mapping[str, Any] = field(repr=False)
    area: uuid.UUID | None = None

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "naloxone.report", 1, self.area, None, self.body)

    def told(self, name: str) -> str:
        """Return one answer; several with a space between; empty where none was given."""
        answer = self.body.get(name, "")
        return answer if isinstance(answer, str) else " ".join(answer)

    @property
    def doses(self) -> int | None:
        """Doses used; None where it was not told. Three may be more: see `at_least`."""
        return int(self.told("doses").rstrip("+")) if self.told("doses") else None

    @property
    def at_least(self) -> bool:
        """Tell whether there may have been more doses than `doses`."""
        return self.told("doses").endswith("+")


def parse_report(told: Mapping[str, Any], *, act_id: uuid.UUID, heard_at: datetime, area: uuid.UUID | None) -> Report:
    """Make a report of a body. Of a death only product, doses, month and area are kept, whatever else was sent.

    Raises Refused: `not-an-act` for an answer that is not on the form, `nothing-told` for no answer at all.
    """
    kept = {name: answer for name, answer in told.items() if answer not in ("", [], (), False)}
    if not all(is_offered(name, answer) for name, answer in kept.items()):
        raise Refused("not-an-act")
    if not set(kept) - {"told_by", "flood"}:
        raise Refused("nothing-told")
    kept |= {"told_by": kept.get("told_by", PUBLIC)}
    if kept.get("outcome") == DIED:
        kept = {name: answer for name, answer in kept.items() if name in IF_DIED}
    else:
        kept.pop("month", None)
    return Report(act_id, heard_at, kept, area)


def is_offered(name: str, answer: Any) -> bool:
    """Tell whether this stands on the form; of a product and a month, whether it may be one."""
    if name == "flood":
        return isinstance(answer, int) and answer == 1
    if name in SOME:
        told = answer if isinstance(answer, list | tuple) else [""]
        return all(isinstance(one, str) and one in SOME[name] for one in told) and len(set(told)) == len(told)
    if not isinstance(answer, str):
        return False
    if name == "told_by":
        return answer in TOLD_BY
    return answer in ONE[name] if name in ONE else name == "product" or (name == "month" and _is_month(answer))


def _is_month(text: str) -> bool:
    try:
        return date.fromisoformat(f"{text}-01").strftime("%Y-%m") == text
    except ValueError:
        return False


def months_back(today: date) -> list[str]:
    """Return this month and those before it, the latest first, as `2026-03`: the ones a form offers."""
    first, told = today.replace(day=1), []
    for _ in range(MONTHS_BACK):
        told.append(f"{first:%Y-%m}")
        first = (first - timedelta(days=1)).replace(day=1)
    return told


@dataclass(frozen=True)
class Told:
    """A report as staff see it: the day it was told, and its answers. Nothing says who told it."""

    id: uuid.UUID
    day: date
    area: uuid.UUID | None
    when: str
    month: str
    doses: int | None
    at_least: bool
    outcome: str
    told_by: str
    flood: bool

    @property
    def span(self) -> tuple[date, date]:
        """The days between which it may have happened; both included."""
        if self.month:
            first = date.fromisoformat(f"{self.month}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        days = {"today": 1, "week": 7}.get(self.when, 31)
        return self.day - timedelta(days=days), self.day


def is_like(one: Told, other: Told) -> bool:
    """Tell whether two reports may be of the same event: days that overlap, and no answer of one that the other denies."""
    overlap = one.span[0] <= other.span[1] and other.span[0] <= one.span[1]
    outcomes = {one.outcome, other.outcome} - {"", UNKNOWN}
    return overlap and _agree(one.area, other.area) and _agree(one.doses, other.doses) and len(outcomes) <= 1


def _agree(one: Any, other: Any) -> bool:
    return one is None or other is None or one == other


def likely_same(told: Sequence[Told], *, among: Iterable[Told] | None = None) -> dict[uuid.UUID, int]:
    """Return how many others each report may be the same event as; those with none are left out.

    A hint for staff, made when they look, and kept nowhere: who tells us gets the same answer whether or not there is a like one.
    """
    others = list(told if among is None else among)
    counted = {one.id: sum(is_like(one, other) for other in others if other.id != one.id) for one in told}
    return {one: n for one, n in counted.items() if n}
