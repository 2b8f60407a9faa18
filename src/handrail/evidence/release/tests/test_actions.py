"""Two people let a frozen period out; nothing else leaves, and nothing leaves twice."""

import json
import uuid
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.journal import sealing, verify
from handrail.core.org import actions as org
from handrail.core.org import queries as org_queries
from handrail.core.org import rules as org_rules
from handrail.evidence.release import actions, models, queries, rules
from handrail.fronts.console.programme import CONSOLE

from . import programme

WEEK = "2026-W10"  # 2 to 8 March; the tests' day is Tuesday the 10th


def lasting(handle: str, *roles: str, since: datetime, by: Any = CONSOLE) -> Any:
    """Add a worker whose roles hold everywhere since a day."""
    draft = org_rules.NewWorker(uuid.uuid4(), uuid.uuid4(), handle, roles, None, since)
    org.add_worker(draft, password=f"{handle} password long", by=by, received_at=since)
    return org_queries.worker_named(handle)


@pytest.fixture
def manager(site: Any, now: datetime) -> Any:
    return lasting("mara", "manager", since=now - timedelta(days=20))


@pytest.fixture
def approver(site: Any, now: datetime) -> Any:
    return lasting("otto", "approver", since=now - timedelta(days=20))


@pytest.fixture
def week(site: Any, outreach: Any, now: datetime) -> None:
    programme.a_week(site.id, now - timedelta(days=5), by=outreach)


def drafted(
    manager: Any, now: datetime, *, indicator: str = "supplies-out", period: str = WEEK, by: tuple[str, ...] = ("kind",)
) -> queries.Draft:
    draft = rules.NewRelease(uuid.uuid4(), indicator, period, by, now)
    actions.draft_release(draft, by=manager, session="s1", received_at=now)
    return queries.draft(draft.id)


def approve(draft: queries.Draft, by: Any, now: datetime, session: str = "s2") -> Any:
    told = rules.Approve(uuid.uuid4(), draft.id, draft.published.digest, now)
    return actions.approve_release(told, by=by, session=session, received_at=now)


def refused(call: Any, *told: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*told, **more)
    return caught.value


def numbers(draft: queries.Draft) -> dict[str, tuple[Any, str]]:
    return {"/".join(one.where): (one.value, one.why) for one in draft.published.numbers}


def test_draft_release_shows_what_can_be_shown_and_says_why_the_rest_is_blank(week, manager, now) -> None:
    assert numbers(drafted(manager, now)) == {
        "all": (348, ""),
        "disposal": (None, "shield"),
        "smoking": (None, "small"),
        "syringe": (310, ""),
    }


def test_draft_release_names_what_each_shield_is_hidden_for(week, manager, now) -> None:
    assert drafted(manager, now).shields == {("disposal",): (("smoking",),)}


def test_a_draft_is_not_out_until_a_second_person_lets_it_out(week, manager, approver, now) -> None:
    draft = drafted(manager, now)
    assert refused(queries.released, "supplies-out", WEEK, "kind").code == "nothing-to-publish"
    assert [one.id for one in queries.waiting()] == [draft.id]
    approve(draft, approver, now)
    told = queries.released("supplies-out", WEEK, "kind")
    assert told.numbers == draft.published.numbers
    assert (told.released, told.retracted, told.digest) == (now.date(), None, draft.published.digest)
    assert queries.waiting() == []
    (address,) = queries.addresses()
    assert (address.indicator, address.period, address.by, address.retracted) == ("supplies-out", WEEK, "kind", False)


@pytest.mark.scenario("trust:28")
def test_one_manager_two_accounts_one_tablet_cannot_release_and_the_outside_approver_can(
    week, manager, approver, add_worker, now
) -> None:
    draft = drafted(manager, now)
    assert refused(approve, draft, manager, now, "s2").code == "second-person-needed"
    assert (
        refused(approve, draft, approver, now, "s1").code == "second-person-needed"
    )  # another account, the same session
    today = lasting("nina", "manager", since=now)
    assert refused(approve, draft, today, now).code == "role-too-new"
    assert refused(approve, draft, add_worker("robin", "lead"), now).code == "not-allowed"
    approve(draft, approver, now)


def test_who_granted_the_role_cannot_sign_with_its_holder(week, manager, now) -> None:
    operator = replace(manager, grants=manager.grants | {("org.change", None)})
    theirs = lasting("nina", "approver", since=now - timedelta(days=9), by=operator)
    draft = drafted(manager, now)
    assert refused(approve, draft, theirs, now).code == "granted-by-the-other"
    org.change_role(
        org_rules.RoleChange(uuid.uuid4(), theirs.id, "manager", None, True, now),
        by=CONSOLE, received_at=now - timedelta(days=3),
    )  # fmt: skip
    approve(draft, theirs, now)


def test_a_drafter_whose_role_was_granted_today_needs_another_day(week, approver, now) -> None:
    today = lasting("nina", "manager", since=now)
    draft = drafted(today, now)
    assert refused(approve, draft, approver, now).code == "role-too-new"
    approve(draft, approver, now + timedelta(days=1))


def test_drafting_is_for_managers_alone(week, approver, lead, now) -> None:
    assert {refused(drafted, by, now).code for by in (approver, lead)} == {"not-allowed"}


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"period": "2026-W11"}, "period-not-over"),
        ({"period": "2026-02"}, "unknown-period"),
        ({"period": "2026-W54"}, "unknown-period"),
        ({"period": "this week"}, "unknown-period"),
        ({"indicator": "naloxone-saturation"}, "unknown-indicator"),
        ({"indicator": "how-many-people"}, "unknown-indicator"),
        ({"by": ("worker",)}, "unknown-indicator"),
        ({"period": "2026-W09"}, "too-few-to-publish"),
    ],
)
def test_draft_release_refuses_what_is_not_on_the_grid_or_too_small(week, manager, now, told, code) -> None:
    assert refused(drafted, manager, now, **told).code == code
    assert not models.Release.objects.exists()


def test_a_period_is_released_once_for_each_table(week, manager, approver, now) -> None:
    first, second = drafted(manager, now), drafted(manager, now)
    approve(first, approver, now)
    assert refused(approve, second, approver, now).code == "released-before"
    assert refused(drafted, manager, now).code == "released-before"
    assert refused(approve, first, approver, now).code == "no-such-draft"
    assert refused(approve, queries.draft(first.id), approver, now, "s3").code == "no-such-draft"


def test_a_draft_that_was_read_is_the_one_that_leaves(week, manager, approver, now) -> None:
    draft = drafted(manager, now)
    told = rules.Approve(uuid.uuid4(), draft.id, "another", now)
    assert refused(actions.approve_release, told, by=approver, session="s2", received_at=now).code == "draft-changed"


def test_a_repeated_act_gets_its_first_answer(week, manager, approver, now) -> None:
    draft = rules.NewRelease(uuid.uuid4(), "supplies-out", WEEK, ("kind",), now)
    answers = [actions.draft_release(draft, by=manager, session="s1", received_at=now).already for _ in range(2)]
    told = rules.Approve(uuid.uuid4(), draft.id, queries.draft(draft.id).published.digest, now)
    answers += [actions.approve_release(told, by=approver, session="s2", received_at=now).already for _ in range(2)]
    back = rules.Retract(uuid.uuid4(), draft.id, "wrong-source", now)
    answers += [actions.retract_release(back, by=approver, received_at=now).already for _ in range(2)]
    assert answers == [False, True] * 3


def test_what_comes_late_goes_into_the_next_period_and_changes_no_printed_number(
    week, site, outreach, manager, approver, now
) -> None:
    approve(drafted(manager, now), approver, now)
    programme.record(
        site.id, now - timedelta(days=5), [("f" * 32, {programme.SYRINGES: 40})], by=outreach
    )  # late, of W10
    assert refused(drafted, manager, now).code == "released-before"
    programme.a_week(site.id, now, by=outreach, pipes=25)
    later = now + timedelta(days=7)
    draft = drafted(manager, later, period="2026-W11")
    assert numbers(draft)["syringe"] == (310 + 40, "")
    printed = {one.where: one.value for one in queries.released("supplies-out", WEEK, "kind").numbers}
    assert printed["all",] == 348


def test_a_draft_is_cut_anew_beside_what_left_meanwhile(week, manager, approver, now) -> None:
    first, second = drafted(manager, now), drafted(manager, now, by=("place", "kind"))
    approve(first, approver, now)
    assert refused(approve, second, approver, now).code == "drafted-before-another"
    third = drafted(manager, now, by=("place", "kind"))
    assert numbers(third)["all/smoking"] == (None, "small")
    assert numbers(third)["all/disposal"] == (None, "held-before")
    assert numbers(third)["Riverside/syringe"] == (310, "")
    approve(third, approver, now)


def test_retraction_shows_at_the_same_address_and_holds_no_number(week, manager, approver, now) -> None:
    draft = drafted(manager, now)
    told = rules.Retract(uuid.uuid4(), draft.id, "wrong-source", now)
    assert refused(actions.retract_release, told, by=manager, received_at=now).code == "no-such-release"
    approve(draft, approver, now)
    unclear = replace(told, id=uuid.uuid4(), why="a mood")
    assert refused(actions.retract_release, unclear, by=manager, received_at=now).code == "why-needed"
    actions.retract_release(told, by=manager, received_at=now)
    again = replace(told, id=uuid.uuid4())
    assert refused(actions.retract_release, again, by=manager, received_at=now).code == "retracted-before"
    shown = queries.released("supplies-out", WEEK, "kind")
    assert (shown.retracted, shown.why_retracted, shown.numbers) == (now.date(), "wrong-source", ())
    assert queries.addresses()[0].retracted
    assert refused(drafted, manager, now).code == "released-before"  # what was read cannot be unread


def test_each_step_is_in_the_confidential_journal_and_the_ledger_is_append_only(week, manager, approver, now) -> None:
    draft = drafted(manager, now)
    entry = approve(draft, approver, now)
    found = journal.find(entry.id)
    assert found is not None and found.kind == "release.approve" and found.body["digest"] == draft.published.digest
    assert journal.find(draft.id) is not None
    sealing.seal_confidential(now.date())
    assert verify.verify(today=now.date()).broken is None
    for table in (models.Snapshot, models.Release, models.Approval):
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.update(day=now.date())
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.all().delete()


def test_a_snapshot_opens_only_where_it_was_frozen_and_no_small_number_stands_in_clear(
    week, manager, now, every_cell
) -> None:
    drafted(manager, now)
    row = models.Snapshot.objects.get()
    assert b"smoking" not in bytes(row.body)
    assert json.loads(models.Release.objects.get().document)["snapshot"] == row.digest
    from handrail.evidence.release import freezing

    row.id = uuid.uuid4()
    assert refused(freezing.read, row).code == "not-openable"


def test_queries_refuse_what_there_is_not(db) -> None:
    assert refused(queries.draft, uuid.uuid4()).code == "no-such-draft"
    assert refused(queries.row, uuid.uuid4()).code == "no-such-draft"
