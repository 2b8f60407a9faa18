"""The arithmetic of the ledger, and what a line may say."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.refusals import Refused
from handrail.core.supplies import rules

SITE, DAY, AT = uuid.UUID(int=1), date(2026, 3, 10), datetime(2026, 3, 10, 18, tzinfo=UTC)
LINES = st.builds(
    rules.Line,
    st.text(min_size=1, max_size=9),
    st.integers(1, rules.MOST_AT_ONCE),
    st.none() | st.uuids(),
    st.sampled_from(["known", "assumed"]),
)


def code(call: object, *told: object, **named: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)  # type: ignore[operator]  # the case is any callable
    return refused.value.code


def count(expected: int, found: int, account: str = "shelf") -> rules.Count:
    return rules.Count(uuid.uuid4(), SITE, AT, account, "A", None, expected, found)


@pytest.mark.parametrize("amount", [1, rules.MOST_AT_ONCE])
def test_check_amount_takes_what_lies_between_its_bounds(amount) -> None:
    assert rules.check_amount(amount) == amount


@pytest.mark.parametrize("amount", [0, -1, 10**9, rules.MOST_AT_ONCE + 1, True, "5", 5.0, None, [5]])
def test_check_amount_refuses_the_rest(amount) -> None:
    assert code(rules.check_amount, amount) == "bad-amount"


@given(LINES)
def test_parse_line_reads_a_line_as_it_was_told(line: rules.Line) -> None:
    lot = {"lot": str(line.lot_id), "lot_basis": line.lot_basis} if line.lot_id else {}
    kept = line if line.lot_id else rules.Line(line.item, line.amount)  # without a lot there is no basis to keep
    assert rules.parse_line({"item": line.item, "amount": line.amount} | lot) == kept


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (None, "not-an-act"), ([], "not-an-act"), ({"item": "A", "amount": 1, "person": "x"}, "not-an-act"), ({"amount": 1}, "not-an-act"),
        ({"item": 5, "amount": 1}, "not-an-act"), ({"item": "A", "amount": 1, "lot_basis": "guessed"}, "not-an-act"),
        ({"item": "A", "amount": 1, "lot_basis": []}, "not-an-act"), ({"item": "A"}, "bad-amount"), ({"item": "A", "amount": -1}, "bad-amount"),
        ({"item": "A", "amount": 10**9}, "bad-amount"), ({"item": "A", "amount": 1, "lot": "A17"}, "unknown-lot"),
        ({"item": "A", "amount": 1, "lot": 17}, "unknown-lot"), ({"item": "A", "amount": 1, "lot": [1]}, "unknown-lot"),
    ],
)  # fmt: skip
def test_parse_line_refuses(told, why) -> None:
    assert code(rules.parse_line, told) == why


@pytest.mark.parametrize("text", ["", "  ", "x" * 41, "a\x00", "a\nb", "e\u0301"])
def test_check_lot_code_refuses_what_cannot_be_a_code(text) -> None:
    assert code(rules.check_lot_code, text) == "bad-lot"


def test_check_lot_code_drops_the_space_around_it() -> None:
    assert rules.check_lot_code(" A17 ") == "A17"


def test_reversed_goes_the_other_way_under_an_id_of_its_own() -> None:
    one = rules.Move(uuid.uuid4(), DAY, "A", None, uuid.UUID(int=2), uuid.UUID(int=3), 5)
    back = one.reversed(uuid.UUID(int=9))
    assert (back.source, back.target, back.amount) == (one.target, one.source, 5) and back.id != one.id
    assert back == one.reversed(uuid.UUID(int=9))


@given(st.integers(-1000, 1000), st.integers(0, 1000))
def test_move_of_a_count_brings_what_was_expected_to_what_was_found(expected: int, found: int) -> None:
    move = count(expected, found).move(DAY)
    here, away = rules.account_id(SITE, "shelf"), rules.account_id(SITE, "difference")
    change = 0 if move is None else move.amount if move.target == here else -move.amount
    assert expected + change == found
    assert move is None or {move.source, move.target} == {here, away}


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (count(0, -1), "bad-amount"), (count(0, 10**9), "bad-amount"), (count(10**12, 0), "bad-amount"), (count(-(10**12), 0), "bad-amount"),
        (count(0, 1, "given"), "unknown-account"), (count(0, 1, "supplier"), "unknown-account"),
    ],
)  # fmt: skip
def test_check_count_refuses(draft, why) -> None:
    assert code(rules.check_count, draft) == why


def test_lot_id_is_the_same_wherever_the_box_arrives() -> None:
    assert rules.lot_id("NAL", "A17") == rules.lot_id("NAL", "A17")
    assert len({rules.lot_id("NAL", "A17"), rules.lot_id("WAT", "A17"), rules.lot_id("NAL", "B02")}) == 3


def test_stated_of_a_delivery_tells_the_last_day_only_where_there_is_one() -> None:
    plain = rules.Delivery(uuid.uuid4(), SITE, AT, "A", 5)
    dated = rules.Delivery(uuid.uuid4(), SITE, AT, "A", 5, "A17", DAY)
    assert plain.stated.body == {"item": "A", "amount": 5, "lot": ""} and plain.lot_id is None
    assert dated.stated.body["expires"] == "2026-03-10" and dated.lot_id == rules.lot_id("A", "A17")


def test_counted_settles_the_unread_line_once_every_lot_was_counted() -> None:
    one, two = (rules.ShelfLine("A", uuid.UUID(int=n), 50, 40) for n in (1, 2))
    unread, other = rules.ShelfLine("A", None, -5, None), rules.ShelfLine("B", None, 9, None)
    assert rules.counted([one, two, unread, other]) == [one, two, rules.ShelfLine("A", None, -5, 0)]
    assert rules.counted([one, replace(two, found=None), unread, other]) == [one]
    assert rules.counted([unread, other]) == []
    assert rules.counted([one, two, replace(unread, found=3)])[2].found == 3
