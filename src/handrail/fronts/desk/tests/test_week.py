"""A worker's week is theirs alone; the site's says what went out, what expires, what was asked for and not there."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as visits
from handrail.core.org import actions as org
from handrail.core.org import rules as org_rules
from handrail.services.naloxone import public

from .desks import send

pytestmark = pytest.mark.django_db
GIVEN = {
    "given": [{"item": "SYR-INS-28-1", "amount": 10}],
    "naloxone": [{"item": "NAL-NS-4", "amount": 2}],
    "asked_for": ["COOK"],
}


@pytest.fixture
def on_shift(now: Any) -> Any:
    """Open a shift; what is recorded in it is signed by it."""
    return lambda worker: org.open_shift(worker, method=org_rules.TOTP, now=now)


def numbers(client: Client, site: Any) -> list[dict[str, int]]:
    text = send(client, "week", site, method="get").content.decode()
    told = re.findall(r'data-week="(\w+)">(\d+)<', text)
    return [{name: int(n) for name, n in told[start : start + 3]} for start in range(0, len(told), 3)]


def test_a_week_is_its_workers_alone_and_names_no_participant(
    signed_in: Any, on_shift: Any, lead: Any, outreach: Any, site: Any, visit: Any, now: Any, seal: Any
) -> None:
    """Monday's page: last week and this one, own and the site's. It stays so once days are sealed. Not yet the scenario S20: care acts are not in it."""
    ash, robin = on_shift(outreach), on_shift(lead)
    for days, by in ((7, ash), (7, ash), (1, ash), (0, ash), (0, robin)):
        encounters.record_visit(
            visit(GIVEN | {"card": "JG7MCT"}, at=now - timedelta(days=days)), by=by, received_at=now
        )
    taken = visit(GIVEN, at=now)
    encounters.record_visit(taken, by=ash, received_at=now)
    encounters.undo_visit(visits.Undo(uuid.uuid4(), site.id, now, taken.id), by=ash, received_at=now)
    public.tell({"doses": "2"}, act_id=uuid.uuid4(), area=site.id, received_at=now)
    two = {"visits": 2, "sets": 20, "doses": 8}
    three = {"visits": 3, "sets": 30, "doses": 12}
    one = {"visits": 1, "sets": 10, "doses": 4}
    none = dict.fromkeys(one, 0)
    for _ in range(2):  # open, then sealed
        assert numbers(signed_in(outreach), site) == [two, two, two, three]
        assert numbers(signed_in(lead), site) == [none, one, two, three]
        seal()
    text = send(signed_in(outreach), "week", site, method="get").content.decode()
    assert "Asked for, we had none: Cooker (2)" in " ".join(text.split())
    assert "2 doses in the 1 that said how many" in text
    assert "JG7" not in text


def test_what_expires_soon_stands_there(desk: Client, site: Any) -> None:
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "SOON1", "expires": "2026-04-01"})
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "7", "lot": "LATE2", "expires": "2028-04-01"})
    text = send(desk, "week", site, method="get").content.decode()
    assert "SOON1" in text
    assert "LATE2" not in text


def test_who_records_nothing_has_no_week(signed_in: Any, add_worker: Any, site: Any) -> None:
    assert send(signed_in(add_worker("sam", "stock")), "week", site, method="get").status_code == 404
