"""Care's part in a visit, and the order its rows forget."""

from handrail.core.encounters import parts
from handrail.core.journal import tables
from handrail.services.exchange import models

from . import actions, rules


def register() -> None:
    """Let visits hold care acts."""
    parts.register(
        parts.Part(
            service="care", keys=frozenset({"care"}), permission="exchange.record",
            parse=rules.parse, check=actions.check, write=actions.write, take_back=actions.take_back, fold=actions.fold,
        )
    )  # fmt: skip
    tables.register(tables.relay(models.CareAct))
    tables.register(tables.DayTable(models.MonthCare, rows=models.MonthCare.objects.all))
