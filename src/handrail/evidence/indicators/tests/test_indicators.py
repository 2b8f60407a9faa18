"""Definitions are whole, figures are exact, intervals are Wilson's."""

import dataclasses
import math
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.evidence.indicators import agreement, catalogue, defined, exact, intervals, syringes
from handrail.services.drugchecking.tests.factories import make_batch, make_sample, make_site, save
from handrail.services.exchange import facts
from handrail.services.exchange.facts import ItemOut

SPAN: dict[str, Any] = {"since": date(2026, 11, 1), "until": date(2026, 12, 1)}


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (1903, 3101, (61.4, 59.6, 63.1)),  # drug checking reference, section 4
        (1198, 1198 + 3240, (27.0, 25.7, 28.3)),
        (1198, 1198 + 3241, (27.0, 25.7, 28.3)),
        (81, 263, (30.8, 25.5, 36.6)),  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (0, 20, (0.0, 0.0, 16.1)),
        (20, 20, (100.0, 83.9, 100.0)),
    ],
)
def test_wilson_gives_the_published_figures(part: int, whole: int, told: tuple[float, float, float]) -> None:
    share = intervals.wilson(part, whole)
    assert tuple(round(100 * value, 1) for value in (share.value, share.low, share.high)) == told


@given(whole=st.integers(1, 10**6), part=st.integers(0, 10**6))
def test_wilson_solves_the_score_equation_and_holds_the_figure(whole: int, part: int) -> None:
    share = intervals.wilson(min(part, whole), whole)
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
    for bound in (share.low, share.high):
        if 0 < bound < 1:
            score = (share.value - bound) ** 2 * whole
            assert math.isclose(score, intervals.Z_95**2 * bound * (1 - bound), rel_tol=1e-6, abs_tol=1e-9)


@pytest.mark.parametrize(("part", "whole"), [(-1, 3), (4, 3), (0, 0)])
def test_wilson_refuses_what_is_no_share(part: int, whole: int) -> None:
    with pytest.raises(ValueError, match="share"):
        intervals.wilson(part, whole)


@pytest.mark.parametrize("name", sorted(catalogue.CATALOGUE))
def test_every_definition_says_all_that_is_printed_with_it(name: str) -> None:
    one = catalogue.CATALOGUE[name]
    assert one.id == name
    assert one.version >= 1
    assert str(one.not_for).startswith("Not for ")
    assert all(str(getattr(one, field)) for field, _ in catalogue.FIELDS)


def test_as_markdown_lists_every_definition_and_whether_it_is_counted() -> None:
    page = catalogue.as_markdown()
    assert page == catalogue.as_markdown()
    assert (
        "| [Syringes given out, as sets](indicators/syringes-out.md) | 1 | sets | released by month, quarter, year |"
        in page
    )
    assert "declared; waits for referrals" in page
    assert all(f"indicators/{name}.md" in page for name in catalogue.CATALOGUE)


def test_pages_say_each_definition_whole() -> None:
    told = catalogue.pages()
    assert set(told) == set(catalogue.CATALOGUE)
    for name, page in told.items():
        assert f"`{name}`, version " in page
        assert page.count("| Not for | Not for ") == 1
    assert "| Released | by week, divided by place; kind; place and kind |" in told["supplies-out"]


def test_a_definition_must_say_what_it_is_not_for() -> None:
    with pytest.raises(ValueError, match="syringes-out"):
        dataclasses.replace(defined.SYRINGES_OUT, not_for="")


def test_what_is_counted_or_released_waits_for_nothing_and_what_waits_is_not_released() -> None:
    for one in catalogue.CATALOGUE.values():
        assert bool(one.grid) == bool(one.tables)
        assert not (one.waits_for and one.tables)
    assert {one.id for one in catalogue.CATALOGUE.values() if one.tables} == set(exact.SOURCES)
    for name, (axes, _) in exact.SOURCES.items():
        assert all(set(table) <= set(axes) for table in catalogue.CATALOGUE[name].tables)


def test_sets_out_counts_syringes_and_barrels_and_no_separate_needle(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def items_out(**span: Any) -> list[ItemOut]:
        asked.update(span)
        return [
            ItemOut("fixed", "syringes", 1, 30),
            ItemOut("barrel", "syringes", 1, 12),
            ItemOut("needle", "needles", 0, 90),
        ]

    monkeypatch.setattr(facts, "items_out", items_out)
    assert syringes.sets_out(**SPAN) == 42
    assert asked == {**SPAN, "site_id": None}


@pytest.mark.parametrize(("told", "contributors"), [((0, 0), 0), ((0, 400), 1), ((9, 400), 9), ((12, 0), 12)])
def test_contributors_take_all_visits_without_a_code_for_one_person(
    monkeypatch: pytest.MonkeyPatch, told: tuple[int, int], contributors: int
) -> None:
    monkeypatch.setattr(facts, "contributors", lambda **_: told)
    assert syringes.contributors(**SPAN) == contributors


@pytest.mark.django_db
def test_sets_out_and_contributors_are_zero_where_nothing_was_recorded() -> None:
    assert (syringes.sets_out(**SPAN), syringes.contributors(**SPAN)) == (0, 0)


@pytest.mark.django_db
def test_strip_ftir_tells_both_outcomes_of_the_strip() -> None:
    site = make_site()
    batch = make_batch(site.id)
    pairs = [(True, True)] * 3 + [(True, False)] * 2 + [(False, True)] + [(False, False)] * 4 + [(False, None)]
    save(*(make_sample(site.id, batch, n=n, strip=strip, ftir=ftir) for n, (strip, ftir) in enumerate(pairs)))
    told = agreement.strip_ftir()
    assert (told.reacted, told.did_not_react) == ((3, 2), (1, 4))
    assert (told.source, told.licence) == ("DrugCheckingBC/nn-fentanyl-prediction", "MIT")
