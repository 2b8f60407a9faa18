"""What the floor forgets, and when; what is counted stays counted."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from handrail.core.common import keys
from handrail.core.encounters import erasure
from handrail.core.encounters import models as encounters
from handrail.core.encounters.parts import Past
from handrail.core.journal import holds, links
from handrail.core.journal.verify import verify
from handrail.core.people import erased
from handrail.core.people import rules as people
from handrail.fronts.console import retaining
from handrail.services.consumption import actions, facts, models, retention
from handrail.services.consumption.rules import incidents

pytestmark = pytest.mark.usefixtures("fresh_keys")


def forget(day: date, monkeypatch: Any, now: Any) -> None:
    """Forget what is due on a day."""
    monkeypatch.setattr(
        "handrail.core.common.clock.now", lambda: now.replace(year=day.year, month=day.month, day=day.day)
    )
    retaining.reapply()


@pytest.fixture
def joined(arrive: Any, tap: Any, place: Any, floor: Any, lead: Any, now: Any, seal: Any) -> str:
    """Keep one overdose that was joined to a card, one of nobody, one mistap; returns the card's code."""
    code = people.new_code()
    visit = arrive(card=code)
    tap("seat", visit, place=place("1"))
    for told, outcome in (({"visit": str(visit)}, "recovered"), ({}, "left"), ({}, "mistake")):
        found = uuid.uuid4()
        tap("overdose", found, **told)
        tap("stamp", found, event="naloxone" if told else "oxygen")
        tap("join", found, join=True)
        tap("outcome", found, outcome=outcome)
        tap("close", found)
        tap("stamp", found, event="debrief", second=9)
    tap("exit", visit)
    actions.close_shift(floor.id, by=lead, now=now)
    actions.note_incident(incidents.Incident(uuid.uuid4(), floor.id, now, "fight"), by=lead, received_at=now)
    seal()
    return code


def sound(day: date) -> bool:
    return verify(today=day).broken is None


def test_person_of_an_overdose_ends_after_90_days_and_the_rest_stays(joined, monkeypatch, now) -> None:
    assert models.Overdose.objects.exclude(person="").count() == 1
    for after, left in ((90, 1), (91, 0)):
        day = now.date() + timedelta(days=after)
        forget(day, monkeypatch, now)
        assert models.Overdose.objects.exclude(person="").count() == left and sound(day)
    assert models.Overdose.objects.count() == 3


def test_overdoses_and_stays_become_counts_after_13_months(joined, monkeypatch, now, floor) -> None:
    span: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1), "site_id": floor.id}
    before = facts.count_overdoses(**span), facts.visits(**span)
    assert (
        before[0] == facts.Overdoses(events=2, naloxone=1, oxygen_only=1, ambulance=0, mistakes=1)
        and before[1].used == 1
    )
    forget(date(2027, 4, 2), monkeypatch, now)
    tables = (models.Overdose, models.LateStamp, models.Stay, models.Incident)
    assert [one.objects.count() for one in tables] == [0, 0, 0, 0] and sound(date(2027, 4, 2))
    assert (facts.count_overdoses(**span), facts.visits(**span)) == before


def test_a_hold_keeps_what_lies_in_it(joined, now, floor) -> None:
    kept = [holds.Scope(str(floor.id), date(2026, 3, 1), date(2026, 4, 1))]
    assert not retention._free(models.Overdose.objects.all(), kept).exists()


def test_erasing_a_card_unlinks_it_from_an_open_visit_and_its_overdose(joined, arrive, floor, lead, now) -> None:
    here = arrive(card=joined)
    pseudonym = people.pseudonym(joined, site_id=floor.id, ring=keys.ring())
    removal = erasure.Removal(uuid.uuid4(), floor.id, now)
    erasure.erase_card(removal, pseudonym=pseudonym, by=lead, received_at=now)
    assert not models.Overdose.objects.exclude(person="").exists() and sound(now.date())
    assert models.LiveVisit.objects.get(pk=here).pseudonym == ""
    assert not encounters.Encounter.objects.exclude(person="").exists() and erased.listed()


def test_settle_all_ends_the_minutes_of_a_shift_that_nobody_closed(arrive, tap, floor, now) -> None:
    here, gone = arrive(tonight="Wren"), arrive(tonight="Finch")
    tap("left", gone)
    assert retention.settle_all(now=now + timedelta(hours=15)) == 0
    assert retention.settle_all(now=now + timedelta(hours=16)) == 1
    assert [one.pk for one in models.LiveVisit.objects.all()] == [here]


def test_fold_counts_stays_by_outcome_and_route(arrive, tap, floor, lead, now) -> None:
    for _ in range(2):
        tap("left", arrive(route="smoke"))
    actions.close_shift(floor.id, by=lead, now=now)
    ids = list(encounters.Encounter.objects.values_list("pk", flat=True))
    with links.run("retain", day=now.date()):
        assert actions.fold(Past(floor.id, date(2026, 3, 1), "consumption", ids, ids)) == 2
    month = models.Month.objects.get()
    assert (month.outcome, month.route, month.visits) == ("left_before_seat", "smoke", 2)
