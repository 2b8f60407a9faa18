"""A legal hold keeps some days at one site. It must keep no more than that, and nobody who asks may be told otherwise."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from handrail.core.encounters import actions, models
from handrail.core.journal import holds, sealing
from handrail.core.journal import models as journal
from handrail.core.journal.verify import verify

CARD = "JG7MCT"


def left(site: Any) -> list[tuple[int, bool, bool]]:
    """Return how many days before the tenth of March each visit was, and whether its time and its person still stand."""
    end = date(2026, 3, 10)
    rows = models.Encounter.objects.filter(site=site.id).order_by("day")
    return [((end - row.day).days, row.at is not None, bool(row.person)) for row in rows]


@pytest.mark.scenario("trust:32")
def test_a_hold_stops_forgetting_in_its_scope_and_nowhere_else_and_the_person_is_told(
    fresh_keys: None, visit: Any, outreach: Any, add_worker: Any, signed_in: Any, site: Any, other_site: Any, move: Any,
    now: datetime,
) -> None:  # fmt: skip
    """Counsel keeps one day at one site. Time passes, the card is removed at both sites; what is left is looked at row by row."""
    there, given = add_worker("kit", "outreach", at=other_site), [{"item": "SYR-INS-28-1", "amount": 10}]
    for back in (20, 10):
        for where, by in ((site, outreach), (other_site, there)):
            draft = visit({"given": given, "card": CARD}, at=now - timedelta(days=back), site_id=where.id)
            actions.record_visit(draft, by=by, received_at=now)
    sealing.seal_day(now.date())
    since = now.date() - timedelta(days=20)
    hold = holds.NewHold(uuid.uuid4(), site.id, since, since + timedelta(days=1), "H-17", now)
    counsel = add_worker("quinn", "counsel-liaison")
    holds.set_hold(hold, by=counsel, received_at=now)

    pages = []
    for where, by in ((site, outreach), (other_site, there)):
        client = signed_in(by)
        pages.append(client.get(f"/desk/removal/{where.id}/").content.decode())
        form = {"id": str(uuid.uuid4()), "at": "2026-03-10T18:00:00Z", "card": CARD, "asked": "1"}
        pages.append(client.post(f"/desk/removal/{where.id}/card", form).content.decode())
    why = "Visits of those days stay tied to the card until it is lifted"
    assert [why in page for page in pages] == [True, True, False, False]
    assert ["no visit is tied to it" in page for page in pages] == [False, False, False, True]
    assert left(site) == [(20, True, True), (10, True, False)]
    assert left(other_site) == [(20, True, False), (10, True, False)]

    for days in (31, 91, 120):
        move(now + timedelta(days=days))
    assert left(site) == [(20, True, True), (10, False, False)]
    assert left(other_site) == [(20, False, False), (10, False, False)]
    assert journal.ExpiringTime.objects.count() == journal.ExpiringPerson.objects.count() == 1

    lift = holds.LiftedHold(uuid.uuid4(), site.id, hold.id, "H-17 over", now)
    holds.lift_hold(lift, by=counsel, received_at=now)
    move(now + timedelta(days=121))
    assert left(site) == [(20, False, False), (10, False, False)]
    assert journal.ExpiringPerson.objects.count() == 0 and verify(today=now.date()).broken is None
