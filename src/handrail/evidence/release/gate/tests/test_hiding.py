"""What is hidden cannot be worked out, what is shown is right, and the choice is one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.core.common.refusals import Refused
from handrail.evidence.release.gate import attacker, hiding, system, tables
from handrail.evidence.release.gate.judging import SMALL, Rule
from handrail.evidence.release.gate.system import Outside
from handrail.evidence.release.gate.tables import Cell, Key, Table

from .invented import table

RULE = Rule(11)


def chosen(told: Table, **more: object) -> hiding.Pattern:
    return hiding.choose(system.build([told], rule=RULE, **more))


def crosses(pattern: hiding.Pattern) -> None:
    """Assert the promise of every hidden cell, by the attacker's intervals."""
    for one in attacker.intervals(pattern.system, pattern.hidden):
        value = pattern.system.value[one.place]
        assert one.low <= value <= one.high
        assert one.width >= 5
        if pattern.system.sensitive[one.place]:
            assert one.low < 11 <= one.high


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(4, 3), (6, 4), (3, 3, 3)]), st.sampled_from([15, 40, 120]))
def test_no_hidden_cell_is_narrow_and_every_shift_is_a_proof(seed: int, sizes: tuple[int, ...], mean: int) -> None:
    try:
        pattern = chosen(table(*sizes, mean=mean, seed=seed, tells=seed % 2 == 0))
    except hiding.CannotHide:
        return
    assert hiding.unsound(pattern) == []
    assert hiding.audit(pattern) == ()
    crosses(pattern)
    assert (pattern.hidden | ~pattern.system.sensitive).all()


def test_the_same_table_gives_the_same_choice() -> None:
    first, again = (chosen(table(8, 6, mean=60, seed=4)) for _ in range(2))
    assert (first.hidden == again.hidden).all()
    assert first.lost == again.lost


def test_a_table_without_small_cells_is_shown_whole() -> None:
    pattern = chosen(table(4, 4, mean=4000, seed=1))
    assert not pattern.hidden.any()
    assert pattern.lost == 0


def test_a_lone_small_cell_is_shielded_and_the_shield_says_for_whom() -> None:
    rows, columns = tables.flat("row", ["r", "s"], tells=False), tables.flat("column", ["c", "d"], tells=False)
    told = tables.people_table([rows, columns], {("r", "c"): 4, ("r", "d"): 60, ("s", "c"): 70, ("s", "d"): 900})
    pattern = chosen(told)
    small, shields = (
        key(row="r", column="c"),
        [key(row="r", column="d"), key(row="s", column="c"), key(row="s", column="d")],
    )
    assert pattern.why(small) == SMALL
    assert [pattern.why(one) for one in shields] == ["shield"] * 3
    assert all(pattern.shields(one) == [small] for one in shields)
    assert pattern.why(()) == pattern.why(key(row="r")) == ""


def test_no_shield_is_hidden_for_nothing() -> None:
    for seed in range(4):
        pattern = chosen(table(8, 6, mean=60, seed=seed))
        for place in np.flatnonzero(pattern.hidden & ~pattern.system.sensitive):
            hidden = pattern.hidden.copy()
            hidden[place] = False
            low, high = attacker.widest_known(pattern.system, hidden, hidden)
            assert attacker.in_doubt(pattern.system, low, high)[hidden].any()


def test_what_is_printed_elsewhere_stays_known_and_shields_nothing() -> None:
    told = table(6, 4, mean=60, seed=3)
    free = chosen(told)
    shield = next(k for k in free.system.keys if free.why(k) == "shield")
    pattern = chosen(told, outside=Outside({shield: told.cells[shield].value}))
    assert pattern.why(shield) == ""
    crosses(pattern)


def test_what_was_held_back_before_is_held_back_again_at_no_loss() -> None:
    told = table(4, 4, mean=4000, seed=1)
    held = key(axis0="0.1", axis1="1.2")
    pattern = chosen(told, outside=Outside({}, frozenset([held])))
    assert pattern.why(held) == hiding.HELD_BEFORE
    assert pattern.lost == 0


def test_a_small_cell_whose_sums_are_all_printed_cannot_be_hidden() -> None:
    axis = tables.flat("part", ["old", "rest"], tells=False)
    told = tables.people_table([axis], {("old",): 40, ("rest",): 4})
    with pytest.raises(hiding.CannotHide) as caught:
        chosen(told, outside=Outside({(): 44, key(part="old"): 40}))
    assert caught.value.cells == (key(part="rest"),)


def test_a_rate_that_is_printed_narrows_what_can_be_hidden() -> None:
    axis = tables.flat("part", ["a", "b", "c"], tells=False)
    told = tables.people_table([axis], {("a",): 4, ("b",): 60, ("c",): 70})
    pattern = chosen(told, rates={key(part="b"): (58, 62)})
    assert pattern.why(key(part="c")) == "shield"
    with pytest.raises(hiding.CannotHide):
        chosen(
            told,
            rates={key(part=part): (value, value + 1) for part, value in (("b", 60), ("c", 70))} | {(): (134, 134)},
        )


def test_amounts_are_kept_p_percent_away() -> None:
    axis = tables.flat("site", ["a", "b", "c"], tells=False)
    cells = {
        (): Cell(9_000, 90, 700), key(site="a"): Cell(4_000, 9, 700), key(site="b"): Cell(2_000, 40, 100),
        key(site="c"): Cell(3_000, 41, 100),
    }  # fmt: skip
    pattern = chosen(Table((axis,), cells, people=False))
    low, high = next(
        (one.low, one.high)
        for one in attacker.intervals(pattern.system, pattern.hidden)
        if pattern.system.keys[one.place] == key(site="a")
    )
    assert pattern.why(key(site="a")) == SMALL
    assert high - 4_000 >= 70
    assert low >= 700  # the largest contributor knows their own part


def test_unprinted_cells_are_only_kept_when_they_are_small() -> None:
    axis = tables.flat("week", ["1", "2", "3"], tells=False)
    told = tables.people_table([axis], {("1",): 40, ("2",): 50, ("3",): 4})
    offered = {(), key(week="1")}
    pattern = chosen(told, offered=offered)
    assert pattern.why(key(week="2")) == hiding.UNPRINTED
    assert pattern.why(key(week="3")) == SMALL
    crosses_small = [
        one for one in attacker.intervals(pattern.system, pattern.hidden) if pattern.system.sensitive[one.place]
    ]
    assert all(one.low < 11 <= one.high for one in crosses_small)


def test_a_table_that_does_not_add_up_never_reaches_the_gate() -> None:
    axis = tables.flat("part", ["a", "b"])
    with pytest.raises(Refused, match="margins-do-not-add-up"):
        system.build(
            [Table((axis,), {(): Cell(9, 9), key(part="a"): Cell(4, 4), key(part="b"): Cell(4, 4)})], rule=RULE
        )


def test_an_unsound_shift_is_named() -> None:
    pattern = chosen(table(6, 4, mean=60, seed=3))
    place = np.flatnonzero(pattern.hidden)[:1]
    pattern.shifts.append(hiding.Shift(place, pattern.system.value[place] + 1))
    assert len(hiding.unsound(pattern)) == 1


def key(**where: str) -> Key:
    return tables.key_of(where)
