"""What is kept of the floor once it is over: settled visits enter the journal with durations and the hour; names for tonight end."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count

from handrail.core.common import periods
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as encounter_rules
from handrail.core.encounters.channels import ON_THE_FLOOR
from handrail.core.encounters.counts import add, in_turn
from handrail.core.encounters.parts import Past, Place
from handrail.core.org.permissions import require
from handrail.services.consumption import models
from handrail.services.consumption.rules import flow, stays

from . import overdoses

BACK_FOR = timedelta(minutes=10)  # as long an exit can be taken back; then its exact times end
HOUR = 60  # minutes: what is kept of when somebody came


@transaction.atomic
def settle(site_id: uuid.UUID, *, now: datetime, before: datetime | None = None) -> int:
    """Enter visits that ended a while ago into the journal and let their exact times go; return how many."""
    limit = before or now - BACK_FOR
    rows = models.LiveVisit.objects.select_for_update(of=("self",)).filter(
        site=site_id, state=flow.ENDED, ended__lte=limit
    )
    ended = list(rows.select_related("place__room"))
    for signed in sorted({row.signed for row in ended}):
        mine = [_draft(row) for row in ended if row.signed == signed]
        by = Worker(uuid.UUID(signed), "the floor", frozenset({("consumption.record", site_id)}))
        encounters.record_visits(mine, by=by, received_at=now)
    gone = [row.pk for row in ended]
    models.LiveStep.objects.filter(about__in=gone).delete()
    models.LiveVisit.objects.filter(pk__in=gone).delete()
    return len(gone)


def _draft(row: models.LiveVisit) -> encounter_rules.Visit:
    """Make the visit that is kept: when it began to the hour, how long each part took."""
    stay = stays.Stay(
        row.outcome, row.reason, row.place.room.kind if row.place else "", row.route, row.said, row.hazard, row.first,
        row.paper, stays.seconds(row.came, row.seated or row.ended), stays.seconds(row.seated, row.freed),
        stays.seconds(row.freed, row.ended) if row.outcome == flow.USED else 0,
    )  # fmt: skip
    at = periods.coarse(row.came, minutes=HOUR)
    return encounter_rules.Visit(
        row.id, row.site_id, at, {"consumption": stay}, stay.told, pseudonym=row.pseudonym or None, where=ON_THE_FLOOR,
    )  # fmt: skip


@transaction.atomic
def close_shift(site_id: uuid.UUID, *, by: Worker, now: datetime) -> int:
    """Close the floor's shift: what is over is kept without its minutes; who is still here stays on the board. Return how many ended.

    Overdoses whose outcome is known and whose re-check is over are closed too; open ones stay open.
    """
    require(by, "consumption.record", site_id=site_id)
    floor = models.Floor.objects.select_for_update().filter(site=site_id).first()
    if floor is None:
        raise Refused("no-floor")
    for record in models.LiveOverdose.objects.filter(site=site_id).exclude(outcome="").filter(checked=None):
        overdoses.close(record, by=by, received_at=now)
    ended = settle(site_id, now=now, before=now)
    left = models.LiveVisit.objects.filter(site=site_id).exists()
    models.LiveScreen.objects.filter(site=site_id, seen__lt=now - timedelta(hours=1)).delete()
    floor.number = floor.number if left else 0
    floor.edition += 1
    floor.save()
    return ended


def check_part(placed: Sequence[tuple[Place, stays.Stay]]) -> None:
    """Ask what only the database knows of a stay: nothing."""


def write(placed: Sequence[tuple[Place, stays.Stay]]) -> None:
    """Write what is kept of visits to the floor."""
    models.Stay.objects.bulk_create(
        models.Stay(
            id=part_id(place.act_id, "stay"), encounter_id=place.encounter_id, site_id=place.site_id, day=place.day, outcome=stay.outcome,
            reason=stay.reason, room=stay.room, route=stay.route, said=stay.said, hazard=stay.hazard, first=stay.first,
            paper=stay.paper, wait_s=stay.wait_s, stay_s=stay.stay_s, after_s=stay.after_s,
        )
        for place, stay in placed
    )  # fmt: skip


def take_back(place: Place, draft: stays.Stay, act_id: uuid.UUID) -> None:
    """Reverse the stock of one visit: a stay moves none."""


def fold(past: Past) -> int:
    """Add a month's visits to the floor to its counts, and let the rows go; return how many went."""
    for ids in in_turn(past.standing):
        rows = models.Stay.objects.filter(encounter__in=ids).values("outcome", "route").order_by()
        for told in rows.annotate(total=Count("pk")):
            add(models.Month, {"visits": told["total"]}, site_id=past.site_id, day=past.day, outcome=told["outcome"],
                route=told["route"])  # fmt: skip
    return sum(models.Stay.objects.filter(encounter__in=ids).delete()[0] for ids in in_turn(past.encounters))
