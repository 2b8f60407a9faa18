"""The rule's arithmetic, its replays of open histories, and what it does when it cannot see."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.evidence.surveillance import (
    MONITORED,
    NOT_MONITORED,
    PUBLIC,
    REFERENCE,
    STALE,
    Series,
    adjusted,
    case_mix,
    interval,
    judge,
    month_after,
    run,
    tail,
)

WORKED = [
    (3, 50, 0, 1000, 1.465e-3),
    (5, 100, 0, 1000, 4.966e-4),
    (12, 100, 20, 1000, 1.783e-4),
    (30, 200, 100, 1000, 0.0628),
]
SMALLEST = {(0, 50): 4, (0, 100): 5, (0, 250): 8, (0, 500): 14, (10, 50): 6, (10, 100): 8, (10, 250): 15, (10, 500): 27,
            (100, 50): 15, (100, 100): 24, (100, 250): 50, (100, 500): 93}  # fmt: skip


@pytest.mark.scenario("drugchecking:10")
def test_the_arithmetic_is_the_worked_one():
    for k, n, k0, n0, expected in WORKED:
        assert float(tail(k, n, k0=k0, n0=n0, weight=0.25)) == pytest.approx(expected, rel=5e-4)
    for (k0, n), smallest in SMALLEST.items():
        chances = tail(np.arange(3, n + 1), n, k0=k0, n0=1000, weight=0.25)
        assert 3 + int(np.argmax(chances < 1e-3)) == smallest
    national = tail(np.arange(0, 130_001, 13), 130_000, k0=2_000, n0=250_000, weight=0.25)
    assert national[0] == 1.0
    assert (national >= 0).all() and (national <= 1).all()
    assert (np.diff(national) <= 0).all()
    assert (
        0 < tail(1_600, 130_000, k0=2_000, n0=250_000, weight=0.25) < 1e-15
    )  # where the usual routine says 0 or noise


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 50))
def test_the_tail_is_a_probability_that_adds_up(kn, k0):
    from scipy.stats import betabinom

    k, n = kn
    theirs = sum(betabinom.pmf(x, n, 0.5 + 0.25 * k0, 0.5 + 0.25 * (200 - k0)) for x in range(k, n + 1))
    assert float(tail(k, n, k0=k0, n0=200, weight=0.25)) == pytest.approx(theirs, rel=1e-8, abs=1e-14)


@pytest.mark.scenario("drugchecking:11")
def test_open_histories_fire_where_the_reference_says(unc, nflis):
    fired = [
        (one.substance, one.month.isoformat()[:7], one.k, one.n, one.k0, one.n0)
        for month in unc[0].months
        for one in run(unc, rule=REFERENCE, month=month)
        if one.fires
    ]
    halves, series = nflis
    two = replace(REFERENCE, baseline=2)

    def when(base: str) -> list[tuple[str, int]]:
        one = series[base]
        return [(half, one.k[i]) for i, half in enumerate(halves) if judge(one, rule=two, watched=1, step=i).fires]

    assert fired == [
        ("methamphetamine", "2022-07", 21, 45, 16, 129),
        ("quinine", "2023-09", 25, 217, 51, 1674),
        ("bromazolam", "2023-12", 10, 64, 88, 2219),
    ]
    fentanyl = when("Fentanyl")
    assert fentanyl[:4] == [("2005 SA2", 282), ("2006 SA1", 957), ("2006 SA2", 2587), ("2013 SA2", 625)]
    assert [half for half, _ in fentanyl[4:]] == [half for half in halves if half > "2013 SA2"]
    assert [count for _, count in fentanyl[-2:]] == [28589, 30619]
    assert when("Xylazine") == [("2016 SA1", 154), ("2016 SA2", 191)]


def test_the_public_rule_on_the_history_it_was_frozen_on(unc):
    """Frozen with ADR 27: change this only together with a new version of the rule."""
    starts = [
        (one.substance, one.month, one.k, one.n, one.k0, one.n0)
        for month in unc[0].months
        for one in run(unc, rule=PUBLIC, month=month)
        if one.starts
    ]

    assert starts == [("methamphetamine", date(2022, 7, 1), 28, 71, 9, 103)]


def _steady(k: int = 0, n: int = 100, months: int = 14, **more) -> Series:
    return Series("xylazine", "expected opioid", date(2024, 1, 1), (k,) * months, (n,) * months, **more)


def test_a_jump_fires_once_and_then_goes_on():
    series = Series("xylazine", "all", date(2024, 1, 1), (0,) * 14 + (6, 6, 7), (100,) * 17)

    told = [judge(series, rule=PUBLIC, watched=16, step=step) for step in range(13, 17)]

    assert [one.fires for one in told] == [False, True, True, True]
    assert [one.starts for one in told] == [False, True, False, False]
    assert (told[1].k, told[1].n, told[1].k0, told[1].n0) == (6, 200, 0, 1200)
    assert told[1].since == date(2025, 2, 1) and told[1].month == date(2025, 3, 1)
    assert told[1].interval == pytest.approx(interval(6, 200))


def test_a_fall_never_fires():
    series = Series("xylazine", "all", date(2024, 1, 1), (40,) * 14 + (0, 0), (100,) * 16)

    assert judge(series, rule=PUBLIC, watched=1, step=15).chance == 1.0


def test_strata_say_what_they_can_see():
    few, many = _steady(n=3), _steady(n=25)
    old = _steady(n=25, last_data=date(2024, 12, 30))

    month = month_after(date(2024, 1, 1), 13)
    told = run([few, many, old], rule=PUBLIC, month=month, as_of=date(2025, 2, 28))

    assert [(one.state, one.n0) for one in told] == [(NOT_MONITORED, 36), (MONITORED, 300), (STALE, 300)]
    assert told[0].chance is None and told[0].adjusted is None


def test_what_is_stale_fires_nothing():
    late = replace(_steady(), k=(0,) * 12 + (9, 9), last_data=date(2024, 12, 1))

    assert not judge(late, rule=PUBLIC, watched=1, step=13).fires


def test_a_new_panel_makes_no_unlabelled_alert():
    """A panel that sees twelve times as much arrives on a day; for a year every month is judged."""
    for day in (date(2025, 3, 1), date(2025, 3, 17)):
        jumped = tuple(1 if month < date(2025, 3, 1) else 12 for month in _steady(months=30).months)
        series = replace(_steady(months=30), k=jumped, changed=(day,))
        told = [judge(series, rule=PUBLIC, watched=16, step=step) for step in range(30)]
        untold = [judge(replace(series, changed=()), rule=PUBLIC, watched=16, step=step) for step in range(30)]

        assert [one.month for one in told if one.fires and not one.may_be_the_method] == []
        assert any(one.fires for one in untold)  # so the test can fail
        assert next(one.month for one in told if one.may_be_the_method) == date(2025, 3, 1)
        assert told[-1].state == MONITORED


def test_a_window_is_incomplete_until_most_results_are_known():
    series = _steady()
    march = date(2025, 3, 10)

    assert judge(series, rule=PUBLIC, watched=1, step=13, lag_days=21, as_of=march).incomplete
    assert not judge(series, rule=PUBLIC, watched=1, step=13, lag_days=9, as_of=march).incomplete


def test_few_contributors_are_marked():
    assert judge(_steady(n=15), rule=PUBLIC, watched=1, step=13).low_n
    assert not judge(_steady(n=20), rule=PUBLIC, watched=1, step=13).low_n


def test_more_series_share_one_budget():
    assert PUBLIC.level(16) == 5e-4
    assert PUBLIC.level(80) == pytest.approx(1.5e-4)
    assert REFERENCE.level(80) == REFERENCE.alpha


def test_what_is_always_about_counts_less_than_what_was_never_here():
    assert PUBLIC.weight_of(0, 300) == pytest.approx(1 / 3)
    assert PUBLIC.weight_of(0, 2400) * 2400 == pytest.approx(400)
    assert PUBLIC.weight_of(480, 2400) * 2400 == pytest.approx(150)


def test_benjamini_hochberg_is_the_published_example():
    """Benjamini and Hochberg 1995, section 4.1: four of fifteen are rejected at 5 %."""
    chances = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]

    values = adjusted(chances[::-1])[::-1]

    assert sum(value <= 0.05 for value in values) == 4
    assert values == sorted(values)
    assert adjusted([]) == []


def test_a_moved_mix_is_told_from_a_moved_share():
    """The services's own lesson: xylazine fell because other samples came."""
    before = {"opioid": (30, 100), "stimulant": (2, 100)}
    now = {"opioid": (15, 50), "stimulant": (3, 150)}

    told = case_mix(now, before)

    assert told.shift == pytest.approx(0.25)
    assert (told.baseline_share, told.share) == (0.16, 0.09)
    assert told.standardised == pytest.approx(0.25 * 0.3 + 0.75 * 0.02)
    assert case_mix({"new": (1, 2)}, before).standardised is None
    with pytest.raises(ValueError, match="no mix"):
        case_mix({}, before)
