"""What a visit may say."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import rules

AT = datetime(2026, 3, 10, 18, tzinfo=UTC)


def draft(**told: Any) -> rules.Visit:
    plain: dict[str, Any] = {
        "id": uuid.uuid4(),
        "site_id": uuid.UUID(int=1),
        "at": AT,
        "parts": {"exchange": 1},
        "body": {"given": []},
    }
    return rules.Visit(**(plain | told))


def code(call: object, *told: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)  # type: ignore[operator]  # the case is any callable
    return refused.value.code


@pytest.mark.parametrize("value", [1, 500])
def test_check_served_for_takes_one_person_to_a_crowd(value) -> None:
    assert rules.check_served_for(value) == value


@pytest.mark.parametrize("value", [0, -1, 501, 10**9, True, "2", 2.0, None, []])
def test_check_served_for_refuses_the_rest(value) -> None:
    assert code(rules.check_served_for, value) == "bad-amount"


def test_check_visit_refuses_one_that_says_nothing() -> None:
    assert code(rules.check_visit, draft(parts={})) == "nothing-to-save"


def test_check_visit_refuses_a_time_that_is_too_exact() -> None:
    assert code(rules.check_visit, draft(at=AT + timedelta(seconds=1))) == "too-exact"


def test_check_demo_takes_fifty_and_no_more() -> None:
    rules.check_demo(visits=249, seeded=200)
    rules.check_demo(visits=10_000, seeded=None)
    assert code(rules.check_demo, visits=250, seeded=200) == "demo-full"


def test_stated_holds_a_month_pseudonym_and_never_the_cards() -> None:
    assert draft().stated.body == {"given": [], "served_for": 1}
    assert draft(pseudonym="p").stated.body == draft().stated.body
    assert draft(pseudonym="p", person="q").stated.body == {"given": [], "served_for": 1, "person": "q"}


def test_repr_of_a_visit_does_not_tell_its_body() -> None:
    assert "given" not in repr(draft())
