"""What encounters forget: the time after 30 days, the person after 90, the encounter itself after 13 months, when it becomes a count.

Every step is one that repeats without harm. Keys that pass are ended after the commit, by `end_keys`: a run that is cut off
between the two leaves keys that join nothing any more, and the next run ends them.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Case, F, QuerySet, Value, When

from handrail.core.common import passing
from handrail.core.common.periods import later
from handrail.core.journal import holds, tables
from handrail.core.journal.links import Run
from handrail.core.journal.retention import PERSON_DAYS, TIME_DAYS

from . import models, parts, queries, sketch
from .counts import MONTHS, add, in_turn

AT_ONCE = 500
Kept = Sequence[holds.Scope]


def forget(run: Run, *, today: date, kept: Kept) -> None:
    """Forget what is due today, but for what a hold keeps. A day that something late waits in is not touched until it is sealed."""
    _fill_sets(run, today=today)
    sealed = free(models.Encounter.objects.filter(sealed=True), kept)
    timed = sealed.filter(day__lt=today - TIME_DAYS, at__isnull=False)
    coded = sealed.filter(day__lt=today - PERSON_DAYS).exclude(person="")
    days = {*_days(timed), *_days(coded)}
    with tables.changing(days, batch=run.number, only={models.Encounter._meta.label_lower}):
        run.count("encounter_times", timed.update(at=None))
        blank(run, coded)
    _fold(run, before=later(today, months=1 - MONTHS), kept=kept)
    _close_sets(run, today=today, kept=kept)


def free(rows: QuerySet[models.Encounter], kept: Kept) -> QuerySet[models.Encounter]:
    """Return the rows that no hold keeps."""
    for one in kept:
        rows = rows.exclude(site=uuid.UUID(one.site), day__gte=one.since, day__lt=one.until)
    return rows


def _days(rows: QuerySet[models.Encounter]) -> Iterable[date]:
    return rows.order_by().values_list("day", flat=True).distinct()


def blank(run: Run, rows: QuerySet[models.Encounter], *, among: QuerySet[models.Encounter] | None = None) -> None:
    """Take the persons off these rows; how many visits had one is counted by month and service.

    `among` names the rows that are written anew with them, so that neither place nor transaction tells which lost their person.
    """
    standing = queries.standing().filter(pk__in=rows.values("pk")).order_by()
    counted: dict[tuple[uuid.UUID, str, str], int] = defaultdict(int)
    for site_id, day, services in standing.values_list("site_id", "day", "services"):
        for service in (sketch.ANY, *services.split()):
            counted[site_id, sketch.month(day), service] += 1
    for (site_id, period, service), visits in sorted(counted.items(), key=str):
        add(models.Reached, {"visits": visits}, site_id=site_id, period=period, service=service)
    run.count("encounter_persons", rows.count())
    gone = Case(When(pk__in=list(rows.values_list("pk", flat=True)), then=Value("")), default=F("person"))
    (rows if among is None else among).update(person=gone)


def _fill_sets(run: Run, *, today: date) -> None:
    """Put who came in the months that are over into the sets, those already there left as they are."""
    over = models.Encounter.objects.filter(day__lt=today.replace(day=1), sealed=True).exclude(person="")
    over = over.filter(pk__in=queries.standing().values("pk"))
    fresh: list[models.Member] = []
    for site_id in over.order_by().values_list("site_id", flat=True).distinct():
        found = sketch.members(site_id, over)
        told = {member: one for one, members in found.items() for member in members}
        known = _known(told)
        fresh += [
            models.Member(id=member, site_id=site_id, period=one.period, service=one.service)
            for member, one in told.items()
            if member not in known
        ]
    add_members(fresh)
    run.count("members", len(fresh))


def _known(members: Iterable[str]) -> set[str]:
    asked, found = sorted(members), set[str]()
    for start in range(0, len(asked), AT_ONCE):
        rows = models.Member.objects.filter(pk__in=asked[start : start + AT_ONCE])
        found.update(rows.values_list("pk", flat=True))
    return found


def add_members(fresh: Sequence[models.Member]) -> None:
    """Add members; all of them are then laid down anew in the order of their ids, so that nothing tells who came when."""
    if fresh:
        models.Member.objects.bulk_create(fresh, batch_size=AT_ONCE)
        tables.lay_whole(models.Member)


def _close_sets(run: Run, *, today: date, kept: Kept) -> None:
    """Make a number of each set whose key ends, and let its members go."""
    for period in sorted(set(models.Member.objects.order_by().values_list("period", flat=True).distinct())):
        if not _ended(period, today=today, kept=kept):
            continue
        rows = models.Member.objects.filter(period=period)
        counted: dict[tuple[uuid.UUID, str], int] = defaultdict(int)
        for site_id, service in rows.order_by().values_list("site_id", "service"):
            counted[site_id, service] += 1
        for (site_id, service), people in sorted(counted.items(), key=str):
            add(models.Reached, {"people": people}, site_id=site_id, period=period, service=service)
        run.count("sets", len(counted))
        rows.delete()


def _ended(period: str, *, today: date, kept: Kept) -> bool:
    since, until = sketch.span_of(period)
    return today >= sketch.ends_on(period) and not holds.touches(kept, since=since, until=until)


def end_keys(*, today: date, kept: Kept) -> int:
    """Destroy the keys of months, quarters and years that are over; return how many. Called once the run has committed."""
    ended = 0
    for span in passing.spans():
        kind, _, rest = span.partition(":")
        period = rest.rpartition(":")[2]
        if kind in {"month", "sketch"} and _ended(period, today=today, kept=kept):
            ended += passing.end(span)
    return ended


def _fold(run: Run, *, before: date, kept: Kept) -> None:
    """Make counts of whole months whose first day lies before this one."""
    old = free(models.Encounter.objects.filter(day__lt=before, sealed=True), kept)
    firsts = sorted({day.replace(day=1) for day in _days(old)})
    for first in firsts:
        rows = old.filter(day__gte=first, day__lt=later(first, months=1))
        with tables.changing({first, *_days(rows)}, batch=run.number):
            for site_id, channel in sorted(rows.order_by().values_list("site_id", "channel").distinct(), key=str):
                _fold_one(run, first, list(rows.filter(site=site_id, channel=channel)))


def _fold_one(run: Run, first: date, rows: list[models.Encounter]) -> None:
    """Count the encounters of one site, month and channel; their services count theirs, and all of them go."""
    ids = [row.pk for row in rows]
    undone = {one for some in in_turn(ids) for one in _undone(some)}
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        if row.pk not in undone:
            counted[row.services][0] += 1
            counted[row.services][1] += row.served_for
    site_id, channel = rows[0].site_id, rows[0].channel
    for services, (visits, served) in sorted(counted.items()):
        add(models.Month, {"visits": visits, "served": served}, site_id=site_id, day=first, channel=channel,
            services=services)  # fmt: skip
    past = parts.Past(site_id, first, channel, ids, [one for one in ids if one not in undone])
    for part in parts.registered():
        run.count(part.service, part.fold(past))
    for some in in_turn(ids):
        models.Undone.objects.filter(pk__in=some).delete()
        rows_of = models.Encounter.objects.filter(pk__in=some)
        rows_of._raw_delete(rows_of.db)  # nothing points here any more: the services' rows went before
    run.count("encounters", len(ids))


def _undone(ids: Sequence[uuid.UUID]) -> Iterable[uuid.UUID]:
    return models.Undone.objects.filter(pk__in=ids).values_list("pk", flat=True)
