"""Visits: once, whole, and taken back."""

from django.db import connection

from handrail.core.common import ids
from handrail.core.encounters import actions, models
from handrail.core.journal import guards
from handrail.core.journal.verify import verify
from handrail.core.supplies import models as stock_models
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules


def test_record_visit_once_however_often_it_is_sent(visit, outreach, now, site) -> None:
    draft = visit()
    first = actions.record_visit(draft, by=outreach, received_at=now)
    again = [actions.record_visit(draft, by=outreach, received_at=now) for _ in range(3)]
    assert not first.already and all(entry.already for entry in again)
    assert models.Encounter.objects.count() == 1
    shelf = stock_rules.account_id(site.id, "shelf")
    assert stock.balances([shelf]) == {(shelf, "SYR-INS-28-1", None): -10}
    assert guards.missing(connection) == []
    assert verify(today=now.date()).broken is None


def test_record_visit_leaves_movements_that_lead_to_no_encounter(visit, outreach, now, site) -> None:
    body = {"given": [{"item": "SYR-INS-28-1", "amount": 10}], "returned": [{"method": "said", "amount": 4}]}
    draft = visit(body)
    actions.record_visit(draft, by=outreach, received_at=now)
    parts = ["encounter", *(f"{name}:{n}" for name in ("given", "returned", "naloxone", "asked") for n in range(9))]
    from_the_act = {ids.part_id(draft.id, part) for part in parts} | {draft.id}
    assert not from_the_act & set(stock_models.OpenMovement.objects.values_list("id", flat=True))
    assert stock_models.OpenMovement.objects.count() == 2
