"""Naloxone's part in a visit, and the order its rows forget."""

from handrail.core.encounters import parts
from handrail.core.journal import tables

from . import actions, models, rules


def register() -> None:
    """Let visits hold naloxone."""
    parts.register(
        parts.Part(
            service="naloxone", keys=frozenset({"naloxone"}), permission="naloxone.record",
            parse=rules.parse, check=actions.check, write=actions.write, take_back=actions.take_back, fold=actions.fold,
        )
    )  # fmt: skip
    tables.register(tables.relay(models.Dispense))
    tables.register(tables.DayTable(models.Month, rows=models.Month.objects.all))
