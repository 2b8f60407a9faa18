"""Questions about the floor."""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count

from handrail.core.supplies import queries as stock

from . import models
from .rules import flow, overdoses, stays

SCREEN_LIVES = timedelta(minutes=2)  # without a word from it, a screen is not counted on to sound
MARKS = 1_000_000
CLOCK_SLACK = timedelta(seconds=5)  # a server's clock may be put back by this much without being called wrong


@dataclass(frozen=True)
class RoomShown:
    """A room as its settings show it."""

    id: uuid.UUID
    label: str
    kind: str
    places: int
    holds: int
    purge_minutes: int
    soft_minutes: int | None
    hard_minutes: int | None
    clinician: str


def rooms(site_id: uuid.UUID) -> list[RoomShown]:
    """Return a site's rooms in use, in the order of the floor."""
    rows = models.Room.objects.filter(site=site_id, closed=False).order_by("rank").prefetch_related("places")
    return [
        RoomShown(
            row.id, row.label, row.kind, len(places := list(row.places.all())), max((one.holds for one in places), default=0),
            row.purge_minutes, row.soft_minutes, row.hard_minutes, row.clinician,
        )
        for row in rows
    ]  # fmt: skip


def has_floor(site_id: uuid.UUID) -> bool:
    """Tell whether a site has a room of the floor."""
    return models.Room.objects.filter(site=site_id, closed=False).exists()


def edition(site_id: uuid.UUID) -> int:
    """Return the number of the newest edition of a site's board; 0 where it has no floor."""
    return models.Floor.objects.filter(site=site_id).values_list("edition", flat=True).first() or 0


def board(site_id: uuid.UUID, *, now: datetime) -> dict[str, Any]:
    """Return the board as screens are told it: ages in milliseconds, no clock time, no code, no worker, nothing that names a person.

    Ages are counted from the latest moment that was ever seen: a clock that is put back shortens nothing.
    """
    floor = models.Floor.objects.filter(site=site_id).first() or models.Floor(site_id=site_id)
    latest = max(now, floor.seen or now)
    told = _Told(latest)
    return {
        "edition": floor.edition, "clock_back": bool(floor.seen and floor.seen - now > CLOCK_SLACK),
        "rooms": told.rooms(site_id), "visits": told.visits(site_id), "overdoses": told.overdoses(site_id),
        "screens": told.screens(site_id),
    }  # fmt: skip


class _Told:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def age(self, at: datetime | None) -> int | None:
        return max(0, int((self.now - at).total_seconds() * 1000)) if at else None

    def rooms(self, site_id: uuid.UUID) -> list[dict[str, Any]]:
        rows = models.Room.objects.filter(site=site_id, closed=False).order_by("rank").prefetch_related("places")
        return [
            {
                "id": str(row.id), "label": row.label, "kind": row.kind, "soft": row.soft_minutes, "hard": row.hard_minutes,
                "purge": row.purge_minutes, "emptied": self.age(row.emptied),
                "places": [
                    {"id": str(one.id), "label": one.label, "holds": one.holds}
                    for one in sorted(row.places.all(), key=lambda one: one.rank)
                ],
            }
            for row in rows
        ]  # fmt: skip

    def visits(self, site_id: uuid.UUID) -> list[dict[str, Any]]:
        rows = models.LiveVisit.objects.filter(site=site_id).select_related("place").order_by("line")
        return [
            {
                "id": str(row.id), "state": row.state, "tonight": row.tonight, "hold": row.hold, "first": row.first,
                "together": str(row.together or ""), "place": str(row.place_id or ""),
                "room": str(row.place.room_id) if row.place else "", "route": row.route, "said": row.said.split(),
                "hazard": row.hazard, "card": bool(row.pseudonym), "waited": self.age(row.came), "called": self.age(row.called),
                "seated": self.age(row.seated), "freed": self.age(row.freed), "checked": self.age(row.checked),
                "heard": self.age(row.heard), "ended": self.age(row.ended), "outcome": row.outcome, "mark": _mark(row.checked),
            }
            for row in rows
        ]  # fmt: skip

    def overdoses(self, site_id: uuid.UUID) -> list[dict[str, Any]]:
        rows = models.LiveOverdose.objects.filter(site=site_id).select_related("visit").order_by("began", "id")
        stamps = defaultdict(list)
        for one in models.LiveStamp.objects.filter(overdose__site=site_id).order_by("second", "id"):
            stamps[one.overdose_id].append(one)
        return [self.overdose(row, stamps[row.id]) for row in rows]

    def overdose(self, row: models.LiveOverdose, found: list[models.LiveStamp]) -> dict[str, Any]:
        read = [overdoses.Stamp(s.id, s.event, s.second, s.screen, counts=s.counts, asked=s.asked) for s in found]
        return {
            "id": str(row.id), "place": str(row.place_id or ""), "visit": str(row.visit_id or ""), "type": row.type,
            "began": self.age(row.began), "ended": self.age(row.ended), "heard": self.age(row.heard),
            "checked": self.age(row.checked), "mark": _mark(row.checked), "outcome": row.outcome, "screen": row.screen, "join": row.join,
            "card": bool(row.visit and row.visit.pseudonym), "seconds": stays.seconds(row.began, row.ended),
            "stamps": [
                {
                    "id": str(s.id), "event": s.event, "second": s.second, "screen": s.screen, "item": s.item,
                    "value": s.value, "late": s.late, "counts": s.counts,
                }
                for s in found
            ],
            "doubts": [[str(one.first.id), str(one.second.id), one.apart] for one in overdoses.doubts(read)],
        }  # fmt: skip

    def screens(self, site_id: uuid.UUID) -> list[dict[str, Any]]:
        rows = models.LiveScreen.objects.filter(site=site_id, seen__gt=self.now - SCREEN_LIVES).order_by("label", "id")
        return [{"id": str(row.id), "label": row.label, "armed": row.armed} for row in rows]


def _mark(checked: datetime | None) -> str:
    """Mark one check, so that a screen knows a new one from an old one under a clock that was put back. It tells no time."""
    return str(int(checked.timestamp() * 1000) % MARKS) if checked else ""


@dataclass(frozen=True)
class Handover:
    """What the next shift is told: who is waiting, seated and resting (by their name for tonight), what runs, what happened."""

    waiting: int
    seated: list[tuple[str, str, int]]
    aftercare: list[tuple[str, int]]
    overdoses: list[tuple[str, int, int, str]]


def handover(site_id: uuid.UUID, *, now: datetime) -> Handover:
    """Return how the floor stands: minutes at a place, minutes since the last check in aftercare, and overdoses not closed."""
    rows = models.LiveVisit.objects.filter(site=site_id, state__in=flow.OPEN).select_related("place").order_by("line")
    by_state = defaultdict(list)
    for row in rows:
        by_state[row.state].append(row)
    running = models.LiveOverdose.objects.filter(site=site_id).select_related("place").order_by("began", "id")
    return Handover(
        waiting=sum(len(by_state[state]) for state in flow.IN_LINE),
        seated=[
            (row.place.label if row.place else "", row.tonight, _minutes(row.seated, now))
            for row in by_state[flow.SEATED]
        ],
        aftercare=[(row.tonight, _minutes(row.checked, now)) for row in by_state[flow.AFTERCARE]],
        overdoses=[
            (one.place.label if one.place else "", _minutes(one.began, now), _doses(one), one.outcome)
            for one in running
        ],
    )


@dataclass(frozen=True)
class Day:
    """What a day of the floor amounts to so far, as it is kept: visits where consumption occurred, left before a seat, overdoses, mistaps."""

    used: int
    left_before_seat: int
    overdoses: int
    mistakes: int


def day(site_id: uuid.UUID, on: date) -> Day:
    """Count a site's day. Visits whose exit can still be taken back are not kept yet."""
    stays_ = models.Stay.objects.filter(site=site_id, day=on)
    ended = models.Overdose.objects.filter(site=site_id, day=on)
    return Day(
        used=stays_.filter(outcome=flow.USED).count(),
        left_before_seat=stays_.filter(outcome=flow.LEFT_BEFORE_SEAT).count(),
        overdoses=ended.exclude(outcome=overdoses.MISTAKE).count(),
        mistakes=ended.filter(outcome=overdoses.MISTAKE).count(),
    )


def like_visits(site_id: uuid.UUID, on: date, *, at: datetime, stay: stays.Stay) -> bool:
    """Tell whether a visit from paper with the same hour and durations is kept already: a sheet may be entered twice."""
    rows = models.Stay.objects.filter(site=site_id, day=on, paper=True, outcome=stay.outcome, wait_s=stay.wait_s)
    return rows.filter(stay_s=stay.stay_s, after_s=stay.after_s, encounter__at=at).exists()


def like_overdoses(draft: stays.Overdose) -> bool:
    """Tell whether an overdose of the same day, end and doses is kept already, from paper or from a screen."""
    rows = models.Overdose.objects.filter(site=draft.site_id, day=draft.day, outcome=draft.outcome, place=draft.place)
    return rows.filter(doses=overdoses.doses(draft.stamps)).exclude(pk=draft.id).exists()


def naloxone_products() -> list[tuple[str, str]]:
    """Return the naloxone products of the catalogue: code and name."""
    return sorted((code, item.name) for code, item in stock.items().items() if item.category == overdoses.NALOXONE)


def incidents_since(site_id: uuid.UUID, since: date) -> list[tuple[str, int]]:
    """Return a site's incidents from a day on, by kind."""
    rows = models.Incident.objects.filter(site=site_id, day__gte=since).values_list("kind").annotate(n=Count("pk"))
    return sorted(rows)


def _minutes(at: datetime | None, now: datetime) -> int:
    return stays.seconds(at, now) // 60


def _doses(row: models.LiveOverdose) -> int:
    return models.LiveStamp.objects.filter(overdose=row, event=overdoses.NALOXONE, counts=True).count()
