"""What each step does to a visit. The floor is locked, the step is allowed by the visit's state, the caller saves the row."""

import uuid

from django.db.models import F

from handrail.core.common.refusals import Refused
from handrail.services.consumption import models
from handrail.services.consumption.rules import flow, steps

Visit = models.LiveVisit
NOBODY = uuid.UUID(int=0)


def call(visit: Visit, step: steps.Step) -> None:
    """Call somebody from the queue."""
    visit.state, visit.called = flow.CALLED, step.at


def uncall(visit: Visit, step: steps.Step) -> None:
    """Put who was called back to waiting, in their old place."""
    visit.state, visit.called = flow.WAITING, None


def up(visit: Visit, step: steps.Step) -> None:
    """Swap with who waits before them."""
    _swap(visit, "-line", line__lt=visit.line)


def down(visit: Visit, step: steps.Step) -> None:
    """Swap with who waits behind them."""
    _swap(visit, "line", line__gt=visit.line)


def _swap(visit: Visit, order: str, **where: int) -> None:
    queue = Visit.objects.filter(site=visit.site_id, state__in=flow.IN_LINE)
    other = queue.filter(**where).order_by(order).first()
    if other:
        visit.line, other.line = other.line, visit.line
        other.save()


def hold(visit: Visit, step: steps.Step) -> None:
    """Keep somebody's place in the queue while they are away, or no longer. No reason is asked."""
    visit.hold = step.told.get("hold", not visit.hold)


def together(visit: Visit, step: steps.Step) -> None:
    """Let two who came together stand beside one another, behind the one who is named."""
    other = Visit.objects.filter(pk=step.told.get("with", NOBODY), site=visit.site_id, state__in=flow.IN_LINE).first()
    if other is None or other.pk == visit.pk:
        visit.together = None
        return
    other.together = other.together or other.pk
    visit.together = other.together
    other.save()
    Visit.objects.filter(site=visit.site_id, line__gt=other.line).update(line=F("line") + 1)
    visit.line = other.line + 1


def left(visit: Visit, step: steps.Step) -> None:
    """Somebody left before they had a seat. A reason is nobody's duty."""
    _end(visit, step, flow.LEFT_BEFORE_SEAT)


def seat(visit: Visit, step: steps.Step) -> None:
    """Seat somebody; at a place that is full the other was faster. Raises Refused: `unknown-room`, `place-taken`."""
    place_id: uuid.UUID = step.told["place"]
    place = models.Place.objects.filter(pk=place_id, room__site=visit.site_id, room__closed=False).first()
    if place is None:
        raise Refused("unknown-room")
    there = Visit.objects.filter(place=place, state=flow.SEATED).exclude(pk=visit.pk).count()
    flow.check_room_left(seated=there, holds=place.holds)
    if visit.state == flow.SEATED:
        _emptied(visit, step)
    visit.place, visit.state, visit.hold = place, flow.SEATED, False
    visit.seated, visit.checked, visit.freed, visit.heard = visit.seated or step.at, step.at, None, None
    models.Room.objects.filter(pk=place.room_id).update(emptied=None)


def check(visit: Visit, step: steps.Step) -> None:
    """Somebody was looked at."""
    visit.checked, visit.heard = max(visit.checked or step.at, step.at), None


def aftercare(visit: Visit, step: steps.Step) -> None:
    """Move from the place to aftercare."""
    _free(visit, step)
    visit.state = flow.AFTERCARE


def unused(visit: Visit, step: steps.Step) -> None:
    """Somebody left the place without using."""
    _free(visit, step)
    _end(visit, step, flow.LEFT_WITHOUT_USING)


def exit_(visit: Visit, step: steps.Step) -> None:
    """Somebody left, by whichever door."""
    _free(visit, step)
    _end(visit, step, flow.USED)


def detail(visit: Visit, step: steps.Step) -> None:
    """Write down what somebody says: the route, what they think it is, a copied hazard sentence, another name for tonight."""
    for name in ("route", "said", "hazard", "tonight"):
        if name in step.told:
            setattr(visit, name, step.told[name] or (visit.tonight if name == "tonight" else ""))


def back(visit: Visit, step: steps.Step) -> None:
    """Take an exit back: they are where they were, if their place is still free; else in aftercare."""
    visit.state, visit.ended, visit.outcome, visit.reason = visit.before, None, "", ""
    if visit.state == flow.SEATED:
        there = Visit.objects.filter(place=visit.place, state=flow.SEATED).count()
        visit.state = flow.SEATED if visit.place and there < visit.place.holds else flow.AFTERCARE
        visit.freed = None if visit.state == flow.SEATED else visit.freed


def all_checked(step: steps.Step, *, site_id: uuid.UUID) -> None:
    """Somebody walked the floor: everyone who sits or rests was looked at, in one act."""
    here = Visit.objects.filter(site=site_id, state__in=(flow.SEATED, flow.AFTERCARE))
    here.filter(checked__lt=step.at).update(checked=step.at, heard=None)


def _free(visit: Visit, step: steps.Step) -> None:
    visit.before = visit.state
    if visit.state == flow.SEATED:
        visit.freed = step.at
        _emptied(visit, step)
    visit.checked, visit.heard = step.at, None


def _emptied(visit: Visit, step: steps.Step) -> None:
    """Begin to count a room's purge time once the last person has left it."""
    assert visit.place
    room = visit.place.room_id
    if not Visit.objects.filter(place__room=room, state=flow.SEATED).exclude(pk=visit.pk).exists():
        models.Room.objects.filter(pk=room, purge_minutes__gt=0).update(emptied=step.at)


def _end(visit: Visit, step: steps.Step, outcome: str) -> None:
    visit.before = visit.before if visit.freed == step.at else visit.state
    visit.state, visit.ended, visit.outcome = flow.ENDED, step.at, outcome
    visit.reason = step.told.get("reason", "")
