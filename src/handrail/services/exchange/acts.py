"""Exchange's part in a visit, and the order its rows forget."""

from handrail.core.encounters import parts
from handrail.core.journal import tables
from handrail.core.supplies import recalls

from . import actions, models, queries, rules
from .care import acts as care
from .policy import acts as policy
from .returns import acts as returns


def register() -> None:
    """Let visits hold what was given, returned and asked for."""
    parts.register(
        parts.Part(
            service="exchange", keys=frozenset({"given", "returned", "asked_for"}), permission="exchange.record",
            parse=rules.parse, check=actions.check, write=actions.write, take_back=actions.take_back, fold=actions.fold,
        )
    )  # fmt: skip
    recalls.register("exchange", queries.went)
    tables.register(tables.relay(models.Line))
    tables.register(tables.relay(models.AskedFor))
    for counts in (models.Month, models.MonthAsked):
        tables.register(tables.DayTable(counts, rows=counts.objects.all))
    policy.register()
    returns.register()
    care.register()
