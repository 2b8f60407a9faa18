"""Quarters and years are the sums of their frozen months, and no release of one gives another's small number away."""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.evidence.indicators.parts import Exact, together
from handrail.evidence.release import freezing, linking, models, queries
from handrail.evidence.release.gate import calendar

from . import programme
from .test_actions import approve, drafted, lasting, numbers, refused

JANUARY = date(2026, 1, 1)
NOW = datetime.fromisoformat("2026-04-10T18:00:00+00:00")
NEXT_YEAR = datetime.fromisoformat("2027-01-10T18:00:00+00:00")


@pytest.fixture
def manager(site: Any) -> Any:
    return lasting("mara", "manager", since=NOW - timedelta(days=20))


@pytest.fixture
def approver(site: Any) -> Any:
    return lasting("otto", "approver", since=NOW - timedelta(days=20))


def come(site: Any, month: int, people: int, *, times: int = 1) -> None:
    """So many people came in a month of 2026, each so often."""
    encounters.Encounter.objects.bulk_create(
        encounters.Encounter(
            id=uuid.uuid4(), site_id=site.id, channel="window", day=date(2026, month, 3), person=f"{month:02}{n:030}",
            served_for=1, services="exchange",
        )
        for n in range(people)
        for _ in range(times)
    )  # fmt: skip


def release(manager: Any, approver: Any, period: str, now: datetime = NOW, **told: Any) -> queries.Draft:
    draft = drafted(
        manager, now, indicator=told.pop("indicator", "visits"), period=period, by=told.pop("by", ("place",))
    )
    approve(draft, approver, now)
    return draft


def test_together_adds_values_and_takes_people_of_the_fullest_month() -> None:
    spans = [{("quay",): Exact(30, 20, 5, 3)}, {("quay",): Exact(10, 4, 6, 2), ("mill",): Exact(2, 1, 2, 0)}]
    assert together(spans) == {("quay",): Exact(40, 20, 11, 5), ("mill",): Exact(2, 1, 2, 0)}


def test_a_quarter_is_the_sum_of_its_frozen_months(site, other_site, manager, approver) -> None:
    for month, people in ((1, 30), (2, 40), (3, 50)):
        come(site, month, people)
        come(other_site, month, people + 60)
    release(manager, approver, "2026-01")
    come(site, 1, 35)  # recorded late: into the next month, as it is frozen
    quarter = drafted(manager, NOW, indicator="visits", period="2026-Q1", by=("place",))
    assert numbers(quarter)["Riverside"] == (30 + 40 + 50 + 35, "")
    assert {row.period for row in models.Snapshot.objects.all()} == {"2026-01", "2026-02", "2026-03", "2026-Q1"}
    approve(quarter, approver, NOW)
    assert queries.released("visits", "2026-Q1", "place").period == "2026-Q1"


def shown(manager: Any, approver: Any, period: str) -> Any:
    """Release a span; return what is told of Riverside, None where it is blank or the span may not leave."""
    try:
        return numbers(release(manager, approver, period))["Riverside"][0]
    except Refused as refusal:
        assert refusal.code in {"would-give-away", "too-few-to-publish"}
        return None


@pytest.mark.parametrize("order", list(permutations(("2026-Q1", "2026-01", "2026-02", "2026-03")))[::5])
def test_a_small_month_cannot_be_worked_out_from_its_quarter_and_the_other_months_in_any_order(
    site, other_site, manager, approver, order
) -> None:
    for month, people in ((1, 30), (2, 40), (3, 4)):  # March is small
        come(site, month, people, times=2)
        come(other_site, month, 90)
    told = {period: shown(manager, approver, period) for period in order}
    assert told["2026-03"] is None
    assert any(told[period] is None for period in ("2026-Q1", "2026-01", "2026-02"))
    assert any(value is not None for value in told.values())


def test_a_year_hangs_together_with_the_quarters_and_months_that_left(site, other_site, manager, approver) -> None:
    for month in range(1, 13):
        come(site, month, 20 + month)
        come(other_site, month, 60)
    release(manager, approver, "2026-Q1", NEXT_YEAR)
    release(manager, approver, "2026-05", NEXT_YEAR)
    year = release(manager, approver, "2026", NEXT_YEAR)
    assert numbers(year)["Riverside"] == (sum(20 + month for month in range(1, 13)), "")
    linked = linking.linked(freezing.freeze("visits", calendar.period("2026-06"), today=NEXT_YEAR.date()))
    assert set(linked.periods) == {"2026", "2026-Q1", *(f"2026-{month:02}" for month in range(1, 13))}
    over_time = linked.tables[-1].axes[0].parents
    assert (over_time["2026-Q1"], over_time["2026-02"], over_time["2026-06"], over_time["2026"]) == (
        "2026",
        "2026-Q1",
        "2026",
        "",
    )


def test_a_month_stands_alone_while_nothing_wider_left(site, manager, approver) -> None:
    for month in (1, 2, 3):
        come(site, month, 30)
    drafted(manager, NOW, indicator="visits", period="2026-Q1", by=("place",))  # drafted, and not let out
    alone = linking.linked(freezing.freeze("visits", calendar.period("2026-02"), today=NOW.date()))
    assert (alone.periods, len(alone.tables)) == (("2026-02",), 1)


def test_a_place_that_was_not_there_yet_is_a_zero_that_everybody_knows(site, other_site, manager, approver) -> None:
    for month in (1, 2, 3):
        come(site, month, 40)
    come(other_site, 3, 50)
    frozen = freezing.freeze("visits", calendar.period("2026-Q1"), today=NOW.date())
    zeros = linking.linked(frozen).zeros
    assert {dict(key)["time"] for key in zeros} == {"2026-01", "2026-02"} and set(zeros.values()) == {0}
    assert all(dict(key)["place"] == "Harbour" for key in zeros)


def test_weeks_make_no_quarter_and_an_open_quarter_is_not_over(site, manager) -> None:
    assert refused(drafted, manager, NOW, indicator="supplies-out", period="2026-Q1").code == "unknown-period"
    assert refused(drafted, manager, NOW, indicator="visits", period="2026-Q2", by=("place",)).code == "period-not-over"
    assert refused(drafted, manager, NOW, indicator="visits", period="2026", by=("place",)).code == "period-not-over"


@pytest.mark.parametrize(("march", "told"), [(30, (30, "")), (4, (None, "held-before"))])
def test_people_of_a_quarter_are_counted_once_and_not_told_where_a_month_is_small(
    site, other_site, add_worker, manager, approver, fresh_keys, march, told
) -> None:
    for first, where, counts in ((0, site, (25, 30, march)), (500, other_site, (40, 40, 40))):
        by = add_worker(f"ash-{where.name}", "outreach", at=where)
        for month, people in enumerate(counts, start=1):
            at = datetime(2026, month, 4, 18, tzinfo=UTC)
            cards = programme.cards(first + people)[first:]  # a card has another pseudonym at each site
            programme.record(where.id, at, [(card, {programme.SYRINGES: 1}) for card in cards], by=by)
    draft = release(manager, approver, "2026-Q1", indicator="participants-seen")
    assert numbers(draft) == {"Riverside": told, "Harbour": (40, "")}  # never the sum of months, nor of places
