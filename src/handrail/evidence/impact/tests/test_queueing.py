"""The queue of a floor: equal to Erlang's formula where that holds, to the library's own simulation where it does not."""

import csv
from pathlib import Path

import numpy as np
import pytest

from handrail.evidence.impact import queueing


@pytest.mark.parametrize(("places", "a_minute", "mean"), [(1, 0.03, 20.0), (5, 0.2, 20.0), (12, 0.5, 20.0)])
def test_simulate_agrees_with_erlangs_formula_where_nobody_leaves(places: int, a_minute: float, mean: float) -> None:
    stays = -np.log1p(-(np.arange(4_000) + 0.5) / 4_000) * mean  # exponential, by its quantiles
    span = 40_000.0  # minutes: long enough that the empty start does not show
    floor = queueing.Floor(places, span, a_minute * span, stays.tolist(), patient=True, swing=0.0)
    told = queueing.simulate(floor, days=1, seed=1)
    exact = queueing.erlang_wait(places=places, arrivals_a_minute=a_minute, mean_stay=float(stays.mean()))
    half = told.mean_wait.high - told.mean_wait.value
    assert abs(told.mean_wait.value - exact) <= 1.5 * half, (told.mean_wait, exact)  # 20 blocks: 3 standard errors
    assert told.left.value == 0 and told.used.value == pytest.approx(100 * a_minute * stays.mean() / places, rel=0.03)


def test_erlang_wait_is_the_closed_form_for_one_place() -> None:
    assert queueing.erlang_wait(places=1, arrivals_a_minute=0.04, mean_stay=20.0) == pytest.approx(0.8 * 20 / (1 - 0.8))
    with pytest.raises(ValueError, match="more come"):
        queueing.erlang_wait(places=1, arrivals_a_minute=0.06, mean_stay=20.0)


@pytest.mark.parametrize("stay", [20, 30, 40])
def test_simulate_agrees_with_the_librarys_own_queue_of_an_insite_like_floor(shared: Path, stay: int) -> None:
    rows = list(csv.DictReader((shared / "data/frontline/scs_queue_results.csv").read_text().splitlines()))
    row = next(one for one in rows if one["site_like"].startswith("Insite") and float(one["mean_stay_min"]) == stay)
    chance = np.random.default_rng(7)
    stays = np.maximum(5, chance.normal(stay, stay / 2, 20_000))
    told = queueing.simulate(queueing.Floor(12, 18 * 60, 514, stays.tolist()), days=4, seed=3)
    assert told.p95_wait.value == pytest.approx(float(row["p95_wait_min_seated"]), rel=0.15)
    assert told.left.value == pytest.approx(float(row["left_before_seat_pct"]), abs=2)


def test_more_places_never_make_waits_longer() -> None:
    stays = [10.0, 20.0, 30.0, 45.0]
    told = [queueing.simulate(queueing.Floor(n, 600, 120, stays), days=5, seed=1) for n in (4, 6, 8)]
    assert [one.p95_wait.value for one in told] == sorted((one.p95_wait.value for one in told), reverse=True)
    assert told[0].left.value > told[-1].left.value


@pytest.mark.parametrize("wrong", [{"places": 0}, {"stays": []}, {"open_minutes": 0.0}, {"days": 0}])
def test_simulate_needs_a_place_a_stay_and_time(wrong) -> None:
    told = {"places": 1, "open_minutes": 60.0, "arrivals": 5.0, "stays": [10.0]} | wrong
    days = told.pop("days", 1)
    with pytest.raises(ValueError, match="a floor needs"):
        queueing.simulate(queueing.Floor(**told), days=days, seed=1)
