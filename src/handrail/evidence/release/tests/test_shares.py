"""Shares leave rounded, where both sides stand for enough people, and are known to the ledger of the counts behind them."""

import csv
import io
import json
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from handrail.core.encounters import models as encounters
from handrail.evidence import release
from handrail.evidence.release import ceilings, layout, ledger, models, printed, queries, rules, sharing
from handrail.evidence.release.gate import rates

from .test_actions import approve, drafted, lasting, refused
from .test_quarters import NOW, come


@pytest.fixture
def manager(site: Any) -> Any:
    return lasting("mara", "manager", since=NOW - timedelta(days=20))


@pytest.fixture
def approver(site: Any) -> Any:
    return lasting("otto", "approver", since=NOW - timedelta(days=20))


@pytest.fixture
def ceiling(manager: Any, approver: Any) -> None:
    """One person without a card comes at most twice a month: sixty visits are thirty people."""
    told = rules.NewCeiling(uuid.uuid4(), "visits", 2, "counted", date(2026, 1, 1), date(2026, 12, 31), NOW)
    ceilings.propose_ceiling(told, by=manager, session="s1", received_at=NOW)
    ceilings.sign_ceiling(rules.SignCeiling(uuid.uuid4(), told.id, NOW), by=approver, session="s2", received_at=NOW)


def without(site: Any, visits: int) -> None:
    encounters.Encounter.objects.bulk_create(
        encounters.Encounter(id=uuid.uuid4(), site_id=site.id, channel="window", day=date(2026, 1, 3), person="", served_for=1, services="exchange")
        for _ in range(visits)
    )  # fmt: skip


def draft(manager: Any, indicator: str = "visits-with-a-code", by: tuple[str, ...] = ("place",)) -> queries.Draft:
    return drafted(manager, NOW, indicator=indicator, period="2026-01", by=by)


def told(one: queries.Draft) -> dict[str, tuple[Any, Any, str]]:
    return {number.where[0]: (number.value, number.step, number.why) for number in one.published.numbers}


def test_a_share_leaves_rounded_and_is_blank_where_one_side_is_small(
    site, other_site, manager, approver, ceiling
) -> None:
    for one, people, visits in ((site, 100, 80), (other_site, 90, 6)):
        come(one, 1, people)
        without(one, visits)
    share = draft(manager)
    assert told(share)["Harbour"] == (None, None, "small")
    value, step, why = told(share)["Riverside"]
    expected = rates.rounded(100, 180, rule=release_rule())
    assert expected and (value, step, why) == (Decimal(str(expected.value)), Decimal(str(expected.step)), "")
    assert abs(value - Decimal(100 * 100) / 180) <= step / 2
    approve(share, approver, NOW)
    out = queries.released("visits-with-a-code", "2026-01", "place")
    lines = list(csv.DictReader(io.StringIO(release.as_csv(out), newline="")))
    assert {line["place"]: (line["percent of visits"], line["rounded_to"]) for line in lines}["Riverside"] == (
        str(value),
        str(step),
    )
    (number,) = [one for one in json.loads(release.as_json(out))["numbers"] if one["where"] == ["Riverside"]]
    assert (number["value"], number["rounded_to"]) == (float(value), float(step))
    assert printed._cell(layout.Shown(value, "", step)) == f"{value} (to {step})" and release.as_pdf(out).startswith(
        b"%PDF"
    )
    assert release.as_xlsx(out).startswith(b"PK")


def release_rule() -> Any:
    from handrail.evidence.release import thresholds

    return thresholds.rule("visits")


def test_without_a_ceiling_visits_without_a_code_may_be_one_person_and_no_share_leaves(
    site, other_site, manager
) -> None:
    for one in (site, other_site):
        come(one, 1, 100)
        without(one, 80)
    assert refused(draft, manager).code == "too-few-to-publish"


def test_a_share_that_left_bounds_the_counts_for_every_later_table(
    site, other_site, manager, approver, ceiling
) -> None:
    for one, people, visits in ((site, 100, 80), (other_site, 90, 70)):
        come(one, 1, people)
        without(one, visits)
    assert sharing.between_of("visits", ("2026-01",)) == {}
    approve(draft(manager), approver, NOW)
    bounds = sharing.between_of("visits", ("2026-01",))
    with_code = ("code", "with a code"), ("place", "Riverside"), ("time", "2026-01")
    low, high = bounds[with_code]
    assert low <= 100 <= high and high - low >= 5
    assert bounds[("code", "no code"), ("place", "Riverside"), ("time", "2026-01")] == (180 - high, 180 - low)
    approve(draft(manager, "visits", ("place", "code")), approver, NOW)  # beside it: nothing is small here
    assert refused(draft, manager).code == "released-before"


def test_the_narrowest_ends_of_several_shares_count() -> None:
    key = (("place", "Quay"),)
    known = [ledger.Past({}, frozenset(), {key: (10, 20)}), ledger.Past({}, frozenset(), {key: (12, 30)})]
    assert ledger.between(known) == {key: (12, 20)}


def test_shares_beside_the_counts_leave_the_small_one_as_unknown_as_it_was(
    site, other_site, manager, approver, ceiling
) -> None:
    for one, people, visits in ((site, 100, 80), (other_site, 100, 6)):
        come(one, 1, people)
        without(one, visits)
    approve(draft(manager, "visits", ("place", "code")), approver, NOW)
    assert ("Harbour", "no code") in {one.where for one in queries.released("visits", "2026-01", "place,code").blanks}
    code = refused(
        draft, manager
    ).code  # of Riverside alone; with the sums it would say how many came to Harbour with no code
    assert code == "would-give-away"
    assert models.Approval.objects.count() == 1
