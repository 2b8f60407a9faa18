"""Two people open a held body, once; a reviewer ends it. Every step is a confidential entry that holds no body."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import held, kinds, models, queries, reviewing
from handrail.core.org import models as org_models
from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock

WHY = ("did-it-happen",)
RAW = "JG7MCT"


@pytest.fixture
def reviewer(add_worker: Any) -> Any:
    """An outside reviewer: this role and no other."""
    return add_worker("noor", "reviewer")


@pytest.fixture
def one(act: Any, take: Any, outreach: Any) -> Any:
    """A held act with a raw card code: an item that is not known."""
    take(act(outreach, {"given": [{"item": "NO-SUCH", "amount": 1}], "card": RAW}))
    return models.Held.objects.get()


def step(about: uuid.UUID, now: Any, why: tuple[str, ...] = ()) -> reviewing.Step:
    return reviewing.Step(uuid.uuid4(), about, now, why)


def ask(row: Any, by: Any, now: Any, **more: Any) -> uuid.UUID:
    told = step(row.id, now, WHY)
    reviewing.ask_to_open(told, by=by, session="hers", received_at=now, **more)
    return told.id


def confirm(asking: uuid.UUID, by: Any, now: Any, session: str = "his") -> Any:
    return reviewing.confirm(step(asking, now), by=by, session=session, received_at=now)


def look(asking: uuid.UUID, by: Any, now: Any) -> Any:
    return reviewing.open_held(step(asking, now), by=by, received_at=now)


def end(row: Any, outcome: str, by: Any, now: Any, *, count: int = 1, why: tuple[str, ...] = (), **more: Any) -> Any:
    draft = reviewing.Resolution(uuid.uuid4(), row.id, now, count, outcome, why, **more)
    return reviewing.resolve(draft, by=by, worker_of=org.worker, received_at=now)


def refused(call: Any, *told: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refusal:
        call(*told, **more)
    return refusal.value.code


def entered() -> list[tuple[str, str]]:
    rows = models.OpenEntry.objects.filter(kind__startswith="journal.").order_by("kind")
    return [(row.kind, row.journal) for row in rows]


# --- Opening ---


def test_two_people_open_a_body_once_and_each_step_is_entered(one, lead, reviewer, now) -> None:
    asking = ask(one, lead, now)
    confirm(asking, reviewer, now)
    assert look(asking, lead, now)["body"]["card"] == RAW
    assert refused(look, asking, lead, now) == "opening-over"
    steps = ["journal.ask_to_open", "journal.confirm_opening", "journal.open_held"]
    assert entered() == [(name, kinds.CONFIDENTIAL) for name in steps]
    assert not models.OpenEntry.objects.filter(stated__contains=RAW).exists()


def test_confirm_is_refused_to_the_one_who_asked_and_to_the_same_session(one, lead, reviewer, now) -> None:
    asking = ask(one, lead, now)
    assert refused(confirm, asking, lead, now) == "second-person-needed"
    assert refused(confirm, asking, reviewer, now, session="hers") == "second-person-needed"
    assert models.Opening.objects.get().confirmed_at is None and len(entered()) == 1


def test_open_held_is_refused_before_the_confirmation_and_to_the_second_person(one, lead, reviewer, now) -> None:
    asking = ask(one, lead, now)
    assert refused(look, asking, lead, now) == "second-person-needed"
    confirm(asking, reviewer, now)
    assert refused(look, asking, reviewer, now) == "second-person-needed"


def test_an_opening_is_over_after_fifteen_minutes(one, lead, reviewer, now) -> None:
    asking = ask(one, lead, now)
    confirm(asking, reviewer, now)
    assert refused(look, asking, lead, now + timedelta(minutes=15)) == "opening-over"
    assert look(asking, lead, now + timedelta(minutes=14))["body"]["card"] == RAW


def test_an_asking_lapses_after_seven_days_and_is_confirmed_once(one, lead, reviewer, add_worker, now) -> None:
    asking = ask(one, lead, now)
    assert refused(confirm, asking, reviewer, now + timedelta(days=7)) == "opening-over"
    confirm(asking, reviewer, now + timedelta(days=6))
    assert refused(confirm, asking, add_worker("sam", "reviewer"), now + timedelta(days=6)) == "opening-over"


def test_ask_to_open_is_refused_while_another_stands_and_not_after(one, lead, reviewer, now) -> None:
    ask(one, lead, now)
    assert refused(ask, one, reviewer, now) == "opening-waits"
    ask(one, reviewer, now + timedelta(days=8))
    assert [str(opening.asked_by) for opening in queries.openings(one.id)] == [str(reviewer.id), str(lead.id)]


@pytest.mark.parametrize("why", [(), ("curious",), ("did-it-happen", "curious")])
def test_ask_to_open_wants_a_reason_from_the_list(one, lead, now, why) -> None:
    told = step(one.id, now, why)
    assert refused(reviewing.ask_to_open, told, by=lead, session="a", received_at=now) == "why-needed"


def test_steps_sent_twice_are_one_step(one, lead, reviewer, now) -> None:
    asked = step(one.id, now, WHY)
    for _ in range(2):
        reviewing.ask_to_open(asked, by=lead, session="hers", received_at=now)
    confirmed = step(asked.id, now)
    for _ in range(2):
        reviewing.confirm(confirmed, by=reviewer, session="his", received_at=now)
    assert len(entered()) == 2
    assert refused(reviewing.confirm, asked, by=reviewer, session="his", received_at=now) == "stale-form"


def test_nobody_else_takes_a_step(one, lead, outreach, add_worker, other_site, reviewer, now) -> None:
    elsewhere = add_worker("kit", "lead", at=other_site)
    asking = ask(one, lead, now)
    for by, code in ((outreach, "not-allowed"), (elsewhere, "held-gone")):
        assert refused(ask, one, by, now) == refused(confirm, asking, by, now) == refused(look, asking, by, now) == code
        assert refused(end, one, "taken", by, now) == code
    assert refused(confirm, uuid.uuid4(), reviewer, now) == refused(end, type(one)(id=uuid.uuid4()), "taken", lead, now)


def test_database_keeps_two_people_apart_and_shows_nothing_unconfirmed(one, now) -> None:
    told = {"held": one, "why": "x", "asked_by": "a", "asked_in": "s", "asked_at": now}
    for wrong in (
        {"confirmed_by": "a", "confirmed_at": now}, {"shown": True}, {"confirmed_by": "b"}, {"confirmed_at": now},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Opening.objects.create(id=uuid.uuid4(), **told, **wrong)


def test_a_device_cannot_review(act, take, lead) -> None:
    assert take(act(lead, {}, kind="journal.resolve_held")).code == "desk-only"


# --- Ending ---


def test_taking_a_held_act_once_what_stood_in_its_way_is_mended(act, take, outreach, lead, site, now) -> None:
    org_models.Role.objects.filter(worker_id=outreach.id).delete()
    told = act(outreach)
    take(told)
    row = models.Held.objects.get()
    still = end(row, "taken", lead, now)
    assert (still.body["count"], still.body["stay"], encounters.Encounter.objects.count()) == (0, 1, 0)
    org_models.Role.objects.create(
        worker_id=outreach.id, site_id=site.id, name="outreach", since=now.date(), granted_by=""
    )
    assert end(row, "taken", lead, now).body["count"] == 1
    assert models.Held.objects.count() == 0 and models.Settled.objects.get().outcome == "taken"
    assert take(told).outcome == "already"
    assert encounters.Encounter.objects.count() == 1 and stock.on_shelf(site.id)[0].balance == -10
    assert models.OpenEntry.objects.get(id=told["id"]).worker == str(outreach.id)


def test_taking_gives_what_still_cannot_be_its_present_reason(act, take, outreach, lead, now) -> None:
    take(act(outreach, {"given": [{"item": "NO-SUCH", "amount": 1}]}) | {"worker": str(uuid.uuid4())})
    row = models.Held.objects.get()
    assert row.reason == "unknown-worker"
    end(row, "taken", lead, now, worker=outreach)
    assert models.Held.objects.get().reason == "unknown-item" and models.Opening.objects.count() == 0


def test_taking_what_came_in_meanwhile_with_another_body_makes_it_a_conflict(act, take, outreach, lead, now) -> None:
    gone, told = act(outreach) | {"worker": str(uuid.uuid4())}, act(outreach, {"asked_for": ["other"]})
    take(gone)
    take(told | {"id": gone["id"]})
    row = models.Held.objects.get()
    end(row, "taken", lead, now, worker=outreach)
    assert models.Held.objects.get().reason == "conflict" and encounters.Encounter.objects.count() == 1
    assert refused(end, row, "taken", lead, now) == "not-this-outcome"


def test_taking_is_signed_by_the_worker_the_reviewer_names(act, take, outreach, lead, now) -> None:
    told = act(outreach) | {"worker": str(uuid.uuid4())}
    take(told)
    end(models.Held.objects.get(), "taken", lead, now, worker=outreach)
    assert models.OpenEntry.objects.get(id=told["id"]).worker == str(outreach.id)


def test_a_named_worker_does_not_stand_in_for_one_who_is_known(act, take, outreach, lead, now) -> None:
    org_models.Role.objects.filter(worker_id=outreach.id).delete()
    take(act(outreach))
    end(models.Held.objects.get(), "taken", lead, now, worker=lead)
    assert models.Held.objects.get().reason == "not-allowed" and encounters.Encounter.objects.count() == 0


def test_taking_a_long_line_takes_a_part_at_a_time(act, take, outreach, lead, now, monkeypatch) -> None:
    monkeypatch.setattr(reviewing, "ACTS_AT_ONCE", 2)
    gone = str(uuid.uuid4())
    for _ in range(3):
        take(act(outreach) | {"worker": gone})
    entry = end(models.Held.objects.first(), "taken", lead, now, count=3, worker=outreach)
    assert (entry.body["count"], entry.body["stay"], models.Held.objects.count()) == (2, 1, 1)


def test_keeping_the_first_destroys_the_second_telling(act, take, outreach, lead, site, now) -> None:
    told = act(outreach)
    other = told | {"body": {"given": [{"item": "SYR-INS-28-1", "amount": 20}]}}
    take(told)
    take(other)
    row = models.Held.objects.get()
    assert refused(end, row, "destroyed", lead, now, why=("was-a-test",)) == "not-this-outcome"
    end(row, "first-kept", lead, now)
    assert take(other).code == "conflict" and models.Held.objects.count() == 0
    assert stock.on_shelf(site.id)[0].balance == -10


def test_destroying_wants_a_reason_and_ends_the_whole_line(act, take, outreach, lead, now) -> None:
    for _ in range(5):
        take(act(outreach, kind_version=9))
    row = models.Held.objects.first()
    assert refused(end, row, "destroyed", lead, now, count=5) == "why-needed"
    entry = end(row, "destroyed", lead, now, count=5, why=("was-a-test",))
    assert entry.body == {
        "what": "window.visit", "reason": "unknown-kind", "day": "2026-03-10", "outcome": "destroyed", "why": "was-a-test",
        "count": 5, "stay": 0,
    }  # fmt: skip
    assert (models.Held.objects.count(), models.Settled.objects.filter(outcome="destroyed").count()) == (0, 5)


def test_resolving_is_refused_when_the_line_is_not_what_was_seen(act, take, outreach, lead, now) -> None:
    for _ in range(2):
        take(act(outreach, kind_version=9))
    assert refused(end, models.Held.objects.first(), "destroyed", lead, now, why=("was-a-test",)) == "held-changed"


def test_resolving_sent_twice_resolves_once(one, lead, now) -> None:
    draft = reviewing.Resolution(uuid.uuid4(), one.id, now, 1, "destroyed", ("broken-sender",))
    told = [reviewing.resolve(draft, by=lead, worker_of=org.worker, received_at=now) for _ in range(2)]
    assert told[0].body == told[1].body and [entry.already for entry in told] == [False, True]


def test_an_opening_goes_with_its_body(one, lead, now) -> None:
    ask(one, lead, now)
    end(one, "destroyed", lead, now, why=("was-a-test",))
    assert models.Opening.objects.count() == 0


def test_what_names_no_site_is_any_reviewers(take, lead, reviewer, outreach, now) -> None:
    take(None)
    row = models.Held.objects.get()
    assert [reviewing.may_review(by, row.site) for by in (lead, reviewer, outreach)] == [True, True, False]
    asking = ask(row, lead, now)
    confirm(asking, reviewer, now)
    assert look(asking, lead, now) is None


def test_steps_are_sealed_with_the_confidential_journal(one, lead, now) -> None:
    from handrail.core.journal import sealing

    ask(one, lead, now)
    sealing.seal_confidential(now.date())
    entry = models.SealedEntry.objects.get(kind="journal.ask_to_open")
    assert json.loads(entry.durable)["body"] == {"held": str(one.id), "why": "did-it-happen"}


@pytest.mark.scenario("trust:27")
def test_a_held_act_with_a_raw_code_is_opened_by_two_and_after_thirty_days_is_a_count_and_a_hash(
    one, lead, reviewer, now, every_cell
) -> None:
    (line,) = queries.held_lines([one.site], most=9)
    assert (line.kind, line.site, line.day, line.reason) == ("window.visit", one.site, now.date(), "unknown-item")
    asking = ask(one, lead, now)
    confirm(asking, reviewer, now)
    look(asking, lead, now)
    assert len(entered()) == 3
    held.expire(now.date() + timedelta(days=30))
    assert models.Held.objects.count() == models.Opening.objects.count() == 0
    left = models.Settled.objects.get()
    assert (left.outcome, left.reason) == ("expired", "unknown-item") and len(bytes(left.digest)) == 32
    assert [cell for cell in every_cell() if RAW in cell or one.act in cell] == []


# --- When ---


def test_act_without_a_time_is_taken_once_a_reviewer_says_when(act, take, outreach, lead, now) -> None:
    take(act(outreach, {"given": [{"item": "COOK", "amount": 1}]}, at=""))
    row = models.Held.objects.get()
    assert row.reason == "time-unknown"
    assert refused(end, row, "taken", lead, now) == "when-needed"
    when = now - timedelta(days=1)
    assert end(row, "taken", lead, now, when=when).body["count"] == 1
    assert encounters.Encounter.objects.get().day == when.date() and not models.Held.objects.exists()


def test_reviewer_cannot_name_a_time_that_cannot_be(act, take, outreach, lead, now) -> None:
    take(act(outreach, {"given": [{"item": "COOK", "amount": 1}]}, at=""))
    row = models.Held.objects.get()
    assert refused(end, row, "taken", lead, now, when=now + timedelta(days=1)) == "date-ahead"
    assert refused(end, row, "taken", lead, now, when=now - timedelta(days=401)) == "date-too-old"
    assert models.Held.objects.get().reason == "time-unknown"


# --- A second person ---


def test_opening_waits_for_everybody_but_the_one_who_asked(one, lead, reviewer, now) -> None:
    def waits(by: Any, at: Any = now, sites: tuple[str, ...] = (one.site,)) -> list[bool]:
        asked = reviewing.waiting_for(by, sites, now=at)
        return [line.asked for line in queries.held_lines([one.site], most=9, asked=asked)]

    assert waits(reviewer) == [False]
    asking = ask(one, lead, now)
    assert (waits(reviewer), waits(lead), waits(reviewer, sites=("",))) == ([True], [False], [False])
    assert waits(reviewer, now + reviewing.ASK_STANDS) == [False]
    confirm(asking, reviewer, now)
    assert waits(reviewer) == [False]
