"""Tables add up, and one that does not is refused with its cells."""

from dataclasses import replace

import pytest

from handrail.core.common.refusals import Refused
from handrail.evidence.release.gate import tables
from handrail.evidence.release.gate.tables import TOTAL, Axis, Cell

PLACE = Axis("place", {"north": TOTAL, "south": TOTAL, "quay": "north", "mill": "north"}, tells=False)
KIND = tables.flat("kind", ["syringe", "pipe"])


def made() -> tables.Table:
    return tables.people_table(
        [PLACE, KIND],
        {("quay", "syringe"): 20, ("mill", "syringe"): 30, ("south", "syringe"): 40, ("south", "pipe"): 5},
        at=(("time", "2026-W10"),),
    )


def at(*pairs: tuple[str, str]) -> tables.Key:
    return tables.key_of([*pairs, ("time", "2026-W10")])


def test_people_table_sums_along_every_axis_and_takes_what_is_not_named_for_zero() -> None:
    cells = made().cells
    assert cells[at()].value == 95
    assert cells[at(("place", "north"))].value == 50
    assert cells[at(("place", "north"), ("kind", "pipe"))] == Cell(0, 0, 0)
    assert cells[at(("kind", "syringe"))] == Cell(90, 90, 1)
    assert len(cells) == 5 * 3


def test_sums_name_each_tie_once_along_its_axis() -> None:
    ties = list(tables.sums(made()))
    assert len(ties) == 5 + 3 * 2  # five places by kind; of three kinds north and the whole
    north = next(tie for tie in ties if tie.whole == at(("place", "north")) and tie.axis is PLACE)
    assert north.parts == (at(("place", "quay")), at(("place", "mill")))


def test_sums_wait_for_parts_that_are_not_there() -> None:
    table = made()
    cells = {key: cell for key, cell in table.cells.items() if key != at(("place", "quay"))}
    assert all(
        tie.whole != at(("place", "north")) or tie.axis is KIND for tie in tables.sums(replace(table, cells=cells))
    )


def test_up_names_what_stands_above() -> None:
    assert list(PLACE.up("quay")) == ["north", TOTAL]
    assert list(Axis("time", {"2026": tables.NO_SUM, "2026-Q1": "2026"}).up("2026-Q1")) == ["2026"]
    assert PLACE.leaves == ("south", "quay", "mill")


def test_a_tree_without_a_whole_has_no_key_for_one() -> None:
    axis = Axis("time", {"2026": tables.NO_SUM, "2026-Q1": "2026"}, tells=False)
    assert tables.every_key([axis]) == [(("time", "2026"),), (("time", "2026-Q1"),)]


def test_check_sums_names_the_cells_that_do_not_add_up() -> None:
    table = made()
    broken = replace(table, cells={**table.cells, at(("place", "north")): Cell(51, 51)})
    with pytest.raises(Refused, match="margins-do-not-add-up") as caught:
        tables.check_sums(broken)
    assert caught.value.facts["cells"] == (
        "2026-W10 = 95, its parts 96; north / 2026-W10 = 51, its parts 50; north / 2026-W10 = 51, its parts 50"
    )
    tables.check_sums(table)


def test_check_sums_names_a_cell_below_zero_and_no_more_cells_than_can_be_read() -> None:
    axis = tables.flat("kind", [f"k{n}" for n in range(12)])
    cells = {key: Cell(-1, 0) for key in tables.every_key([axis])}
    with pytest.raises(Refused, match="negative-cell") as caught:
        tables.check_sums(tables.Table((axis,), cells))
    assert str(caught.value.facts["cells"]).endswith("; and 5 more")


def test_say_key_reads_as_a_place() -> None:
    assert tables.say_key(()) == "all"
    assert tables.say_key(at(("place", "quay"))) == "quay / 2026-W10"
