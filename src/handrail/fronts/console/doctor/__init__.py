"""`handrail doctor`: one page of checks that read and change nothing. Each says what is so and, where it is not well, what to do."""

import json as json_module
from collections.abc import Callable, Iterator

from django.db import DatabaseError, connection

from handrail.core.common import clock, home

from . import care, house, machine
from .finding import BROKEN, Finding, Look

CHECKS: tuple[Callable[[Look], Iterator[Finding]], ...] = (
    machine.room, machine.time, machine.encryption, machine.modes, care.place, care.offline, care.copies, care.left_over,
    house.mode, house.guarded, house.sound, house.server, house.sealed, house.forgotten, house.ends, house.held, house.devices,
)  # fmt: skip


def examine() -> list[Finding]:
    """Make every check. A database that cannot be read is what a check found, not the end of them."""
    here = home.open_home()
    look = Look(here, clock.now())
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found += check(look)
        except DatabaseError as error:
            connection.close()
            said = f"the database cannot be read ({type(error).__name__})"
            found.append(
                Finding(check.__name__, BROKEN, said, "stop the server, then ./handrail restore the last copy")
            )
    return found


def run(*, json: bool) -> int:
    """Examine the house and say what was found; return 1 when something is broken."""
    found = examine()
    if json:
        print(json_module.dumps([one.__dict__ for one in found]))
    else:
        for one in found:
            print(f"{one.state:<7} {one.name:<12} {one.said}")
            if one.next:
                print(f"{'':<21}-> {one.next}")
    return int(any(one.state == BROKEN for one in found))
