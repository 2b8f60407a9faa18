"""Family (c): the published falls and treatment rates, and what must hold for any place."""

import math

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact import growing_epidemic as growing
from handrail.evidence.impact import transmission as family

PLACE = family.load()


@pytest.mark.scenario("evidence:4")
def test_vickerman_falls_and_the_united_kingdom_without_coverage():
    for coverage, fall in ((0.2, -13), (0.4, -24), (0.6, -33)):
        ours = run(PLACE, Scenario("v", {"oat": coverage, "nsp": coverage})).value("prevalence_relative_change")
        assert 100 * ours == pytest.approx(fall, abs=1.5)
    uk = run(PLACE, Scenario("uk", {"oat_before": 0.5, "nsp_before": 0.5, "years": 20}))
    assert 100 * uk.value("prevalence_at_end") == pytest.approx(65, abs=3)
    assert uk.figures["prevalence"].values[0] == pytest.approx(0.40, abs=1e-9)


@pytest.mark.scenario("evidence:5")
def test_martin_halving_and_fraser_in_a_growing_epidemic():
    cured = family.library.shipped()["svr_interferon"].estimate
    for prevalence, number in ((0.2, 10), (0.4, 23), (0.6, 42)):
        settings = {"oat": 0.4, "nsp": 0.4, "prevalence": prevalence, "cured": cured}
        assert run(PLACE, Scenario("halve", settings)).value("treatments_that_halve") == pytest.approx(number, rel=0.15)
    place = growing.Growth()
    assert growing.history(place, growing.calibrate(place), until=2015)[2][0] == pytest.approx(0.553, abs=1e-6)
    assert growing.treatments_needed(place, fall=0.9, by=2030, oat=0, nsp=0) == pytest.approx(159, rel=0.15)
    assert growing.treatments_needed(place, fall=0.9, by=2030, oat=0.5, nsp=0.5) == pytest.approx(89, rel=0.15)
    assert growing.treatments_needed(place, fall=0.9, by=2025, oat=0.5, nsp=0.5, of="incidence") == pytest.approx(
        121, rel=0.15
    )


def test_a_growth_that_no_infection_rate_gives_is_refused():
    with pytest.raises(ValueError, match="no infection rate"):
        growing.calibrate(growing.Growth(infection_factor=0.01))


def test_without_change_prevalence_stands_still_and_people_stay():
    result = run(PLACE, Scenario("still", {"oat_before": 0.3, "oat": 0.3, "prevalence": 0.5}))
    assert result.figures["prevalence"].values == pytest.approx(np.full(121, 0.5), abs=1e-9)
    r = family.multipliers("turner")
    flow = family.Flow(np.array([0.2]), r, family.shares(0.2, 0.4), 0.08, 0.26)
    s, c, _ = family.walk(flow, family.shares(0.1, 0.1) * 0.6, family.shares(0.1, 0.1) * 0.4, 10)
    assert s.sum() + c.sum() == pytest.approx(1.0, abs=1e-12)


def test_halving_the_step_moves_nothing():
    r = family.multipliers("turner")
    flow = family.Flow(np.array([0.18]), r, family.shares(0.4, 0.4), 0.081, 0.26)
    ends = [
        family.walk(flow, family.shares(0, 0) * 0.6, family.shares(0, 0) * 0.4, 10, steps_per_year=n)[2][-1, 0]
        for n in (12, 24)
    ]
    assert ends[0] == pytest.approx(ends[1], rel=1e-6)


def test_more_coverage_and_more_treatment_never_more_infection():
    ladder = [run(PLACE, Scenario("x", {"oat": n / 5, "nsp": n / 5})).value("prevalence_at_end") for n in range(6)]
    treated = [run(PLACE, Scenario("x", {"treated_per_1000": n * 20})).value("prevalence_at_end") for n in range(4)]
    assert ladder == sorted(ladder, reverse=True)
    assert treated == sorted(treated, reverse=True)


def test_everybody_treated_cannot_go_below_nobody_infected():
    assert run(PLACE, Scenario("x", {"treated_per_1000": 5000})).figures["prevalence"].values.min() >= 0


def test_joint_estimate_is_never_replaced_by_a_product():
    r = family.multipliers("platt")
    assert r[3] == 0.26
    assert r[3] != r[1] * r[2]
    assert family.multipliers("hiv")[3] == 0.46  # none was published: the stronger alone, for they overlap


def test_draws_give_an_interval_around_the_estimate():
    result = run(PLACE, Scenario("x", {"oat": 0.4, "nsp": 0.4}), seed=1, draws=300)
    low, high = np.quantile(result.figures["draw_prevalence_relative_change"].values, [0.025, 0.975])
    assert low < result.value("prevalence_relative_change") < high


def test_what_no_treatment_reaches_has_no_number():
    assert math.isnan(family.least(np.ones_like, 0.5, most=1.0))


@pytest.mark.parametrize(
    "settings", [{"oat": 1.4}, {"moon": 1}, {"effects": "moon"}, {"years": "ten"}, {"prevalence": -0.1}]
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(BadInput):
        run(PLACE, Scenario("x", settings))
