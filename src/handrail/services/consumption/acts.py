"""Consumption's kinds of act, its part in a visit, and the order its rows forget."""

from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.encounters import parts
from handrail.core.encounters.channels import FLOOR
from handrail.core.journal import kinds, tables

from . import actions, models, retention
from .rules import stays

PERSON = frozenset({"person"})


def register() -> None:
    """Make the floor's acts known: rooms in the confidential journal, what happens to people in the anonymous one."""
    parts.register(
        parts.Part(
            service="consumption", keys=frozenset({stays.KEY}), permission="consumption.record", parse=stays.parse,
            check=actions.check_part, write=actions.write, take_back=actions.take_back, fold=actions.fold,
            kind=FLOOR, disown=retention.disown,
        )
    )  # fmt: skip
    for name, run in (
        ("open_room", actions.open_room),
        ("set_checks", actions.set_checks),
        ("close_room", actions.close_room),
    ):
        kinds.register(kinds.Kind(f"consumption.{name}", 1, parse=_desk_only, run=run, journal=kinds.CONFIDENTIAL))
    kinds.register(
        kinds.Kind("consumption.overdose", 1, parse=_floor_only, run=actions.record_overdose, expires=PERSON)
    )
    kinds.register(kinds.Kind("consumption.late_stamp", 1, parse=_floor_only, run=actions.record_overdose))
    kinds.register(kinds.Kind("consumption.incident", 1, parse=_desk_only, run=actions.note_incident))
    for model in (models.Stay, models.Overdose, models.LateStamp, models.Incident):
        tables.register(tables.relay(model))
    for counts in (models.Month, models.OverdoseMonth):
        tables.register(tables.DayTable(counts, rows=counts.objects.all))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: rooms are arranged at the desk."""
    raise Refused("desk-only")


def _floor_only(envelope: kinds.Envelope) -> Any:
    """Refuse: an overdose comes step by step, from a screen of the floor."""
    raise Refused("not-an-act")
