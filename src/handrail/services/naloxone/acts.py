"""Naloxone's part in a visit, what people tell us of its use, and the order its rows forget."""

from handrail.core.common.refusals import Refused
from handrail.core.encounters import parts
from handrail.core.journal import kinds, retention, tables
from handrail.core.supplies import recalls

from . import actions, models, queries, rules


def register() -> None:
    """Let visits hold naloxone, and reports stand by themselves."""
    parts.register(
        parts.Part(
            service="naloxone", keys=frozenset({"naloxone"}), permission="naloxone.record",
            parse=rules.parse, check=actions.check, write=actions.write, take_back=actions.take_back, fold=actions.fold,
        )
    )  # fmt: skip
    recalls.register("naloxone", queries.went)
    tables.register(tables.relay(models.Dispense))
    tables.register(tables.DayTable(models.Month, rows=models.Month.objects.all))
    kinds.register(kinds.Kind("naloxone.report", 1, parse=parse_report, run=actions.record_report))
    tables.register(tables.relay(models.ReversalReport))
    tables.register(tables.DayTable(models.ReversalMonth, rows=models.ReversalMonth.objects.all))
    retention.register("naloxone", actions.forget_reports)


def parse_report(envelope: kinds.Envelope) -> rules.Report:
    """Make a staff member's report of an envelope: they heard it told. Raises Refused: `not-an-act`, `nothing-told`."""
    if envelope.at is None:
        raise Refused("not-an-act")
    told = dict(envelope.body) | {"told_by": rules.STAFF}
    return rules.parse_report(told, act_id=envelope.id, heard_at=envelope.at, area=envelope.site_id)
