"""What evidence may know of exchange: what stands, and nothing that was taken back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from handrail.core.encounters import actions
from handrail.core.encounters import rules as encounters
from handrail.core.supplies import rules as stock
from handrail.evidence.indicators import syringes
from handrail.services.exchange import facts, models


@pytest.fixture
def saved(visit: Any, outreach: Any, now: Any) -> Any:
    """Record a visit of this body."""

    def save(body: dict[str, Any], **told: Any) -> Any:
        draft = visit(body, **told)
        actions.record_visit(draft, by=outreach, received_at=now)
        return draft

    return save


def given(**items: int) -> dict[str, Any]:
    return {"given": [{"item": item.replace("_", "-"), "amount": amount} for item, amount in items.items()]}


def out(now: Any, **told: Any) -> dict[str, int]:
    return {
        one.item: one.units for one in facts.items_out(since=now.date(), until=now.date() + timedelta(days=1), **told)
    }


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"method": "said", "amount": 12}, ("said", None, 12, None, None, None)),
        ({"method": "container", "item": "SHARPS-P", "fill_percent": 75}, ("container", "SHARPS-P", None, 75, None, None)),
        ({"method": "weight", "gross_g": 4200, "tare_g": 900}, ("weight", None, None, None, 4200, 900)),
        ({"method": "counted", "item": "SYR-INS-28-1", "amount": 10}, ("counted", "SYR-INS-28-1", 10, None, None, None)),
    ],
)  # fmt: skip
def test_write_keeps_a_return_with_its_method(saved, told, kept) -> None:
    saved({"returned": [told]})
    row = models.Line.objects.get()
    assert (
        row.method,
        row.item_id,
        row.amount,
        row.fill_percent,
        row.gross_g,
        row.tare_g,
    ) == kept and row.direction == "in"


def test_write_keeps_what_was_asked_for(saved) -> None:
    saved({"asked_for": ["other-smoking", "SYR-INS-31-0.3"]})
    assert sorted(models.AskedFor.objects.values_list("what", flat=True)) == ["SYR-INS-31-0.3", "other-smoking"]


def test_write_keeps_whether_a_lot_was_read_or_assumed(saved, lead, site, now) -> None:
    from handrail.core.supplies import actions as supplies

    supplies.receive(stock.Delivery(uuid.uuid4(), site.id, now, "SWAB", 50, "S-20"), by=lead, received_at=now)
    lot = str(stock.lot_id("SWAB", "S-20"))
    saved(
        {
            "given": [
                {"item": "SWAB", "amount": 1, "lot": lot, "lot_basis": "known"},
                {"item": "SWAB", "amount": 2, "lot": lot},
                {"item": "SWAB", "amount": 3},
            ]
        }
    )
    told = models.Line.objects.order_by("amount").values_list("lot_basis", "lot_id")
    assert list(told) == [("known", uuid.UUID(lot)), ("assumed", uuid.UUID(lot)), ("", None)]


def test_items_out_adds_up_by_item(saved, now) -> None:
    saved(given(SYR_INS_28_1=10, COOK=5))
    saved(given(SYR_INS_28_1=20) | {"returned": [{"method": "counted", "item": "SYR-INS-28-1", "amount": 3}]})
    assert out(now) == {"COOK": 5, "SYR-INS-28-1": 30}


def test_items_out_leaves_out_what_was_taken_back(saved, outreach, now, site) -> None:
    draft = saved(given(COOK=5))
    actions.undo_visit(encounters.Undo(uuid.uuid4(), site.id, now, draft.id), by=outreach, received_at=now)
    assert out(now) == {}


def test_items_out_ends_before_until_and_keeps_to_its_site(saved, now, site, other_site) -> None:
    saved(given(COOK=5))
    assert facts.items_out(since=now.date() - timedelta(days=1), until=now.date()) == []
    assert (out(now, site_id=site.id), out(now, site_id=other_site.id)) == ({"COOK": 5}, {})


def test_items_out_survives_sealing(saved, now, seal) -> None:
    saved(given(COOK=5))
    seal()
    assert out(now) == {"COOK": 5}


def test_sets_out_adds_barrels_and_fixed_needles_and_no_loose_needles(saved, now) -> None:
    saved(given(SYR_INS_28_1=60, SYR_BRL_1=2, NDL_25_1=40))
    assert syringes.sets_out(since=now.date(), until=now.date() + timedelta(days=1)) == 62


def test_visits_with_exchange_and_contributors_count_what_stands(saved, now, site, other_site) -> None:
    span = {"since": now.date(), "until": now.date() + timedelta(days=1)}
    saved(given(COOK=1))
    saved(given(COOK=1) | {"card": "JG7MCT"})
    saved(given(COOK=1) | {"card": "JG7MCT"})
    saved({"naloxone": [{"item": "NAL-NS-4", "amount": 1}]})
    assert facts.visits_with_exchange(**span) == facts.visits_with_exchange(site_id=site.id, **span) == 3
    assert facts.contributors(**span) == facts.contributors(site_id=site.id, **span) == (1, 1)
    assert facts.visits_with_exchange(site_id=other_site.id, **span) == 0 and facts.contributors(
        site_id=other_site.id, **span
    ) == (0, 0)
