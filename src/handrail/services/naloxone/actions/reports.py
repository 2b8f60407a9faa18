"""Record what people tell us of naloxone's use, and let it become counts."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Count, Sum

from handrail.core import journal
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.encounters.counts import Passing, fold_months
from handrail.core.journal.holds import Scope
from handrail.core.journal.links import Run
from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock
from handrail.services.naloxone import models, rules

PERMISSION = "naloxone.report"


@journal.one_act
def record_report(draft: rules.Report, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record that somebody told us naloxone was used, once. It is joined to nobody: at a desk too, it is not signed by who heard it."""
    if known := journal.seen(draft.stated):
        return known
    if not (
        by.may(PERMISSION, site_id=None) or org.sites_of(by, PERMISSION)
    ):  # it may have been near any site, or none
        raise Refused("not-allowed")
    zone = org.site(draft.area).timezone if draft.area else next((one.timezone for one in org.sites()), "UTC")
    day = site_day(min(draft.heard_at, received_at), zone)
    _check_product(draft)
    entry = journal.enter(draft.stated, by=rules.ANYONE, day=day)
    models.ReversalReport.objects.create(
        id=draft.id, area_id=draft.area, day=day, ago=draft.told("when"), month=draft.told("month"), doses=draft.doses,
        at_least=draft.at_least, outcome=draft.told("outcome"), product_id=draft.told("product") or None,
        told_by=draft.told("told_by"), flood="flood" in draft.body,
        **{name: draft.told(name) for name in ("route", "ambulance", "setting", "breaths", "after", "thought", "age")},
    )  # fmt: skip
    return entry


def _check_product(draft: rules.Report) -> None:
    code = draft.told("product")
    if not code:
        return
    item = stock.items().get(code)
    if item is None or item.category != rules.CATEGORY:
        raise Refused("not-naloxone")


def forget_reports(run: Run, *, today: date, kept: Sequence[Scope]) -> None:
    """Make counts of whole months of reports that are over 13 months ago, and let the reports go."""
    run.count("reversal_reports", fold_months(run, PASSING, today=today, kept=kept))


PASSING = Passing(
    models.ReversalReport, models.ReversalMonth, place="area", by=("outcome", "ambulance", "flood"),
    sums={"reports": Count("pk"), "stated": Count("doses"), "doses": Sum("doses", default=0)},
)  # fmt: skip
