"""Contributors are people at least, never rows."""

from handrail.evidence.indicators.parts import WHOLE, Exact, Part, above, cells


def coded(who: str, units: int, *, where: tuple[str, ...] = ("quay", "pipe"), month: str = "2026-03") -> Part:
    return Part(where, who, month, 1, units)


def test_cells_sum_over_each_axis_and_count_a_person_once() -> None:
    told = cells([coded("a", 5), coded("a", 2, where=("quay", "bin")), coded("b", 4)])
    assert told["quay", "pipe"] == Exact(9, 2, 5, 4)
    assert told["quay", WHOLE] == Exact(11, 2, 7, 4)
    assert told[WHOLE, WHOLE] == told["quay", WHOLE]
    assert set(told) == set(above(("quay", "pipe"))) | set(above(("quay", "bin")))


def test_visits_without_a_code_may_be_one_heavy_contributor() -> None:
    told = cells([coded("a", 5), Part(("quay",) * 2, "", "2026-03", 400, 900)])[WHOLE, WHOLE]
    assert told == Exact(905, 1, 900, 5)


def test_a_signed_ceiling_says_how_many_people_visits_without_a_code_are_at_least() -> None:
    told = cells([coded("a", 5), Part(("quay",) * 2, "", "2026-03", 401, 900)], ceiling=20)[WHOLE, WHOLE]
    assert (told.contributors, told.largest) == (21, 43)


def test_people_are_told_apart_within_one_month_only() -> None:
    both = [coded(who, 5, month=month) for month in ("2026-02", "2026-03") for who in "abc"]
    assert cells(both)[WHOLE, WHOLE] == Exact(30, 3, 10, 10)
