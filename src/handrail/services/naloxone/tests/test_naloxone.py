"""Naloxone: given out in its own part, counted in doses, once."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions
from handrail.core.encounters import rules as encounters
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock_queries
from handrail.core.supplies import rules as stock
from handrail.services.naloxone import facts, models, rules

LINE = {"item": "NAL-NS-4", "amount": 2}


@pytest.fixture
def saved(visit: Any, outreach: Any, now: Any) -> Any:
    """Record a visit that gave out these lines of naloxone."""

    def save(*lines: dict[str, Any]) -> Any:
        draft = visit({"naloxone": list(lines)})
        actions.record_visit(draft, by=outreach, received_at=now)
        return draft

    return save


def doses(now: Any, **told: Any) -> int:
    return facts.doses_out(since=now.date(), until=now.date() + timedelta(days=1), **told)


@pytest.mark.parametrize("told", [[], "x", {}, 5, [LINE] * 11, [{"item": 5, "amount": 1}], ["NAL-NS-4"]], ids=str)
def test_parse_refuses_what_is_no_list_of_one_to_ten_lines(told) -> None:
    with pytest.raises(Refused) as refused:
        rules.parse({"naloxone": told})
    assert refused.value.code == "not-an-act"


def test_parse_reads_lines_in_their_order() -> None:
    assert rules.parse({"naloxone": [LINE]}) == rules.Naloxone((stock.Line("NAL-NS-4", 2),))


def test_moves_takes_each_line_from_the_shelf() -> None:
    site = uuid.UUID(int=1)
    made = rules.moves(
        rules.parse({"naloxone": [LINE, LINE]}), act_id=uuid.UUID(int=7), site_id=site, day=date(2026, 3, 10)
    )
    assert {(one.source, one.target, one.amount) for one in made} == {
        (stock.account_id(site, "shelf"), stock.account_id(site, "given"), 2)
    }
    assert len({one.id for one in made}) == 2


def test_check_products_refuses_what_is_not_naloxone() -> None:
    rules.check_products({"NAL-NS-4": "naloxone"})
    with pytest.raises(Refused) as refused:
        rules.check_products({"NAL-NS-4": "naloxone", "COOK": "prep"})
    assert refused.value.code == "not-naloxone"


def test_write_keeps_units_and_the_lot_as_read(saved, site, lead, now) -> None:
    supplies.receive(stock.Delivery(uuid.uuid4(), site.id, now, "NAL-NS-4", 9, "A17"), by=lead, received_at=now)
    lot = stock.lot_id("NAL-NS-4", "A17")
    saved(LINE | {"lot": str(lot), "lot_basis": "known"}, LINE)
    told = sorted(models.Dispense.objects.values_list("units", "lot_id", "lot_basis"), key=str)
    assert told == sorted([(2, lot, "known"), (2, None, "")], key=str)


def test_doses_out_multiplies_units_by_doses_a_unit(saved, now) -> None:
    saved(LINE, LINE)
    each = stock_queries.items()["NAL-NS-4"].doses_per_unit
    assert each == 2 and doses(now) == 8


def test_doses_out_leaves_out_what_was_taken_back(saved, now, site, outreach) -> None:
    draft = saved(LINE)
    actions.undo_visit(encounters.Undo(uuid.uuid4(), site.id, now, draft.id), by=outreach, received_at=now)
    assert doses(now) == 0 and stock_queries.on_shelf(site.id)[0].balance == 0


def test_doses_out_keeps_to_its_site_and_span(saved, now, site, other_site, seal) -> None:
    saved(LINE)
    seal()
    assert (doses(now, site_id=site.id), doses(now, site_id=other_site.id)) == (4, 0)
    assert facts.doses_out(since=now.date() - timedelta(days=2), until=now.date()) == 0
