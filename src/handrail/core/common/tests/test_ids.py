"""Ids: random, or following from another."""

import uuid

import pytest

from handrail.core.common.ids import new_id, parse_id, part_id

ACT = uuid.UUID("5d8f7d3c-0000-4000-8000-000000000001")


def test_new_id_is_random_and_says_nothing_about_when() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000 and {one.version for one in made} == {4}


def test_part_id_follows_from_act_and_part() -> None:
    assert part_id(ACT, "encounter") == part_id(ACT, "encounter")
    assert len({part_id(ACT, "encounter"), part_id(ACT, "given:0"), part_id(new_id(), "encounter")}) == 3


def test_parse_id_reads_an_id() -> None:
    assert parse_id(str(ACT)) == ACT


@pytest.mark.parametrize("text", [None, 5, "", "x", "5d8f", ["5d8f7d3c-0000-4000-8000-000000000001"], ACT])
def test_parse_id_is_none_for_what_is_no_id(text: object) -> None:
    assert parse_id(text) is None
