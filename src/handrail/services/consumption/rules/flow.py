"""A visit's way through the floor: its states, and which step may follow which. Source: frontline reference, 10.1."""

from collections.abc import Mapping

from handrail.core.common.refusals import Refused

WAITING, CALLED, SEATED, AFTERCARE, ENDED = "waiting", "called", "seated", "aftercare", "ended"
OPEN = (WAITING, CALLED, SEATED, AFTERCARE)
IN_LINE = (WAITING, CALLED)

USED, LEFT_BEFORE_SEAT, LEFT_WITHOUT_USING = "used", "left_before_seat", "left_without_using"
OUTCOMES = (USED, LEFT_BEFORE_SEAT, LEFT_WITHOUT_USING)

INJECTING, SMOKING, OBSERVATION, TABLES = "injecting", "smoking", "observation", "tables"
ROOMS = (INJECTING, SMOKING, OBSERVATION, TABLES)

MAY: Mapping[str, tuple[str, ...]] = {  # step -> the states it may start from
    "call": (WAITING,),
    "uncall": (CALLED,),
    "up": IN_LINE,
    "down": IN_LINE,
    "hold": IN_LINE,
    "together": IN_LINE,
    "left": IN_LINE,
    "seat": (WAITING, CALLED, AFTERCARE, SEATED),  # seated again: moved to another place
    "check": (SEATED, AFTERCARE),
    "aftercare": (SEATED,),
    "unused": (SEATED,),
    "exit": (SEATED, AFTERCARE),
    "detail": OPEN,
    "back": (ENDED,),
}


def check_step(step: str, state: str) -> None:
    """Refuse a step that the visit's state does not allow: somebody else was faster. Raises Refused("moved-on")."""
    if state not in MAY[step]:
        raise Refused("moved-on")


def check_room_left(*, seated: int, holds: int) -> None:
    """Refuse a seat at a place that is full: one wins its last free spot. Raises Refused("place-taken")."""
    if seated >= holds:
        raise Refused("place-taken")
