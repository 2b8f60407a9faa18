"""The overdose record: never refused while it runs. Stamps of every screen fall into one record; what comes late is marked."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from handrail.core import journal
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock
from handrail.services.consumption import models
from handrail.services.consumption.rules import flow, overdoses, stays, steps

OUTSIDE, NOTHING = "outside", uuid.UUID(int=0)


def apply(step: steps.Step, *, site_id: uuid.UUID, screen: str, by: Worker | None, received_at: datetime) -> None:
    """Take one step of an overdose; a stamp whose beginning has not come yet begins the record. Closing asks for an outcome first."""
    record = models.LiveOverdose.objects.filter(pk=step.on, site=site_id).first()
    if record is None:
        if journal.find(step.on):
            _after(step, site_id=site_id, screen=screen, by=by, received_at=received_at)
            return
        record = _begin(step, site_id=site_id, screen=screen)
    if step.kind == "overdose":
        _place(record, step)
    elif step.kind == "stamp":
        _stamp(record, step, screen)
    elif step.kind == "same":
        models.LiveStamp.objects.filter(pk=step.told.get("other", NOTHING), overdose=record).update(
            counts=not step.told.get("same", False), asked=True
        )
    elif step.kind == "outcome":
        _end(record, step)
    elif step.kind == "rechecked":
        record.checked = step.at
    elif step.kind == "join":
        record.join = step.told.get("join", False)
    else:
        overdoses.check_close(record.outcome)
        close(record, by=by, received_at=received_at)
        return
    record.save()


def _begin(step: steps.Step, *, site_id: uuid.UUID, screen: str) -> models.LiveOverdose:
    began = step.at - timedelta(seconds=step.told.get("second", 0))
    return models.LiveOverdose.objects.create(id=step.on, site_id=site_id, began=began, screen=screen)


def _place(record: models.LiveOverdose, step: steps.Step) -> None:
    """Say where, and of which kind, as far as it is known; what was known before stays."""
    record.began = min(record.began, step.at)
    record.type = step.told.get("type") or record.type
    record.paper = step.told.get("paper", record.paper)
    visit = models.LiveVisit.objects.filter(pk=step.told.get("visit", NOTHING), site=record.site_id).first()
    place = models.Place.objects.filter(pk=step.told.get("place", NOTHING), room__site=record.site_id).first()
    record.visit = visit or record.visit
    record.place = place or (visit.place if visit else None) or record.place


def _stamp(record: models.LiveOverdose, step: steps.Step, screen: str) -> None:
    at = step.at - timedelta(seconds=step.told.get("ago_s", 0))
    models.LiveStamp.objects.create(
        id=step.id, overdose=record, event=step.told["event"], screen=screen, item=step.told.get("item", ""),
        value=step.told.get("value"), second=stays.seconds(record.began, at),
        late=step.told.get("late", False) or "ago_s" in step.told,
    )  # fmt: skip


def _end(record: models.LiveOverdose, step: steps.Step) -> None:
    """Write the outcome down; who recovered after naloxone, or long sedation, goes to aftercare and is looked at again."""
    record.outcome = step.told.get("outcome", overdoses.UNKNOWN)
    record.ended = record.ended or step.at
    if record.outcome == overdoses.MISTAKE:
        record.checked = None
        return
    record.checked = step.at if overdoses.needs_recheck(record.outcome, stamps(record)) else None
    visit = record.visit
    if record.checked and visit and visit.state == flow.SEATED:
        visit.state, visit.freed, visit.checked, visit.before = flow.AFTERCARE, step.at, step.at, flow.SEATED
        visit.save()


def stamps(record: models.LiveOverdose) -> list[overdoses.Stamp]:
    """Return the stamps of a record in the order of their seconds."""
    rows = models.LiveStamp.objects.filter(overdose=record).order_by("second", "id")
    return [
        overdoses.Stamp(
            row.id,
            row.event,
            row.second,
            row.screen,
            row.item,
            row.value,
            late=row.late,
            counts=row.counts,
            asked=row.asked,
        )
        for row in rows
    ]


def close(record: models.LiveOverdose, *, by: Worker | None, received_at: datetime) -> None:
    """Enter a record whose outcome is known into the journal; its live rows end, and with them the visit it happened in."""
    site = org.site(record.site_id)
    day = site_day(record.began, site.timezone)
    visit, person = record.visit, ""
    if record.join and visit and visit.pseudonym:
        person = encounters.person_of(visit.pseudonym, at=record.began, site_id=site.id, received_at=received_at)
    place = record.place.room.kind if record.place else OUTSIDE
    draft = stays.Overdose(
        record.id, site.id, day, place, record.type, record.outcome, tuple(stamps(record)),
        stays.seconds(record.began, record.ended), record.paper, person,
    )  # fmt: skip
    signer = by or Worker(site.id, "a device of the site")
    record_overdose(
        draft, by=replace(signer, grants=signer.grants | {("consumption.overdose", site.id)}), received_at=received_at
    )
    models.LiveStep.objects.filter(about=record.id).delete()
    record.delete()


@journal.one_act
def record_overdose(draft: stays.Overdose, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one overdose that is over, once: how it ended, what was done at which second, and the naloxone that left the shelf."""
    return record_overdoses([draft], by=by, received_at=received_at)[0]


def record_overdoses(drafts: list[stays.Overdose], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    """Record many, all or none; the same as recording them one by one. Called within a transaction."""
    known, fresh = journal.sort_out(drafts)
    for site_id in {draft.site_id for draft in fresh}:
        require(by, "consumption.overdose", site_id=site_id)
    entered = journal.enter_many([(draft.stated, draft.day) for draft in fresh], by=by) if fresh else []
    models.Overdose.objects.bulk_create(_row(draft) for draft in fresh)
    items = {code: item.doses_per_unit for code, item in stock.items().items()} if fresh else {}
    supplies.move(move for draft in fresh for move in draft.moves(items))
    return journal.answers(drafts, known=known, entered=entered)


def _row(draft: stays.Overdose) -> models.Overdose:
    events = {one.event for one in draft.stamps}
    return models.Overdose(
        id=draft.id, site_id=draft.site_id, day=draft.day, place=draft.place, type=draft.type, outcome=draft.outcome,
        seconds=draft.seconds, doses=overdoses.doses(draft.stamps), oxygen=overdoses.OXYGEN in events,
        ambulance=bool(events & set(overdoses.EMS)) or draft.outcome == overdoses.WENT,
        timeline=json.dumps(draft.stated.body["stamps"]), paper=draft.paper, person=draft.person,
    )  # fmt: skip


def _after(step: steps.Step, *, site_id: uuid.UUID, screen: str, by: Worker | None, received_at: datetime) -> None:
    """Keep a stamp that came after the record was closed: an act of its own, and a line in the record's margin. Never lost."""
    if step.kind != "stamp":
        return
    record = models.Overdose.objects.filter(pk=step.on, site=site_id).first()
    if record is None:
        return
    one = overdoses.Stamp(
        step.id, step.told["event"], step.told.get("second", 0), screen, step.told.get("item", ""), late=True
    )
    draft = stays.LateStamp(part_id(step.on, str(step.id)), site_id, record.day, step.on, one)
    entry = journal.enter(draft.stated, by=by or Worker(site_id, "a device of the site"), day=record.day)
    models.LateStamp.objects.create(
        id=entry.id, overdose=record, day=record.day, event=one.event, second=one.second, item=one.item
    )
    supplies.move(draft.moves({code: item.doses_per_unit for code, item in stock.items().items()}))
