"""Exchange's part of a visit: what it reads, what it refuses, what it moves."""

import uuid
from datetime import date

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.supplies import rules as supplies
from handrail.services.exchange import rules

ACT, SITE, DAY = uuid.UUID(int=7), uuid.UUID(int=1), date(2026, 3, 10)


def code(call: object, told: object) -> str:
    with pytest.raises(Refused) as refused:
        call(told)  # type: ignore[operator]  # the case is any callable
    return refused.value.code


def moved(told: dict[str, object]) -> list[tuple[str, int, str, str]]:
    kinds = ("shelf", "bin", "supplier", "given", "returned", "difference")
    names = {supplies.account_id(SITE, kind): kind for kind in kinds}
    made = rules.moves(rules.parse(told), act_id=ACT, site_id=SITE, day=DAY)
    return [(one.item, one.amount, names[one.source], names[one.target]) for one in made]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"method": "said", "amount": 12}, rules.Return("said", amount=12)),
        ({"method": "container", "item": "SHARPS-P", "fill_percent": 75}, rules.Return("container", item="SHARPS-P", fill_percent=75)),
        ({"method": "weight", "gross_g": 4200, "tare_g": 900}, rules.Return("weight", gross_g=4200, tare_g=900)),
        ({"method": "counted", "item": "SYR-INS-28-1", "amount": 10}, rules.Return("counted", amount=10, item="SYR-INS-28-1")),
    ],
)  # fmt: skip
def test_parse_return_keeps_what_its_method_tells(told, kept) -> None:
    assert rules.parse_return(told) == kept


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, "not-an-act"), ("said", "not-an-act"), ({"method": "vision", "amount": 5}, "not-an-act"), ({"method": [], "amount": 5}, "not-an-act"),
        ({"amount": 5}, "not-an-act"), ({"method": "said"}, "not-an-act"), ({"method": "said", "amount": 5, "who": "x"}, "not-an-act"),
        ({"method": "counted", "item": 5, "amount": 5}, "not-an-act"), ({"method": "said", "amount": 0}, "bad-amount"),
        ({"method": "said", "amount": -1}, "bad-amount"), ({"method": "said", "amount": 10**9}, "bad-amount"),
        ({"method": "container", "item": "SHARPS-P", "fill_percent": 101}, "bad-amount"), ({"method": "weight", "gross_g": 60_000, "tare_g": 1}, "bad-amount"),
        ({"method": "weight", "gross_g": 100, "tare_g": 900}, "bad-weight"),
    ],
)  # fmt: skip
def test_parse_return_refuses(told, why) -> None:
    assert code(rules.parse_return, told) == why


@pytest.mark.parametrize(
    "told",
    [
        {"given": "x"},
        {"given": {}},
        {"returned": 5},
        {"asked_for": [5]},
        {"asked_for": "other"},
        {"asked_for": ["other"] * 41},
    ],
    ids=str,
)
def test_parse_refuses_what_is_no_list_of_lines(told) -> None:
    assert code(rules.parse, told) == "not-an-act"


def test_parse_of_nothing_is_nothing() -> None:
    assert rules.parse({}) == rules.Exchange()


def test_moves_takes_what_was_given_from_the_shelf() -> None:
    assert moved({"given": [{"item": "A", "amount": 3}, {"item": "B", "amount": 2}]}) == [
        ("A", 3, "shelf", "given"),
        ("B", 2, "shelf", "given"),
    ]


def test_moves_puts_what_was_said_into_the_site_bin() -> None:
    assert moved({"returned": [{"method": "said", "amount": 12}]}) == [("USED", 12, "returned", "bin")]


def test_moves_puts_unopened_packs_back_on_the_shelf() -> None:
    assert moved({"returned": [{"method": "counted", "item": "A", "amount": 10}]}) == [("A", 10, "given", "shelf")]


@pytest.mark.parametrize(
    "told",
    [
        {"method": "container", "item": "SHARPS-P", "fill_percent": 75},
        {"method": "weight", "gross_g": 4200, "tare_g": 900},
    ],
    ids=str,
)
def test_moves_invents_no_number_for_a_container_or_a_weight(told) -> None:
    assert moved({"returned": [told], "asked_for": ["other"]}) == []


def test_moves_of_one_act_have_ids_of_their_own_and_the_same_each_time() -> None:
    told = {
        "given": [{"item": "A", "amount": 1}] * 3,
        "returned": [{"method": "counted", "item": "A", "amount": 1}] * 3,
    }
    first, again = (rules.moves(rules.parse(told), act_id=ACT, site_id=SITE, day=DAY) for _ in range(2))
    assert first == again and len({one.id for one in first}) == 6


def test_check_given_refuses_naloxone() -> None:
    rules.check_given({"syringe", "needle"})
    assert code(rules.check_given, {"syringe", "naloxone"}) == "naloxone-apart"
    assert code(rules.check_given, {"syringe", "used"}) == "unknown-item"


def test_parse_takes_what_is_said_once_and_an_asked_item_once() -> None:
    said = {"method": "said", "amount": 5}
    assert code(rules.parse, {"returned": [said, said]}) == "not-an-act"
    assert rules.parse({"asked_for": ["FTS", "other", "FTS"]}).asked_for == ("FTS", "other")
