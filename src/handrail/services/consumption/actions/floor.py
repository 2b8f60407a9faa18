"""Take the steps that screens send: each once, each in a transaction of its own, one after another on a floor."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org.permissions import require
from handrail.core.people import rules as people
from handrail.services.consumption import models
from handrail.services.consumption.rules import flow, steps

from . import moves, overdoses

NOTED_EVERY = timedelta(seconds=20)  # a screen says so often that it is there


@dataclass(frozen=True)
class Sender:
    """The screen that sends: its site, its name, and the worker whose shift is open on it, if any."""

    site_id: uuid.UUID
    screen: str
    by: Worker | None


@dataclass(frozen=True)
class Answer:
    """What became of one step: `saved` (already saved too) or `refused` with its code."""

    id: str
    refusal: Refused | None = None


def take_steps(told: Iterable[Any], *, sender: Sender, received_at: datetime) -> list[Answer]:
    """Take steps in the order they were tapped; one that is refused stands in no other's way."""
    return [_take(one, sender=sender, received_at=received_at) for one in told]


def _take(told: Any, *, sender: Sender, received_at: datetime) -> Answer:
    named = str(told.get("id", "")) if isinstance(told, dict) else ""
    try:
        step = steps.parse(told, received_at=received_at)
        if step.kind not in steps.NO_SIGN_IN:
            if sender.by is None:
                raise Refused("sign-in-first")
            require(sender.by, "consumption.record", site_id=sender.site_id)
        with transaction.atomic():
            _once(step, sender, received_at)
    except Refused as refusal:
        return Answer(named, refusal)
    return Answer(named)


def _once(step: steps.Step, sender: Sender, received_at: datetime) -> None:
    floor = models.Floor.objects.select_for_update().filter(site=sender.site_id).first()
    if floor is None:
        floor = models.Floor.objects.get_or_create(site_id=sender.site_id)[0]
    if models.LiveStep.objects.filter(pk=step.id).exists():
        return
    if step.kind in steps.OVERDOSE:
        overdoses.apply(step, site_id=sender.site_id, screen=sender.screen, by=sender.by, received_at=received_at)
    elif step.kind == steps.HEARD:
        _heard(step)
    elif step.kind == steps.ROUND:
        moves.all_checked(step, site_id=sender.site_id)
    else:
        _visit(step, floor, sender)
    models.LiveStep.objects.create(id=step.id, about=step.on)
    floor.edition += 1
    floor.seen = max(floor.seen or received_at, received_at)
    floor.save()


def _heard(step: steps.Step) -> None:
    """Somebody heard an alarm and is on their way: no other screen need sound for it."""
    for table in (models.LiveVisit, models.LiveOverdose):
        table.objects.filter(pk=step.on).update(heard=step.at)


def _visit(step: steps.Step, floor: models.Floor, sender: Sender) -> None:
    assert sender.by
    if step.kind == steps.ARRIVE:
        _arrive(step, floor, sender)
        return
    visit = models.LiveVisit.objects.select_related("place").filter(pk=step.on, site=sender.site_id).first()
    if visit is None:
        if journal.find(step.on):
            raise Refused("moved-on")
        raise Refused("unknown-visit")
    flow.check_step(step.kind, visit.state)
    visit.signed = str(sender.by.signs_as)
    MOVES[step.kind](visit, step)
    visit.save()


def _arrive(step: steps.Step, floor: models.Floor, sender: Sender) -> None:
    assert sender.by
    if models.LiveVisit.objects.filter(pk=step.on).exists() or journal.find(step.on):
        return
    told = step.told
    card = told.get("card", "")
    pseudonym = people.pseudonym(card, site_id=sender.site_id, ring=keys.ring()) if card else ""
    last = models.LiveVisit.objects.filter(site=sender.site_id).order_by("-line").values_list("line", flat=True).first()
    floor.number += 1
    models.LiveVisit.objects.create(
        id=step.on, site_id=sender.site_id, state=flow.WAITING, tonight=told.get("tonight") or str(floor.number),
        line=(last or 0) + 1, came=step.at, route=told.get("route", ""), said=told.get("said", ""),
        hazard=told.get("hazard", ""), first=told.get("first", False), paper=told.get("paper", False),
        together=told.get("with"), pseudonym=pseudonym, signed=str(sender.by.signs_as),
    )  # fmt: skip


Move = Callable[[models.LiveVisit, steps.Step], None]
MOVES: dict[str, Move] = {
    "call": moves.call, "uncall": moves.uncall, "up": moves.up, "down": moves.down, "hold": moves.hold,
    "together": moves.together, "left": moves.left, "seat": moves.seat, "check": moves.check, "aftercare": moves.aftercare,
    "unused": moves.unused, "exit": moves.exit_, "detail": moves.detail, "back": moves.back,
}  # fmt: skip


def note_screen(screen_id: uuid.UUID, *, site_id: uuid.UUID, label: str, armed: bool, now: datetime) -> None:
    """Note that a screen shows the board and whether it would sound; a change of that makes a new edition of the board."""
    before = models.LiveScreen.objects.filter(pk=screen_id).first()
    if before and before.armed == armed and now - before.seen < NOTED_EVERY:
        return
    models.LiveScreen.objects.update_or_create(
        pk=screen_id, defaults={"site_id": site_id, "label": label, "armed": armed, "seen": now}
    )
    if before is None or before.armed != armed:
        models.Floor.objects.filter(site=site_id).update(edition=F("edition") + 1)
