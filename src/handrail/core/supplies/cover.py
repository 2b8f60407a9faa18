"""How long a shelf lasts: days of cover by the use of the last four weeks, what expires before it is used, what to order."""

import math
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from . import models, queries, rules

WINDOW_DAYS = 28  # frontline reference, section 12.16: mean daily use over 28 days, same-weekday weighting
WEEKS, WEEK = 4, 7
FARTHEST = 365  # days: further ahead nothing is said
ORDER_BELOW, ORDER_UP_TO = 14, 42  # days of cover: ours; a delivery every other week, and a month's cushion


@dataclass(frozen=True)
class Cover:
    """One item on a shelf. `days` is None where it lasts past the farthest day or nothing of it was used; `expiring` units pass their date first."""

    item: str
    name: str
    unit: str
    on_hand: int
    a_day: float
    days: int | None
    expiring: int
    order: int

    @property
    def is_out(self) -> bool:
        """Tell whether nothing is left of what is used."""
        return self.on_hand <= 0 and self.a_day > 0

    @property
    def is_low(self) -> bool:
        """Tell whether it is time to order."""
        return self.days is not None and self.days < ORDER_BELOW


def cover(site_id: uuid.UUID, *, today: date) -> list[Cover]:
    """Return each item that a shelf holds or gave in the last four weeks, what runs out first before the others."""
    lines, catalogue = queries.on_shelf(site_id), queries.items()
    used = use_by_weekday(site_id, today=today)
    by_item: dict[str, list[queries.OnShelf]] = defaultdict(list)
    for line in lines:
        by_item[line.item].append(line)
    told = [
        _cover(catalogue[code], by_item.get(code, []), used.get(code, {}), today=today) for code in {*by_item, *used}
    ]
    return sorted(told, key=lambda one: (one.days is None, one.days or 0, one.name))


def use_by_weekday(site_id: uuid.UUID, *, today: date) -> dict[str, dict[int, float]]:
    """Return mean units given out of the shelf by item and weekday (Monday 0) in the 28 days before today, taken back ones left out."""
    shelf, given = rules.account_id(site_id, rules.SHELF), rules.account_id(site_id, rules.GIVEN)
    since, told = (
        today - timedelta(days=WINDOW_DAYS),
        defaultdict[str, dict[int, float]](lambda: dict.fromkeys(range(WEEK), 0.0)),
    )
    for table in (models.Movement.objects, models.OpenMovement.objects):
        days = table.filter(day__gte=since, day__lt=today).order_by().values_list("item_id", "day")
        for source, target, sign in ((shelf, given, 1), (given, shelf, -1)):
            for item, day, units in days.filter(source=source, target=target).annotate(units=Sum("amount")):
                told[item][day.weekday()] += sign * units / WEEKS
    return {item: use for item, use in told.items() if any(use.values())}


def _cover(item: models.Item, lines: list[queries.OnShelf], use: Mapping[int, float], *, today: date) -> Cover:
    on_hand = sum(line.balance for line in lines)
    a_day = max(0.0, sum(use.values()) / WEEK)
    days = days_left(on_hand, use, today=today)
    order = max(0, math.ceil(a_day * ORDER_UP_TO) - max(0, on_hand)) if days is not None and days < ORDER_BELOW else 0
    return Cover(
        item.code, item.name, item.unit, on_hand, round(a_day, 1), days, expiring(lines, use, today=today), order
    )


def days_left(on_hand: int, use: Mapping[int, float], *, today: date) -> int | None:
    """Return how many whole days a stock lasts, each day using what its weekday does on average; None past the farthest day."""
    left = float(max(0, on_hand))
    if not any(units > 0 for units in use.values()):
        return None
    for n in range(FARTHEST):
        left -= max(0.0, use[(today + timedelta(days=n)).weekday()])
        if left < 0:
            return n
    return None


def expiring(lines: list[queries.OnShelf], use: Mapping[int, float], *, today: date) -> int:
    """Return units that pass their last day of use before they are used, the lot that expires first given first."""
    a_day = max(0.0, sum(use.values()) / WEEK)
    lost, used_until = 0.0, 0.0  # days that the lots before keep the shelf busy
    for line in sorted(
        (one for one in lines if one.expires and one.balance > 0), key=lambda one: one.expires or date.max
    ):
        assert line.expires
        room = max(0.0, (line.expires - today).days + 1 - used_until) * a_day
        lost += max(0.0, line.balance - room)
        used_until += min(line.balance, room) / a_day if a_day else 0.0
    return round(lost)
