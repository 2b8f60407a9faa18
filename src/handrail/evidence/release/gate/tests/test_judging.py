"""What may not be shown, by contributors and not by rows."""

import pytest

from handrail.evidence.release.gate import judging, tables
from handrail.evidence.release.gate.judging import DOMINATED, SMALL, Judged, Rule
from handrail.evidence.release.gate.tables import Cell, Table

RULE = Rule(11)
PLACE, KIND = tables.flat("place", ["a", "b"], tells=False), tables.flat("kind", ["x", "y"])


def people(axis: tables.Axis, *values: int) -> Table:
    return tables.people_table([axis], {(node,): value for node, value in zip(axis.parents, values, strict=True)})


@pytest.mark.parametrize(
    ("value", "move"), [(1, 10), (6, 5), (10, 5), (11, -5), (13, -5), (15, -5), (16, None), (0, None)]
)
def test_a_count_is_small_under_the_threshold_and_its_band_and_must_seem_to_lie_on_both_sides(
    value: int, move: int | None
) -> None:
    judged = judging.judge(people(PLACE, value, 200), RULE).get((("place", "a"),))
    assert judged == (Judged(SMALL, move) if move else None)


def test_nobody_and_everybody_of_a_small_group_is_not_told_of_what_says_something_about_them() -> None:
    told = judging.judge(people(KIND, 54, 0), RULE)
    assert told == {(("kind", "y"),): Judged(SMALL, 11)}
    assert judging.judge(people(KIND, 55, 0), RULE) == {}
    assert judging.judge(people(PLACE, 54, 0), RULE) == {}
    assert judging.judge(people(KIND, 0, 0), RULE) == {}


def test_of_a_group_that_is_hidden_itself_no_zero_is_shown() -> None:
    assert set(judging.judge(people(PLACE, 7, 0), RULE)) == {(("place", "a"),), (("place", "b"),), ()}


def amount(value: int, contributors: int, largest: int | None) -> Judged | None:
    table = Table((), {(): Cell(value, contributors, largest)}, people=False)
    return judging.judge(table, RULE).get(())


def test_an_amount_needs_contributors_not_units() -> None:
    assert amount(4_000, 15, 300) == Judged(SMALL, 30)
    assert amount(4_000, 15, None) == Judged(SMALL, 400)
    assert amount(4_000, 16, 300) is None
    assert amount(0, 0, None) is None


@pytest.mark.parametrize(
    ("largest", "dominated"), [(900, True), (400, False), (492, True), (470, False), (None, False)]
)
def test_an_amount_is_dominated_when_the_second_could_work_out_the_largest_to_within_p_percent(
    largest: int | None, dominated: bool
) -> None:
    """1,000 units of 30 people: the second largest may have given all but one of the rest, so 28 units cover the largest."""
    judged = amount(1_000, 30, largest)
    assert (judged is not None and judged.why == DOMINATED) == dominated


def test_an_amount_whose_second_is_known_is_judged_by_it() -> None:
    table = Table((), {(): Cell(1_000, 30, 492, 40)}, people=False)
    assert judging.judge(table, RULE) == {}


def test_own_part_is_what_the_largest_knows_of_a_cell() -> None:
    assert [judging.own_part(cell) for cell in (Cell(9, 3, 5), Cell(9, 3), Cell(0, 0), Cell(4, 4, 1))] == [5, 1, 0, 1]
