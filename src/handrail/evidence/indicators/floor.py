"""The floor's figures, for staff: exact, of one site, for any span. None of them leaves by this door."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from handrail.services.consumption import facts

from . import rates
from .intervals import Share, wilson

MINUTE = 60
stays = facts.stays  # what a queue is simulated from
HALF, P95 = 0.5, 0.95


@dataclass(frozen=True)
class Shares:
    """Of overdoses that were none by mistake: with naloxone, with oxygen and no naloxone, with an ambulance (declined too)."""

    naloxone: Share
    oxygen_only: Share
    ambulance: Share


@dataclass(frozen=True)
class Access:
    """Minutes from arriving to a seat of those who were seated; percent who left before one; percent of places' open minutes used."""

    median_minutes: float
    p95_minutes: float
    left_percent: float
    used_percent: float | None


@dataclass(frozen=True)
class Figures:
    """What a span of a floor amounts to. A figure without a basis is None, never 0."""

    visits: facts.Visits
    overdoses: facts.Overdoses
    per_1000: rates.Interval | None
    shares: Shares | None
    access: Access | None


def figures(*, since: date, until: date, site_id: uuid.UUID, open_minutes: int = 0, places: int = 0) -> Figures:
    """Return the figures of a span, `until` not included: definitions `overdoses-per-1000-consumption-visits`, `overdose-response-shares`, `access-to-places`.

    `open_minutes`: how many minutes the floor was open in the span; 0 where that is not known, and use of places has no basis.
    """
    came = facts.visits(since=since, until=until, site_id=site_id)
    events = facts.count_overdoses(since=since, until=until, site_id=site_id)
    return Figures(
        came, events, overdoses_per_1000(events, came), shares(events),
        access(came, facts.durations(since=since, until=until, site_id=site_id), place_minutes=open_minutes * places),
    )  # fmt: skip


def overdoses_per_1000(events: facts.Overdoses, came: facts.Visits) -> rates.Interval | None:
    """Return events per 1,000 visits where consumption occurred; None without one."""
    try:
        return rates.overdoses_per_1000(events.events, visits=came.used, of=rates.CONSUMPTION)
    except rates.NoBasis:
        return None


def shares(events: facts.Overdoses) -> Shares | None:
    """Return the shares of responses; None without an event."""
    if not events.events:
        return None
    told = (events.naloxone, events.oxygen_only, events.ambulance)
    return Shares(*(wilson(part, events.events) for part in told))


def access(came: facts.Visits, told: facts.Durations, *, place_minutes: int) -> Access | None:
    """Return waits, who left and how far places were used; None where nobody was seated."""
    if not told.waits:
        return None
    used = told.held / MINUTE / place_minutes * 100 if place_minutes else None
    return Access(
        at(told.waits, HALF) / MINUTE, at(told.waits, P95) / MINUTE, came.left_before_seat / came.came * 100, used
    )


def at(counted: Mapping[int, int], share: float) -> int:
    """Return the smallest value that at least this share of all lies at or below, from how many there are of each.

    Source: Hyndman, R. J., Fan, Y. (1996), Sample quantiles in statistical packages, The American Statistician 50 (4), definition 1.
    """
    need, so_far = share * sum(counted.values()), 0
    for value in sorted(counted):
        so_far += counted[value]
        if so_far >= need:
            return value
    raise rates.NoBasis
