"""Nothing leaves but through the gate, nothing small leaves, and what is held back cannot be worked out."""

import ast
import copy
import dataclasses
import pickle
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import handrail
from handrail.core.common.refusals import Refused
from handrail.evidence import release
from handrail.evidence.indicators import agreement, defined
from handrail.evidence.indicators.agreement import Agreement
from handrail.evidence.release import thresholds
from handrail.evidence.release.published import Row

HOUSE = Path(handrail.__file__).parent
REAL = ((1903, 1198), (10, 3240))  # drug checking reference, section 4 and scenario 5


def released(reacted: tuple[int, int], did_not_react: tuple[int, int]) -> release.Published | str:
    """Release this table; return what is published, or the code of the refusal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agreement, "strip_ftir", lambda: Agreement("source", "MIT", reacted, did_not_react))
        try:
            return release.method_agreement()
        except Refused as refusal:
            return refusal.code


def test_method_agreement_shows_the_row_of_strips_that_reacted_in_full() -> None:
    published = released(*REAL)
    assert isinstance(published, release.Published)
    row = published.row("reacted")
    assert (row.counts, row.total, row.held_back) == ((1903, 1198), 3101, False)
    assert row.share
    assert [round(100 * value, 1) for value in (row.share.value, row.share.low, row.share.high)] == [61.4, 59.6, 63.1]


def test_method_agreement_prints_its_definition_source_and_threshold() -> None:
    published = released(*REAL)
    assert isinstance(published, release.Published)
    assert published.definition is defined.STRIP_FTIR_AGREEMENT
    assert (published.threshold, published.period, published.source, published.licence) == (11, "", "source", "MIT")


def test_method_agreement_tells_nothing_of_a_row_with_a_small_cell() -> None:
    published = released(*REAL)
    assert isinstance(published, release.Published)
    assert published.row("did-not-react") == Row("did-not-react")
    for number in ("10", "3240", "3250", "6351", "5143", "81.0", "27.0", "3,250"):
        assert not re.search(rf"\b{re.escape(number)}\b", repr(dataclasses.asdict(published) | {"definition": ""}))


@pytest.mark.parametrize("reacted", [REAL[0], (40, 16)])
@pytest.mark.parametrize("hidden", [0, 1, 5, 10, 11, 13, 15])
def test_an_attacker_who_knows_every_total_cannot_pin_a_hidden_cell(reacted: tuple[int, int], hidden: int) -> None:
    """The attacker knows the rules, the code, the threshold, the row that is shown and the sum of the one that is not.

    They try every value the hidden cell can have and keep those that would have led to the very same page; they even know
    that it is the smaller of the two. What is left must be at least 5 wide and reach to both sides of the threshold.
    """
    total = 3250
    seen = released(reacted, (hidden, total - hidden))
    feasible = [x for x in range(200) if released(reacted, (x, total - x)) == seen]
    assert hidden in feasible
    assert max(feasible) - min(feasible) + 1 >= 5
    assert min(feasible) < thresholds.in_force("strip-ftir-agreement") <= max(feasible)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the gate
@given(table=st.tuples(*(st.tuples(st.integers(0, 40), st.integers(0, 40)) for _ in range(2))))
def test_no_row_that_is_shown_has_a_cell_under_the_threshold(table: tuple[tuple[int, int], tuple[int, int]]) -> None:
    published = released(*table)
    if isinstance(published, str):
        assert published == ("too-few-to-publish" if any(map(sum, table)) else "nothing-to-publish")
        assert all(min(counts) < 16 for counts in table)
    else:
        for row, counts in zip(published.rows, table, strict=True):
            assert row.counts in ((), counts)
            assert row.held_back == (min(counts) < 16) == (row.share is None)


def test_method_agreement_refuses_before_an_import_and_when_everything_is_small() -> None:
    assert released((0, 0), (0, 0)) == "nothing-to-publish"
    assert released((15, 900), (900, 3)) == "too-few-to-publish"


def test_the_highest_threshold_wins() -> None:
    register = (
        *thresholds.REGISTER,
        thresholds.Threshold(20, "a funder", "syringes-out"),
        thresholds.Threshold(5, "a wish", "syringes-out"),
    )
    assert thresholds.in_force("syringes-out") == 11
    assert thresholds.in_force("syringes-out", register=register) == 20
    assert thresholds.in_force("strip-ftir-agreement", register=register) == 11


def test_published_is_made_by_release_alone_and_cannot_be_changed() -> None:
    published = released(*REAL)
    assert isinstance(published, release.Published)
    told = {"definition": published.definition, "columns": (), "rows": (), "period": "", "threshold": 1}
    for door in ({}, {"door": None}, {"door": object()}):
        with pytest.raises(TypeError, match="release"):
            release.Published(**told, **door)
    with pytest.raises(TypeError, match="release"):
        dataclasses.replace(published, rows=(Row("reacted", (1, 2)),))
    with pytest.raises(dataclasses.FrozenInstanceError):
        published.threshold = 1  # type: ignore[misc]  # the promise under test
    assert copy.copy(published) == published
    assert pickle.loads(pickle.dumps(published.rows)) == published.rows  # noqa: S301  -- our own bytes


WRITERS = sorted(name for name in release.__all__ if name.startswith("as_"))


def write(name: str, published: object) -> object:
    """Ask one of release's writers; a feed is written of several tables."""
    writer = getattr(release, name)
    if name in {"as_atom", "as_json_feed"}:
        return writer([published], home="https://x/data/", feed="https://x/data/feed", address=lambda one: "https://x/")
    return writer(published)


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_takes_what_is_published_and_nothing_that_looks_like_it(name: str) -> None:
    published = released(*REAL)
    for other in (dataclasses.asdict(published), SimpleNamespace(**vars(published)), None, "1903"):
        with pytest.raises(TypeError, match="published"):
            write(name, other)


def test_nobody_outside_release_reaches_for_its_door() -> None:
    for file in HOUSE.rglob("*.py"):
        if "release" not in file.relative_to(HOUSE).parts and "tests" not in file.parts:
            names = [
                alias.name
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            ]
            assert "DOOR" not in names, file
