"""Seen first, then entered; exactly once, also when two send the same act at once."""

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from handrail.core import journal
from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker
from handrail.core.encounters import actions, models
from handrail.core.journal import entering
from handrail.core.journal.models import OpenEntry
from handrail.core.supplies import queries as stock

ASH = Worker(uuid.uuid4(), "ash")


@pytest.fixture
def stated(now: Any) -> Callable[..., Stated]:
    """What was stated, of any body."""

    def make(body: dict[str, Any] | None = None, act_id: uuid.UUID | None = None) -> Stated:
        return Stated(act_id or uuid.uuid4(), "window.visit", 1, uuid.UUID(int=1), now, body or {"served_for": 1})

    return make


def test_seen_is_none_for_a_new_act(db, stated) -> None:
    assert journal.seen(stated()) is None


def test_seen_returns_the_first_answer(db, stated, now) -> None:
    told = stated()
    entered = journal.enter(told, by=ASH, day=now.date())
    again = journal.seen(told)
    assert not entered.already and again == replace(entered, already=True)
    assert (again.body, again.at, again.worker) == ({"served_for": 1}, now, str(ASH.id))


@pytest.mark.parametrize("field", ["body", "kind", "site_id", "at"])
def test_seen_raises_a_conflict_when_anything_stated_differs(db, stated, now, field) -> None:
    told = stated()
    journal.enter(told, by=ASH, day=now.date())
    others = {
        "body": {"served_for": 2},
        "kind": "window.undo",
        "site_id": uuid.UUID(int=2),
        "at": now + timedelta(minutes=15),
    }
    with pytest.raises(Conflict) as conflict:
        journal.seen(replace(told, **{field: others[field]}))
    assert (conflict.value.act_id, conflict.value.code) == (told.id, "conflict")


def test_seen_refuses_what_is_not_canonical_before_anything_is_asked_of_it(db, stated) -> None:
    with pytest.raises(Refused) as refused:
        journal.seen(stated({"item": "A\x00"}))
    assert refused.value.code == "not-canonical"


def test_find_knows_open_acts_and_no_others(db, stated, now) -> None:
    told = stated()
    journal.enter(told, by=ASH, day=now.date())
    assert journal.find(told.id).kind == "window.visit"
    assert journal.find(uuid.uuid4()) is None


def test_enter_again_is_a_lost_race(db, stated, now) -> None:
    told = stated()
    journal.enter(told, by=ASH, day=now.date())
    with pytest.raises(journal.Raced):
        journal.enter(told, by=ASH, day=now.date())


def test_enter_many_again_is_a_lost_race(db, stated, now) -> None:
    told = stated()
    journal.enter_many([(told, now.date())], by=ASH)
    with pytest.raises(journal.Raced):
        journal.enter_many([(told, now.date())], by=ASH)


def test_sort_out_divides_known_from_fresh_and_keeps_each_once(visit, outreach, now) -> None:
    old, new = visit(), visit()
    actions.record_visit(old, by=outreach, received_at=now)
    known, fresh = journal.sort_out([new, old, new])
    assert set(known) == {old.id} and fresh == [new]


def test_sort_out_raises_a_conflict_within_a_batch(visit) -> None:
    first = visit()
    with pytest.raises(Conflict):
        journal.sort_out([first, visit({"given": [{"item": "SYR-INS-28-1", "amount": 11}]}, act_id=first.id)])


def test_one_act_looks_again_when_another_sender_was_faster(db, stated, now, monkeypatch) -> None:
    told, looks = stated(), []

    @journal.one_act
    def act(draft: Stated) -> Any:
        looks.append(journal.seen(draft) if looks else None)  # the first look comes before the other sender commits
        if looks[-1]:
            return looks[-1]
        journal.enter(draft, by=ASH, day=now.date())
        raise AssertionError

    journal.enter(told, by=ASH, day=now.date())
    assert act(told).already and len(looks) == 2


def test_one_act_leaves_nothing_behind_when_it_is_refused(db, stated, now) -> None:
    @journal.one_act
    def act(draft: Stated) -> Any:
        journal.enter(draft, by=ASH, day=now.date())
        raise Refused("not-allowed")

    with pytest.raises(Refused):
        act(stated())
    assert OpenEntry.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_one_act_counts_once_when_many_send_it_at_once(visit, outreach, now, site) -> None:
    draft, entries, start = visit(), [], threading.Barrier(6)

    def send() -> None:
        try:
            start.wait()
            entries.append(actions.record_visit(draft, by=outreach, received_at=now))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(entry.already for entry in entries) == [False] + [True] * 5
    assert models.Encounter.objects.count() == 1
    assert [row.balance for row in stock.on_shelf(site.id)] == [-10]


@pytest.mark.django_db(transaction=True)
def test_one_act_keeps_one_of_two_tellings_that_race(visit, outreach, now) -> None:
    first = visit()
    drafts = [first, visit({"given": [{"item": "SYR-INS-28-1", "amount": 20}]}, act_id=first.id)]
    told, start = [], threading.Barrier(2)

    def send(draft: Any) -> None:
        try:
            start.wait()
            told.append(actions.record_visit(draft, by=outreach, received_at=now).already)
        except Conflict:
            told.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(draft,)) for draft in drafts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told, key=str) == [False, "conflict"] and models.Encounter.objects.count() == 1


def test_package_offers_its_names_and_no_others() -> None:
    assert journal.enter is entering.enter
    with pytest.raises(AttributeError):
        _ = journal.erase
