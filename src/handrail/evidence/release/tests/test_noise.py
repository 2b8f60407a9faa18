"""Noise by cell key, chosen at the draft: the same people are moved alike, what is blank stays blank, and the ledger knows the exact numbers."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from handrail.evidence.release import actions, ledger, models, queries, rules, writers

from .test_actions import approve, lasting, numbers, refused
from .test_quarters import NOW, come


@pytest.fixture
def manager(site: Any) -> Any:
    return lasting("mara", "manager", since=NOW - timedelta(days=20))


@pytest.fixture
def approver(site: Any) -> Any:
    return lasting("otto", "approver", since=NOW - timedelta(days=20))


def draft(by: Any, *axes: str, indicator: str = "visits", period: str = "2026-01", noise: bool = True) -> queries.Draft:
    told = rules.NewRelease(uuid.uuid4(), indicator, period, axes, NOW, noise)
    actions.draft_release(told, by=by, session="s1", received_at=NOW)
    return queries.draft(told.id)


def exact(site: Any, other: Any) -> dict[str, int]:
    come(site, 1, 40)
    come(other, 1, 60)
    return {"Riverside": 40, "Harbour": 60, "all": 100}


def test_each_number_is_moved_by_at_most_five_and_the_table_says_so(site, other_site, manager, approver) -> None:
    told = exact(site, other_site)
    one = draft(manager, "place")
    moved = {name: value for name, (value, _) in numbers(one).items() if value is not None}
    assert set(moved) == set(told) and all(abs(moved[name] - told[name]) <= 5 for name in told) and moved != told
    assert one.published.noise == 5 and writers.about(one.published)["noise_at_most"] == 5
    approve(one, approver, NOW)  # cut anew, and moved alike
    assert queries.released("visits", "2026-01", "place").numbers == one.published.numbers


def test_the_same_people_are_moved_alike_in_every_table_and_draft(site, other_site, manager) -> None:
    exact(site, other_site)
    first, again = draft(manager, "place"), draft(manager, "place", "code")
    assert numbers(first) == numbers(draft(manager, "place"))
    assert numbers(again)["Riverside/all"] == numbers(first)["Riverside"]
    quarter = draft(manager, "place", period="2026-Q1")  # in which nobody else came
    assert numbers(quarter) == numbers(first)


def test_noise_shows_nothing_that_is_blank_without_it(site, other_site, manager) -> None:
    come(site, 1, 4)
    come(other_site, 1, 60)
    blank = {
        where: why for where, (value, why) in numbers(draft(manager, "place", noise=False)).items() if value is None
    }
    assert blank == {where: why for where, (value, why) in numbers(draft(manager, "place")).items() if value is None}
    assert blank["Riverside"] == "small"


def test_a_plain_table_beside_a_noised_one_is_cut_as_if_the_exact_numbers_were_known(
    site, other_site, manager, approver
) -> None:
    come(site, 1, 4)
    come(other_site, 1, 60)
    first = draft(manager, "place", "code")
    assert numbers(first)["all/all"][0] not in {None, 64}  # moved
    approve(first, approver, NOW)
    (past,) = ledger.past("visits", ["2026-01"])
    assert past.printed[("time", "2026-01"),] == 64
    assert refused(draft, manager, "place", noise=False).code == "would-give-away"  # with 64 known, 60 would tell the 4


def test_amounts_are_not_noised(site, manager) -> None:
    assert refused(draft, manager, "place", indicator="syringes-out").code == "no-noise-here"
    assert not models.Snapshot.objects.exists()
