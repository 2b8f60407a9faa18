"""Record calibrations, weighings of the site bin, and returns to an area."""

from datetime import date, datetime

from handrail.core import journal
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules
from handrail.services.exchange import models
from handrail.services.exchange import rules as exchange

from . import queries, rules


@journal.one_act
def calibrate(draft: rules.Calibration, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Keep the programme's own grams a syringe, or a container's capacity: a version that counts from its day on."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.calibrate", site_id=draft.site_id)
    if draft.of != rules.WEIGHT:
        stock.check_known([stock_rules.Line(draft.of, 1)])
    day, factor = site_day(draft.at, org.site(draft.site_id).timezone), draft.factor
    entry = journal.enter(draft.stated, by=by, day=day)
    number = models.Calibration.objects.filter(site=draft.site_id, of=draft.of).count() + 1
    models.Calibration.objects.create(
        id=draft.id,
        site_id=draft.site_id,
        day=day,
        of=draft.of,
        number=number,
        mean=factor.mean,
        sd=factor.sd,
        n=factor.n,
    )
    return entry


@journal.one_act
def weigh_bin(draft: rules.Weighing, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record that the site bin was weighed and emptied: the estimate replaces what was said to go into it, in the ledger too.

    Raises:
        Refused: `no-calibration` while the programme has none of its own: a weight alone is no number.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.returns", site_id=draft.site_id)
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    back = exchange.Return(exchange.WEIGHT, gross_g=draft.gross_g, tare_g=draft.tare_g)
    told = queries.estimator()(back, site_id=draft.site_id, day=day)
    if told is None:
        raise Refused("no-calibration")
    calibration_id, estimate = told
    entry = journal.enter(draft.stated, by=by, day=day)
    models.Weighing.objects.create(
        id=draft.id, site_id=draft.site_id, day=day, gross_g=draft.gross_g, tare_g=draft.tare_g,
        calibration_id=calibration_id, amount=estimate.value, low=estimate.low, high=estimate.high,
    )  # fmt: skip
    supplies.move(_moves(draft, day=day, estimate=estimate))
    return entry


def _moves(draft: rules.Weighing, *, day: date, estimate: rules.Estimate) -> list[stock_rules.Move]:
    """Bring the bin to what it weighed, then empty it."""
    site_bin, came = (stock_rules.account_id(draft.site_id, kind) for kind in (stock_rules.BIN, stock_rules.RETURNED))
    gone = stock_rules.account_id(draft.site_id, stock_rules.WASTE)
    held = sum(stock.balances([site_bin]).values())
    made = [("set", came, site_bin, estimate.value - held), ("set", site_bin, came, held - estimate.value),
            ("empty", site_bin, gone, estimate.value)]  # fmt: skip
    return [
        stock_rules.Move(part_id(draft.id, name), day, stock_rules.USED_SYRINGE, None, source, target, amount)
        for name, source, target, amount in made
        if amount > 0
    ]


@journal.one_act
def record_area_return(draft: rules.AreaReturn, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record syringes that came back to an area: from a community bin, a sweep, or a needle that was found."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "exchange.returns", site_id=draft.site_id)
    back = draft.returned
    if back.item:
        stock.check_known([stock_rules.Line(back.item, 1)])
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    told = queries.estimator()(back, site_id=draft.site_id, day=day)
    entry = journal.enter(draft.stated, by=by, day=day)
    estimate = told[1] if told else None
    models.AreaReturn.objects.create(
        id=draft.id, site_id=draft.site_id, day=day, source=draft.source, method=back.method, item_id=back.item or None,
        fill_percent=back.fill_percent, gross_g=back.gross_g, tare_g=back.tare_g, calibration_id=told[0] if told else None,
        amount=estimate.value if estimate else back.amount, low=estimate.low if estimate else None,
        high=estimate.high if estimate else None,
    )  # fmt: skip
    return entry
