"""How often one person comes at most: proposed by one, signed by another, for a time; without it visits without a card are one person's."""

import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from handrail.core.journal import sealing, verify
from handrail.evidence.release import ceilings, models, rules
from handrail.evidence.release.gate import calendar

from . import programme
from .test_actions import WEEK, approve, drafted, lasting, numbers, refused

SINCE, UNTIL = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def manager(site: Any, now: Any) -> Any:
    return lasting("mara", "manager", since=now - timedelta(days=20))


@pytest.fixture
def approver(site: Any, now: Any) -> Any:
    return lasting("otto", "approver", since=now - timedelta(days=20))


def proposal(now: Any, **told: Any) -> rules.NewCeiling:
    one = rules.NewCeiling(uuid.uuid4(), "supplies-out", 2, "counted", SINCE, UNTIL, now)
    return replace(one, **told)


def propose(by: Any, now: Any, **told: Any) -> uuid.UUID:
    draft = proposal(now, **told)
    ceilings.propose_ceiling(draft, by=by, session="s1", received_at=now)
    return draft.id


def sign(ceiling_id: uuid.UUID, by: Any, now: Any, session: str = "s2") -> Any:
    told = rules.SignCeiling(uuid.uuid4(), ceiling_id, now)
    return ceilings.sign_ceiling(told, by=by, session=session, received_at=now)


def in_force(indicator: str = "supplies-out", period: str = WEEK) -> int | None:
    return ceilings.ceiling(indicator, calendar.period(period))


def test_a_ceiling_holds_once_a_second_person_signed_it_for_spans_wholly_inside(manager, approver, now) -> None:
    one = propose(manager, now)
    assert in_force() is None
    sign(one, approver, now)
    assert (in_force(), in_force("visits"), in_force(period="2026-W01"), in_force(period="2027-W01")) == (
        2,
        None,
        None,
        None,
    )
    sign(propose(manager, now, visits=5), approver, now)
    assert in_force() == 5  # the highest wins: it stands for the fewest people
    waits = propose(manager, now, visits=9)
    told = ceilings.ceilings(today=now.date())
    assert told[0].id == waits and {(one.visits, one.signed) for one in told} == {
        (9, None),
        (5, now.date()),
        (2, now.date()),
    }
    assert ceilings.ceilings(today=UNTIL) == []


def test_one_person_signs_no_ceiling_nor_one_screen_nor_a_new_role(manager, approver, now) -> None:
    one = propose(manager, now)
    assert refused(sign, one, manager, now).code == "second-person-needed"
    assert refused(sign, one, approver, now, "s1").code == "second-person-needed"
    assert refused(sign, one, lasting("nina", "approver", since=now), now).code == "role-too-new"
    sign(one, approver, now)
    assert refused(sign, one, approver, now).code == "no-such-draft"
    assert refused(sign, uuid.uuid4(), approver, now).code == "no-such-draft"
    assert refused(ceilings.row, uuid.uuid4()).code == "no-such-draft"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"visits": 0}, "bad-ceiling"), ({"visits": 367}, "bad-ceiling"), ({"until": SINCE}, "bad-ceiling"),
        ({"until": date(2027, 1, 3)}, "bad-ceiling"), ({"since": date(2025, 3, 1), "until": date(2026, 3, 10)}, "bad-ceiling"),
        ({"basis": "a feeling"}, "why-needed"), ({"indicator": "naloxone-saturation"}, "unknown-indicator"),
        ({"indicator": "people"}, "unknown-indicator"), ({"indicator": "visits-with-a-code"}, "unknown-indicator"),
    ],
)  # fmt: skip
def test_a_ceiling_that_says_nothing_is_refused(manager, now, told, code) -> None:
    assert refused(propose, manager, now, **told).code == code
    assert not models.Ceiling.objects.exists()


def test_only_a_manager_proposes_and_a_repeated_act_gets_its_first_answer(manager, approver, lead, now) -> None:
    assert {refused(propose, by, now).code for by in (approver, lead)} == {"not-allowed"}
    draft = proposal(now)
    first, again = (ceilings.propose_ceiling(draft, by=manager, session="s1", received_at=now) for _ in range(2))
    told = rules.SignCeiling(uuid.uuid4(), draft.id, now)
    signed, twice = (ceilings.sign_ceiling(told, by=approver, session="s2", received_at=now) for _ in range(2))
    assert [one.already for one in (first, again, signed, twice)] == [False, True, False, True]
    sealing.seal_confidential(now.date())
    assert verify.verify(today=now.date()).broken is None


def test_visits_without_a_card_stand_for_people_only_under_a_signed_ceiling(
    site, outreach, manager, approver, now
) -> None:
    at = now - timedelta(days=5)
    programme.record(site.id, at, [(None, {programme.SYRINGES: 10})] * 60, by=outreach)
    programme.record(site.id, at, [(card, {programme.BINS: 1}) for card in programme.cards(30)], by=outreach)
    propose(manager, now)  # nobody signed it
    assert refused(drafted, manager, now).code == "would-give-away"
    sign(propose(manager, now), approver, now)
    draft = drafted(manager, now)
    assert numbers(draft) == {"all": (630, ""), "syringe": (600, ""), "disposal": (30, "")}
    assert draft.published.ceiling == 2
    approve(draft, approver, now)
