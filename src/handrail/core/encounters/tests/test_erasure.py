"""The right to disappear: unlinked everywhere, counts unchanged, once or many times."""

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from handrail.core.common import keys, passing
from handrail.core.common.periods import later
from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions, erasure, models, sketch
from handrail.core.journal import holds, sealing
from handrail.core.journal import models as journal
from handrail.core.journal.verify import verify
from handrail.core.people import erased, months, queries
from handrail.core.people import rules as people
from handrail.fronts.console import retaining
from handrail.services.exchange import facts

GIVEN = {"given": [{"item": "SYR-INS-28-1", "amount": 10}]}
CARD, OTHER = "JG7MCT", "NK11MM"


@pytest.fixture
def clock(monkeypatch: Any, now: datetime) -> Any:
    """Set the clock so many days on."""
    return lambda days: monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=days))


@pytest.fixture
def came(fresh_keys: None, visit: Any, outreach: Any, now: datetime) -> None:
    """Two cards on five days of two months, the last of them today and open; nobody comes too."""
    for back in (20, 19, 3, 2):
        at = now - timedelta(days=back)
        drafts = [visit(GIVEN | ({"card": card} if card else {}), at=at) for card in (CARD, OTHER, None)]
        actions.record_visits(drafts, by=outreach, received_at=now)
    sealing.seal_day(now.date() - timedelta(days=1))
    actions.record_visits([visit(GIVEN | {"card": card}) for card in (CARD, CARD, OTHER)], by=outreach, received_at=now)
    retaining.reapply()


def pseudonym(site: Any, card: str = CARD) -> str:
    return people.pseudonym(card, site_id=site.id, ring=keys.ring())


def ask(site: Any, by: Any, at: datetime, card: str = CARD, act_id: uuid.UUID | None = None) -> Any:
    draft = erasure.Removal(act_id or uuid.uuid4(), site.id, at)
    return erasure.erase_card(draft, pseudonym=pseudonym(site, card), by=by, received_at=at)


def figures(site: Any, now: datetime) -> dict[str, Any]:
    march = {"since": now.date().replace(day=1), "until": later(now.date(), months=1)}
    periods = ("2026-02", "2026-03", "2026-Q1", "2026")
    told: dict[str, Any] = {
        one: sketch.people_in(one, site_id=site.id, service=name) for one in periods for name in ("", "exchange")
    }
    return told | {"visits": sketch.visits(**march), "codes": facts.contributors(**march)}


def persons(site: Any, card: str = CARD) -> set[str]:
    return set(months.persons(pseudonym(site, card)).values())


def test_erase_card_unlinks_it_everywhere_and_no_count_changes(came, site, outreach, now, every_cell) -> None:
    before, mine = figures(site, now), persons(site)
    assert before["2026"] == 2 and before["visits"].coded == 7
    ask(site, outreach, now)
    cells = every_cell()
    assert not [cell for cell in cells for one in (*mine, pseudonym(site)) if one in cell]
    assert models.Encounter.objects.filter(person__in=persons(site, OTHER)).count() == 5
    assert not queries.is_known(pseudonym(site)) and queries.is_known(pseudonym(site, OTHER))
    assert figures(site, now) == before and verify(today=now.date()).broken is None


def test_erase_card_states_no_code(came, site, outreach, now) -> None:
    entry = ask(site, outreach, now)
    assert (entry.kind, entry.body) == ("encounters.erase_card", {})


def test_erase_card_of_a_repeated_act_answers_already(came, site, outreach, now) -> None:
    act_id = uuid.uuid4()
    told = [ask(site, outreach, now, act_id=act_id).already for _ in range(3)]
    assert told == [False, True, True]


def test_erase_card_ends_everybodys_person_so_that_nothing_tells_whose_it_was(came, site, outreach, now) -> None:
    ask(site, outreach, now)
    assert journal.ExpiringPerson.objects.count() == 0 and journal.Ending.objects.filter(part="person").count() == 4


def test_erase_card_needs_a_role(came, site, add_worker, now) -> None:
    with pytest.raises(Refused, match="not-allowed"):
        ask(site, add_worker("kit", "stock"), now)
    assert queries.is_known(pseudonym(site)) and erased.listed() == {}


def test_a_sealed_act_that_is_sent_again_after_the_erasure_is_the_same(came, site, visit, outreach, now) -> None:
    draft = visit(GIVEN | {"card": CARD})
    actions.record_visit(draft, by=outreach, received_at=now)
    ask(site, outreach, now)
    assert actions.record_visit(draft, by=outreach, received_at=now).already
    sealing.seal_day(now.date())
    assert actions.record_visit(draft, by=outreach, received_at=now).already and verify(today=now.date()).broken is None


def test_an_act_of_before_that_comes_after_the_erasure_is_nobodys(came, site, visit, outreach, now) -> None:
    ask(site, outreach, now)
    actions.record_visit(visit(GIVEN | {"card": CARD}, at=now - timedelta(days=1)), by=outreach, received_at=now)
    assert not models.Encounter.objects.filter(person__in=persons(site)).exists() and not queries.is_known(
        pseudonym(site)
    )


def test_who_comes_again_after_their_erasure_is_new_and_stays(came, site, visit, outreach, now, clock) -> None:
    ask(site, outreach, now)
    before = figures(site, now)
    actions.record_visit(
        visit(GIVEN | {"card": CARD}, at=now + timedelta(days=1)), by=outreach, received_at=now + timedelta(days=1)
    )
    assert figures(site, now)["2026"] == before["2026"] + 1
    sealing.seal_day(now.date() + timedelta(days=1))
    for days in (2, 3, 25, 30, 34):  # April begins: sets are filled
        clock(days)
        retaining.reapply()
        assert queries.is_known(pseudonym(site)) and figures(site, now)["2026"] == before["2026"] + 1
    assert models.Encounter.objects.filter(person__in=persons(site)).count() == 1


def test_reapply_erases_again_in_a_copy_that_is_older(came, site, outreach, now, every_cell) -> None:
    from django.db import transaction

    before = transaction.savepoint()
    whole = figures(site, now)
    ask(site, outreach, now)
    transaction.savepoint_rollback(before)  # yesterday's copy comes back; the list beside the keys is today's
    assert queries.is_known(pseudonym(site))
    assert retaining.reapply()["erasures"] == 1
    assert not [cell for cell in every_cell() if any(one in cell for one in (*persons(site), pseudonym(site)))]
    assert figures(site, now) == whole and verify(today=now.date()).broken is None
    assert retaining.reapply()["erasures"] == 0


def test_reapply_lets_a_line_of_the_list_go_after_35_days(came, site, outreach, now, clock) -> None:
    ask(site, outreach, now)
    clock(35)
    retaining.reapply()
    assert list(erased.listed()) == [pseudonym(site)]
    clock(36)
    retaining.reapply()
    assert erased.listed() == {}


def test_a_hold_makes_its_days_wait_and_nothing_else(came, site, outreach, now, clock, add_worker) -> None:
    counsel, mine = add_worker("quinn", "counsel-liaison"), persons(site)
    since = now.date() - timedelta(days=20)
    draft = holds.NewHold(uuid.uuid4(), site.id, since, since + timedelta(days=1), "H-1", now)
    holds.set_hold(draft, by=counsel, received_at=now)
    before = figures(site, now)
    ask(site, outreach, now)
    left = models.Encounter.objects.filter(person__in=mine)
    assert set(left.values_list("day", flat=True)) == {since} and figures(site, now) == before
    assert journal.ExpiringPerson.objects.count() == 3 and verify(today=now.date()).broken is None
    clock(40)
    retaining.reapply()
    assert left.count() == 1 and list(erased.listed()) == [pseudonym(site)]
    lift = holds.LiftedHold(uuid.uuid4(), site.id, draft.id, "H-1 over", now)
    holds.lift_hold(lift, by=counsel, received_at=now)
    retaining.reapply()
    assert left.count() == 0 and not queries.is_known(pseudonym(site)) and figures(site, now) == before
    assert erased.listed() == {} and verify(today=now.date()).broken is None


def test_the_list_is_kept_beside_the_keys_and_for_its_owner_alone(came, site, outreach, now) -> None:
    ask(site, outreach, now)
    path = passing.folder() / erased.NAME
    assert path.stat().st_mode & 0o077 == 0
    assert [row["pseudonym"] for row in json.loads(path.read_text())] == [pseudonym(site)]
