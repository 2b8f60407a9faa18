"""Record a visit, many visits, and take one back."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from handrail.core import journal
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.people import actions as people
from handrail.core.people import erased, months

from . import channels, models, parts, routes, rules

Days = dict[uuid.UUID, date]


@journal.one_act
def record_visit(draft: rules.Visit, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one visit, once: the encounter, what each service gave and took, and the stock it moved."""
    return _record([draft], by=by, received_at=received_at)[0]


@journal.one_act
def record_visits(drafts: Sequence[rules.Visit], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    """Record many visits at once, all or none; the same as recording them one by one."""
    return _record(drafts, by=by, received_at=received_at)


def _record(drafts: Sequence[rules.Visit], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    drafts = _with_persons(drafts, received_at=received_at)
    known, fresh = journal.sort_out(drafts)
    if not fresh:
        return journal.answers(drafts, known=known, entered=[])
    for draft in fresh:
        _require(draft, by=by)
        rules.check_visit(draft)
    days = _days(fresh)
    _check_together(fresh, days)
    entered = journal.enter_many([(draft.stated, days[draft.id]) for draft in fresh], by=by)
    _open_encounters(fresh, days)
    for part in parts.registered():
        if placed := _placed(part, fresh, days):
            part.write(placed)
    return journal.answers(drafts, known=known, entered=entered)


def _require(draft: rules.Visit, *, by: Worker) -> None:
    for part in parts.registered():
        if part.service in draft.parts:
            require(by, part.permission, site_id=draft.site_id)


def _check_together(fresh: Sequence[rules.Visit], days: Days) -> None:
    """Ask what only the database knows, once for all: room in a demo, known stops, items, lots and accounts."""
    if (seeded := org.demo_visits()) is not None:
        rules.check_demo(visits=models.Encounter.objects.count() + len(fresh) - 1, seeded=seeded)
    routes.check_stops([(draft.site_id, draft.where.stop_id) for draft in fresh if draft.where.stop_id])
    for part in parts.registered():
        if placed := _placed(part, fresh, days):
            part.check(placed)


def _with_persons(drafts: Sequence[rules.Visit], *, received_at: datetime) -> list[rules.Visit]:
    """Put each card's month pseudonym into its visit; a card without one counts as nobody's."""
    zones = _zones([draft for draft in drafts if draft.pseudonym])
    return [
        _with_person(draft, zones[draft.site_id], received_at=received_at) if draft.pseudonym else draft
        for draft in drafts
    ]


def person_of(pseudonym: str, *, at: datetime, site_id: uuid.UUID, received_at: datetime) -> str:
    """Return a card's month pseudonym at a moment; blank once it was erased, or its month forgotten."""
    zone = org.site(site_id).timezone
    day, today = site_day(at, zone), site_day(received_at, zone)
    return "" if erased.covers(pseudonym, at) else months.person(pseudonym, day=day, today=today)


def _with_person(draft: rules.Visit, zone: str, *, received_at: datetime) -> rules.Visit:
    assert draft.pseudonym
    day, today = site_day(draft.at, zone), site_day(received_at, zone)
    gone = erased.covers(draft.pseudonym, draft.at)
    person = "" if gone else months.person(draft.pseudonym, day=day, today=today)
    return replace(draft, person=person, pseudonym=draft.pseudonym if person else None)


def _zones(drafts: Sequence[rules.Visit]) -> dict[uuid.UUID, str]:
    return {site_id: org.site(site_id).timezone for site_id in {draft.site_id for draft in drafts}}


def _days(fresh: Sequence[rules.Visit]) -> Days:
    zones = _zones(fresh)
    return {draft.id: site_day(draft.at, zones[draft.site_id]) for draft in fresh}


def _place(draft: rules.Visit, day: date) -> parts.Place:
    return parts.Place(draft.id, draft.encounter_id, draft.site_id, day, draft.where.stock_id)


def _placed(part: parts.Part, fresh: Sequence[rules.Visit], days: Days) -> list[tuple[parts.Place, Any]]:
    mine = [draft for draft in fresh if part.service in draft.parts]
    return [(_place(draft, days[draft.id]), draft.parts[part.service]) for draft in mine]


def _open_encounters(fresh: Sequence[rules.Visit], days: Days) -> None:
    for site_id in {draft.site_id for draft in fresh if draft.pseudonym}:
        people.meet({d.pseudonym for d in fresh if d.pseudonym and d.site_id == site_id}, site_id=site_id)
    models.Encounter.objects.bulk_create(
        models.Encounter(
            id=draft.encounter_id, site_id=draft.site_id, channel=draft.where.channel.name, at=draft.at,
            day=days[draft.id], person=draft.person, served_for=draft.served_for, services=" ".join(sorted(draft.parts)),
            stop_id=draft.where.stop_id, beyond=" ".join(draft.beyond),
        )
        for draft in fresh
    )  # fmt: skip


@journal.one_act
def undo_visit(draft: rules.Undo, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take a visit back while its day is open: the encounter counts for nothing and each movement is reversed.

    Raises:
        Refused: `nothing-to-undo`, `undone-already`, `too-late-to-undo`, `not-yours-to-undo`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    recorded = journal.find(draft.visit_id)
    if recorded is None:
        raise Refused("nothing-to-undo")
    visit = _visit_of(recorded, site_id=draft.site_id)
    _require(visit, by=by)
    if not org.same_worker(recorded.worker, by) and not by.may("exchange.undo-others", site_id=draft.site_id):
        raise Refused("not-yours-to-undo")
    entry = journal.enter(draft.stated, by=by, day=recorded.day)
    _, first = models.Undone.objects.get_or_create(encounter_id=visit.encounter_id, defaults={"day": recorded.day})
    if not first:  # two may take it back at once
        raise Refused("undone-already")
    for part in parts.registered():
        if part.service in visit.parts:
            part.take_back(_place(visit, recorded.day), visit.parts[part.service], draft.id)
    return entry


def _visit_of(recorded: journal.Entry, *, site_id: uuid.UUID) -> rules.Visit:
    """Make the visit again from what was stated; only an open day still knows it whole."""
    if recorded.kind not in channels.PEOPLE or recorded.site != str(site_id):
        raise Refused("nothing-to-undo")
    if recorded.sealed or recorded.at is None:
        raise Refused("too-late-to-undo")
    told = dict(recorded.body)
    where = channels.take_where(told, kind=recorded.kind)
    served_for, person = told.pop(channels.PEOPLE[recorded.kind]), told.pop("person", "")
    told.pop("left_out", None)
    return rules.Visit(
        recorded.id,
        site_id,
        recorded.at,
        parts.parse(told, kind=recorded.kind),
        told,
        served_for,
        person=person,
        where=where,
    )
