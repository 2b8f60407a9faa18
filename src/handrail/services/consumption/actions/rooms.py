"""Rooms and their check times."""

import uuid
from datetime import datetime

from django.db.models import F, QuerySet

from handrail.core import journal
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.services.consumption import models
from handrail.services.consumption.rules import flow, setup


@journal.one_act
def open_room(draft: setup.NewRoom, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Open a room with its places, numbered on from those of the site's other rooms."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "consumption.arrange", site_id=draft.site_id)
    setup.check_room(draft)
    site = org.site(draft.site_id)
    entry = journal.enter(draft.stated, by=by, day=site_day(received_at, site.timezone))
    models.Floor.objects.get_or_create(site_id=site.id)
    before = models.Place.objects.filter(room__site=site.id).count()
    models.Room.objects.create(
        id=draft.id, site_id=site.id, label=setup.check_label(draft.label), kind=draft.kind,
        rank=models.Room.objects.filter(site=site.id).count(), purge_minutes=draft.purge_minutes,
    )  # fmt: skip
    models.Place.objects.bulk_create(
        models.Place(
            id=part_id(draft.id, f"place:{n}"),
            room_id=draft.id,
            label=str(before + n),
            rank=before + n,
            holds=draft.holds,
        )
        for n in range(1, draft.places + 1)
    )
    _shown_anew(draft)
    return entry


@journal.one_act
def set_checks(draft: setup.Checks, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Set when people in a room are looked at, on a named clinician's word. Raises Refused: `unknown-room`, and as the rules do."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "consumption.set-checks", site_id=draft.site_id)
    setup.check_checks(draft)
    entry = journal.enter(draft.stated, by=by, day=site_day(received_at, org.site(draft.site_id).timezone))
    _room(draft.room_id, draft).update(
        soft_minutes=draft.soft_minutes, hard_minutes=draft.hard_minutes, clinician=draft.clinician.strip()
    )
    _shown_anew(draft)
    return entry


@journal.one_act
def close_room(draft: setup.RoomEnd, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Close a room that nobody sits in. Raises Refused: `unknown-room`, `room-in-use`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "consumption.arrange", site_id=draft.site_id)
    entry = journal.enter(draft.stated, by=by, day=site_day(received_at, org.site(draft.site_id).timezone))
    models.Floor.objects.select_for_update().get(site=draft.site_id)
    room = _room(draft.room_id, draft)
    if models.LiveVisit.objects.filter(place__room=draft.room_id, state=flow.SEATED).exists():
        raise Refused("room-in-use")
    room.update(closed=True)
    _shown_anew(draft)
    return entry


def _room(room_id: uuid.UUID, draft: setup.Checks | setup.RoomEnd) -> QuerySet[models.Room]:
    rows = models.Room.objects.filter(pk=room_id, site=draft.site_id, closed=False)
    if not rows.exists():
        raise Refused("unknown-room")
    return rows


def _shown_anew(draft: setup.NewRoom | setup.Checks | setup.RoomEnd) -> None:
    models.Floor.objects.filter(site=draft.site_id).update(edition=F("edition") + 1)
