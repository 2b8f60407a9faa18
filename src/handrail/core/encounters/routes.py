"""Routes of a van or a team: stops with a name and a coarse area, and when a shift stood at one."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from handrail.core import journal
from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models

LONGEST_NAME = 40
STEP, LONGEST_STAND = 15, 24 * 60  # minutes: as fine as any time of the anonymous rooms, and a day
PERMISSION = "encounters.routes"


@dataclass(frozen=True)
class NewStop:
    """A stop is put at the end of a route."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    stop_id: uuid.UUID
    route: str
    name: str
    area: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"stop": str(self.stop_id), "route": self.route, "name": self.name, "area": self.area}
        return Stated(self.id, "encounters.add_stop", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class StopEnd:
    """A stop is not stood at any more; what was recorded there stays."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    stop_id: uuid.UUID

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "encounters.end_stop", 1, self.site_id, self.at, {"stop": str(self.stop_id)})


@dataclass(frozen=True)
class Stand:
    """A shift opened a stop, stood there for so many minutes, and closed it. `at` is when it went on."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    stop_id: uuid.UUID
    minutes: int

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"stop": str(self.stop_id), "minutes": self.minutes}
        return Stated(self.id, "encounters.stand", 1, self.site_id, self.at, body)


def check_minutes(value: Any) -> int:
    """Return how long a stop was open, in steps of 15 minutes. Raises Refused("bad-amount")."""
    if not isinstance(value, int) or isinstance(value, bool) or not STEP <= value <= LONGEST_STAND or value % STEP:
        raise Refused("bad-amount", least=STEP, most=LONGEST_STAND)
    return value


def check_name(text: str) -> str:
    """Return a route's, stop's or area's name as it may be kept. Raises Refused("bad-name")."""
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not is_plain(text) or "\n" in text:
        raise Refused("bad-name", longest=LONGEST_NAME)
    return text


def check_stops(pairs: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> None:
    """Refuse a stop that is none of its site's; (site, stop) pairs. One that has ended is known. Raises Refused("unknown-stop")."""
    if pairs:
        known = models.Stop.objects.filter(pk__in=[stop for _, stop in pairs]).values_list("site_id", "id")
        if not set(pairs) <= set(known):
            raise Refused("unknown-stop")


@journal.one_act
def add_stop(draft: NewStop, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Put a stop at the end of a route. Raises Refused: `bad-name`, `stop-there`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    route, name, area = (check_name(text) for text in (draft.route, draft.name, draft.area))
    at_site = models.Stop.objects.filter(site=draft.site_id)
    if at_site.filter(route=route, name=name).exists():
        raise Refused("stop-there")
    entry = journal.enter(draft.stated, by=by, day=_day(draft.site_id, draft.at))
    last = at_site.filter(route=route).aggregate(last=Max("position"))["last"] or 0
    models.Stop.objects.create(
        id=draft.stop_id, site_id=draft.site_id, route=route, name=name, area=area, position=last + 1
    )
    return entry


@journal.one_act
def end_stop(draft: StopEnd, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Offer a stop no more. Raises Refused("unknown-stop")."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    check_stops([(draft.site_id, draft.stop_id)])
    day = _day(draft.site_id, draft.at)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Stop.objects.filter(pk=draft.stop_id, ended=None).update(ended=day)
    return entry


@journal.one_act
def stand(draft: Stand, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record for how long a stop was open. Raises Refused: `unknown-stop`, `bad-amount`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.record", site_id=draft.site_id)
    check_stops([(draft.site_id, draft.stop_id)])
    day = _day(draft.site_id, draft.at)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Stood.objects.create(id=draft.id, stop_id=draft.stop_id, day=day, minutes=check_minutes(draft.minutes))
    return entry


@dataclass(frozen=True)
class Stop:
    """A stop as a screen shows it."""

    id: uuid.UUID
    route: str
    name: str
    area: str


def stops(site_id: uuid.UUID) -> list[Stop]:
    """Return the stops that are offered at a site, by route, in their order."""
    rows = models.Stop.objects.filter(site=site_id, ended=None).order_by("route", "position")
    return [Stop(*row) for row in rows.values_list("id", "route", "name", "area")]


def _day(site_id: uuid.UUID, at: datetime) -> date:
    return site_day(at, org.site(site_id).timezone)
