"""The right to disappear: a card is unlinked from everything it did, and no figure changes.

Its visits become nobody's, as if no card had been shown; the persons in the site's sealed acts end, everybody's, so that nothing
tells whose it was; a random member takes its place in each set. A legal hold makes the days in its scope wait, and nothing else.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from handrail.core import journal
from handrail.core.common import passing
from handrail.core.common.acts import Stated
from handrail.core.common.ids import new_id
from handrail.core.common.periods import coarse, site_day
from handrail.core.common.worker import Worker
from handrail.core.journal import disk, erasing, holds, links, tables
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.people import actions as people
from handrail.core.people import erased, months

from . import models, parts, queries, retention, sketch


@dataclass(frozen=True)
class Removal:
    """Someone asked that their card be forgotten. Neither code nor pseudonym is stated."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "encounters.erase_card", 1, self.site_id, self.at, {})


@journal.one_act
def erase_card(draft: Removal, *, pseudonym: str, by: Worker, received_at: datetime) -> journal.Entry:
    """Forget a card, once. It is noted beside the keys first: what is cut off half-way is finished by the next retention run.

    Raises:
        Refused: `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, "people.scan", site_id=draft.site_id)
    row = erased.Erased(str(draft.site_id), pseudonym, coarse(received_at))
    erased.note(row)
    today = site_day(received_at, org.site(draft.site_id).timezone)
    with links.run("erase", day=today) as run:
        entry = journal.enter(draft.stated, by=by, day=today)
        erase(run, row, kept=holds.scopes())
    transaction.on_commit(disk.write_back)
    return entry


def erase(run: links.Run, row: erased.Erased, *, kept: Sequence[holds.Scope]) -> None:
    """Unlink one card from what it did up to its erasure, outside what a hold keeps. Repeats without harm."""
    site_id, persons = uuid.UUID(row.site), months.persons(row.pseudonym)
    rows = models.Encounter.objects.filter(site=site_id, person__in=persons.values(), day__gte=_earliest(persons, row))
    before = Q(day__lt=row.at.date() - timedelta(days=1)) | Q(at__lte=row.at)
    old, again = retention.free(rows.filter(before), kept), rows.exclude(before)
    replaced = _replace_members(row.pseudonym, _counted(old), _counted(again), site_id=site_id, kept=kept)
    among = models.Encounter.objects.filter(site=site_id, day__gte=_earliest(persons, row)).order_by()
    days = set(among.values_list("day", flat=True).distinct()) if old.exists() else set()
    with tables.changing(days, batch=run.number, only={models.Encounter._meta.label_lower}):
        retention.blank(run, old, among=among if days else None)
    for part in parts.registered():
        part.disown(site_id, row.pseudonym, list(persons.values()), batch=run.number, kept=kept)
    erasing.forget_persons(run, row.site, persons.values(), upto=row.at, kept=kept)
    run.count("erasures", bool(replaced or days))
    if not rows.exists():  # neither held nor come again
        people.forget(row.pseudonym)


def _earliest(persons: Iterable[str], row: erased.Erased) -> date:
    return min((sketch.span_of(month)[0] for month in persons), default=row.at.date())


def _counted(rows: QuerySet[models.Encounter]) -> set[tuple[str, str]]:
    """Return the periods and services in which these visits count."""
    told = sketch.seen(rows.filter(pk__in=queries.standing().values("pk")))
    return {
        (period, service)
        for month, persons in told.items()
        for period in sketch.periods_of(month)
        for services in persons.values()
        for service in services
    }


Counted = set[tuple[str, str]]


def _replace_members(
    pseudonym: str, old: Counted, again: Counted, *, site_id: uuid.UUID, kept: Sequence[holds.Scope]
) -> int:
    """Put a random member in the card's place in each set in which it counted; return how many.

    Who came again after their erasure is somebody new: there the card's own member stays, beside the random one.
    """
    own = {place: member for place, member in _own(pseudonym, site_id).items() if place not in again}
    free = [place for place in sorted(old | own.keys()) if not _is_held(place[0], str(site_id), kept)]
    models.Member.objects.filter(pk__in=[own[place] for place in free if place in own]).delete()
    retention.add_members(
        [models.Member(id=new_id().hex, site_id=site_id, period=period, service=name) for period, name in free]
    )
    return len(free)


def _own(pseudonym: str, site_id: uuid.UUID) -> dict[tuple[str, str], str]:
    """Return the card's members, by period and service."""
    who = dict.fromkeys(sketch.periods_kept(site_id), pseudonym) | months.persons(pseudonym)
    services = [sketch.ANY, *(part.service for part in parts.registered())]
    told = {}
    for period in who:
        for service in services:
            asked = sketch.Set(site_id, period, service)
            if key := passing.find(asked.span):
                told[asked.member(key, who[period])] = (period, service)
    there = models.Member.objects.filter(pk__in=list(told)).values_list("pk", flat=True)
    return {told[member]: member for member in there}


def _is_held(period: str, site: str, kept: Sequence[holds.Scope]) -> bool:
    since, until = sketch.span_of(period)
    return holds.touches(kept, since=since, until=until, site=site)
