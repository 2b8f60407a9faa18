"""`handrail retain`: what is due ends, figures stay, everything still verifies, and once is as good as twice."""

import json
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from handrail.core.common import passing
from handrail.core.encounters import actions, models, sketch
from handrail.core.journal import models as journal
from handrail.core.journal import sealing
from handrail.core.journal.verify import verify
from handrail.core.supplies import queries as stock
from handrail.evidence.indicators import syringes
from handrail.fronts.console import retaining, verifying
from handrail.services.exchange import facts
from handrail.services.exchange import models as exchange
from handrail.services.naloxone import facts as naloxone
from handrail.services.naloxone import models as dispenses

CARDS = ("JG7MCT", "NK11MM", "CS05DF")
MARCH = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
BODY = {
    "given": [{"item": "SYR-INS-28-1", "amount": 10}], "returned": [{"method": "weight", "gross_g": 900, "tare_g": 100}],
    "asked_for": ["other"], "naloxone": [{"item": "NAL-NS-4", "amount": 2}], "served_for": 2,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh_keys(fresh_keys: None) -> None:
    """No key of another test leads to a card of this one."""


@pytest.fixture
def days(visit: Any, outreach: Any, now: Any) -> list[date]:
    """Three days of March, sealed: three cards, one of them each day, and a visit of nobody each day; one visit taken back."""
    told = []
    for back, cards in ((0, CARDS), (1, CARDS[:1]), (2, CARDS[:2])):
        at = now - timedelta(days=back)
        drafts = [visit(BODY | {"card": card}, at=at) for card in cards] + [visit(BODY, at=at)]
        actions.record_visits(drafts, by=outreach, received_at=now)
        told.append(at.date())
    gone = visit(BODY | {"card": CARDS[2]}, at=now)
    actions.record_visit(gone, by=outreach, received_at=now)
    actions.undo_visit(actions.rules.Undo(uuid.uuid4(), gone.site_id, now, gone.id), by=outreach, received_at=now)
    sealing.seal_day(now.date())
    sealing.seal_confidential(now.date())
    return told


@pytest.fixture
def later(monkeypatch: Any, now: datetime) -> Any:
    """Move the clock so many days on and let the house forget; returns the counts."""

    def move(days: int) -> dict[str, int]:
        monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=days))
        told = retaining.reapply()
        assert verify(today=now.date() + timedelta(days=days)).broken is None
        return told

    return move


def figures(site: Any) -> dict[str, Any]:
    """Return every figure that must outlive retention."""
    periods = ("2026-03", "2026-Q1", "2026")
    services = ("", "exchange", "naloxone")
    return {
        "people": {(one, name): sketch.people_in(one, site_id=site.id, service=name) for one in periods for name in services},
        "items": facts.items_out(**MARCH), "visits": facts.visits_with_exchange(**MARCH), "codes": facts.contributors(**MARCH),
        "doses": naloxone.doses_out(**MARCH), "sets": syringes.sets_out(**MARCH), "site": facts.items_out(**MARCH, site_id=site.id),
        "stock": stock.balances(stock.accounts_of(site.id)),
    }  # fmt: skip


def test_reapply_leaves_a_young_house_as_it_is(days, site, later) -> None:
    before = figures(site)
    assert before["people"]["2026", ""] == 3 and before["codes"] == (3, 3)
    assert {name: told for name, told in later(1).items() if told} == {}
    assert figures(site) == before


def test_reapply_cuts_times_to_the_day_after_30_days(days, site, later) -> None:
    before = figures(site)
    assert later(30)["encounter_times"] == 5  # the day itself, 30 days back, still has its times
    told = later(31)
    assert (told["encounter_times"], told["times"]) == (5, 6)
    assert not models.Encounter.objects.filter(at__isnull=False).exists() and journal.ExpiringTime.objects.count() == 0
    assert models.Encounter.objects.exclude(person="").exists() and figures(site) == before


def test_reapply_takes_persons_off_after_90_days(days, site, later) -> None:
    before = figures(site)
    assert later(91)["encounter_persons"] == 7
    assert not models.Encounter.objects.exclude(person="").exists() and journal.ExpiringPerson.objects.count() == 0
    assert figures(site) == before and passing.find("month:2026-03")


def test_reapply_destroys_a_months_key_once_its_last_day_is_90_days_back(days, site, later) -> None:
    before = figures(site)
    last = (date(2026, 3, 31) - days[0]).days + 90
    later(last)
    assert passing.find("month:2026-03") and models.Member.objects.filter(period="2026-03").exists()
    assert later(last + 1)["keys"] == 1
    assert passing.find("month:2026-03") is None and not models.Member.objects.filter(period="2026-03").exists()
    assert figures(site) == before


def test_reapply_makes_counts_of_a_month_and_figures_stay(days, site, later) -> None:
    before = figures(site)
    told = later(400)
    assert (told["encounters"], told["exchange"], told["naloxone"]) == (10, 30, 10)
    for table in (models.Encounter, models.Undone, exchange.Line, exchange.AskedFor, dispenses.Dispense):
        assert table.objects.count() == 0
    assert figures(site) == before
    assert (
        facts.items_out(since=date(2026, 3, 2), until=date(2026, 4, 1)) == []
    )  # part of a month is not known any more


def test_reapply_lets_ids_go_after_400_days_and_the_chain_holds(days, site, later, lead, now) -> None:
    assert (later(400)["ids"], later(401)["ids"], later(402)["ids"]) == (5, 6, 0)
    assert journal.SealedEntry.objects.filter(journal="anonymous").count() == 0
    assert figures(site)["people"]["2026", ""] == 3


def test_reapply_ends_sets_13_months_after_their_last_day(days, site, later, now) -> None:
    before = figures(site)
    later((date(2027, 5, 1) - now.date()).days)
    assert set(models.Member.objects.values_list("period", flat=True)) == {"2026"}
    later((date(2028, 2, 1) - now.date()).days)
    assert models.Member.objects.count() == 0 and passing.spans() == [] and figures(site)["people"] == before["people"]


def test_reapply_at_once_forgets_the_same_as_day_by_day(days, site, later) -> None:
    before = figures(site)
    for day in (1, 29, 31, 60, 89, 91, 92, 93, 112, 113, 365, 388, 400, 401, 402, 403):
        later(day)
        assert figures(site) == before, day


def test_reapply_twice_forgets_nothing_twice(days, later) -> None:
    for day in (31, 91, 400):
        later(day)
        batches = journal.Batch.objects.count()
        assert not any(later(day).values()) and journal.Batch.objects.count() == batches


def test_a_late_act_is_forgotten_like_the_others(days, site, later, visit, outreach, now) -> None:
    later(100)
    late = visit(BODY | {"card": CARDS[1]}, at=now)
    actions.record_visit(late, by=outreach, received_at=now + timedelta(days=100))  # its month still has a key
    assert models.Encounter.objects.exclude(person="").count() == 1
    assert sketch.people_in("2026-03", site_id=site.id) == 3
    later(100)  # open: it waits
    sealing.seal_day(now.date() + timedelta(days=100))
    later(101)
    assert not models.Encounter.objects.exclude(person="").exists() and sketch.people_in("2026", site_id=site.id) == 3
    later(120)
    actions.record_visit(visit(BODY | {"card": CARDS[1]}, at=now), by=outreach, received_at=now + timedelta(days=120))
    assert not models.Encounter.objects.exclude(person="").exists()
    assert actions.record_visit(late, by=outreach, received_at=now + timedelta(days=120)).already
    sealing.seal_day(now.date() + timedelta(days=120))
    later(400)
    assert facts.visits_with_exchange(**MARCH) == 11


def test_run_says_what_it_would_do_and_does_nothing_when_dry(days, site, capsys, monkeypatch, now) -> None:
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=400))
    assert retaining.run(json=True, dry_run=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["dry_run"] and told["encounters"] == 10 and models.Encounter.objects.count() == 10
    assert passing.find("month:2026-03")
    assert retaining.run(json=False, dry_run=True) == 0 and "nothing was forgotten" in capsys.readouterr().out
    assert retaining.run(json=False, dry_run=False) == 0 and "10 visits that became counts" in capsys.readouterr().out
    assert verifying.run(json=True) == 0


def test_run_of_an_empty_house_forgets_nothing(db, capsys) -> None:
    assert retaining.run(json=True, dry_run=False) == 0
    assert not any(json.loads(capsys.readouterr().out).values())
