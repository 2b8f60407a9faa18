"""Visits: once, whole, and taken back."""

from django.db import connection

from handrail.core.encounters import actions, models
from handrail.core.journal import guards
from handrail.core.journal.verify import verify
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
