"""The one spelling: what it refuses, and that it is one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.canonical import DEEPEST, LARGEST, LONGEST, canonical, is_plain
from handrail.core.common.refusals import Refused

PLAIN = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20).filter(is_plain)
VALUES = st.recursive(
    st.integers(-LARGEST, LARGEST) | PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN, inner, max_size=4),
    max_leaves=12,
)


def nested(levels: int) -> dict[str, object]:
    value: dict[str, object] = {}
    for _ in range(levels):
        value = {"in": value}
    return value


def test_canonical_sorts_keys_and_writes_no_spaces() -> None:
    assert canonical({"b": [1, "é"], "a": {"d": 2, "c": "x"}}) == '{"a":{"c":"x","d":2},"b":[1,"é"]}'


@given(st.dictionaries(PLAIN, VALUES, max_size=5))
def test_canonical_is_the_same_after_a_journey_through_json(value: dict[str, object]) -> None:
    assert canonical(json.loads(json.dumps(value))) == canonical(value)
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    "value",
    [1.0, 0.5, float("nan"), True, False, None, b"x", 2**53, -(2**53), {1, 2}],
    ids=str,
)
def test_canonical_refuses_what_is_no_integer_text_list_or_mapping(value: object) -> None:
    with pytest.raises(Refused) as refused:
        canonical({"body": [{"amount": value}]})
    assert refused.value.code == "not-canonical"


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "\x07", "\x1b[2J", "\r", "\x85", "e\u0301", "\ud800", "x" * (LONGEST + 1)],
    ids=["NUL", "bell", "escape", "CR", "NEL", "NFD", "lone surrogate", "too long"],
)
def test_canonical_refuses_text_that_cannot_be_kept(text: str) -> None:
    with pytest.raises(Refused):
        canonical({"body": text})


@pytest.mark.parametrize("key", ["a\x00", "e\u0301", "\udfff"], ids=["NUL", "NFD", "lone surrogate"])
def test_canonical_refuses_such_keys_too(key: str) -> None:
    with pytest.raises(Refused):
        canonical({"body": {key: 1}})


def test_canonical_refuses_a_key_that_is_no_text() -> None:
    with pytest.raises(Refused):
        canonical({"body": {1: 1}})


def test_canonical_takes_the_largest_integer_and_the_longest_text() -> None:
    assert canonical({"n": LARGEST, "t": "x" * LONGEST}).startswith('{"n":9007199254740991')


def test_canonical_takes_line_breaks_and_tabs() -> None:
    assert canonical({"t": "a\n\tb"}) == '{"t":"a\\n\\tb"}'


def test_canonical_refuses_nesting_past_its_depth() -> None:
    assert canonical(nested(DEEPEST))
    with pytest.raises(Refused):
        canonical(nested(DEEPEST + 1))


def test_canonical_answers_a_bottomless_value_without_climbing_down() -> None:
    with pytest.raises(Refused):
        canonical(nested(5000))


@pytest.mark.parametrize("text", ["", "é", "نور", "\u200eA\u202eB", "👩\u200d⚕️"])
def test_is_plain_takes_ordinary_text_of_every_script(text: str) -> None:
    assert is_plain(text)
