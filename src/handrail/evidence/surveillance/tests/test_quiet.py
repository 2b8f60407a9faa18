"""The budget of false alerts, on made-up quiet years from another process than the rule's own; the whole run is a bench."""

import numpy as np
import pytest

from handrail.evidence.surveillance import BUDGET_A_YEAR, PUBLIC, Series, judge, quiet

YEARS = 60  # the bench `supply-watch` lives through 1,000


@pytest.fixture
def world(unc):
    shares = tuple(sum(one.k) / sum(one.n) for one in unc)
    volumes = unc[0].n[12:]

    def make(**how) -> quiet.World:
        return quiet.World(shares, volumes, **how)

    return make


@pytest.mark.scenario("drugchecking:31")
@pytest.mark.parametrize("batch", [1.0, 1.5, 3.0, 5.0])
def test_quiet_years_stay_within_the_budget_in_one_region_and_in_five(world, batch):
    for regions in (1, 5):
        told = quiet.false_alerts(world(batch=batch, regions=regions), rule=PUBLIC, years=YEARS, seed=7)
        assert told.a_year + 2 * told.error <= BUDGET_A_YEAR


@pytest.mark.scenario("drugchecking:31")
def test_counting_bags_instead_of_contributors_breaks_the_budget(world):
    told = quiet.false_alerts(world(batch=3.0, regions=5, by_rows=True), rule=PUBLIC, years=YEARS, seed=7)

    assert told.a_year - 2 * told.error > BUDGET_A_YEAR


@pytest.mark.parametrize("series", [16, 80])
def test_a_jump_to_five_in_a_hundred_is_raised_within_two_months(series):
    raised, month = quiet.power(quiet.Jump(0.0, 0.05, series=series), rule=PUBLIC, runs=2000, seed=7)

    assert raised >= 0.80
    assert 1 <= month <= 2


@pytest.mark.parametrize("regions", [1, 5])
def test_shares_that_wander_stay_within_the_budget(unc, regions):
    """Beta shares around UNC's, a hundredth of spread and a season: over-dispersed as the open history's rows are."""
    rng = np.random.default_rng(7)
    spread, months = 0.01, quiet.LEAD_IN + 12
    share = np.array([max(1e-4, sum(one.k) / sum(one.n)) for one in unc] * regions)[None, :, None]
    season = np.exp(0.15 * np.sin(2 * np.pi * (np.arange(months) / 12 + rng.uniform(size=(YEARS, share.size, 1)))))
    mean = np.minimum(0.95, share * season)
    wandering = rng.beta(mean * (1 / spread - 1), (1 - mean) * (1 / spread - 1))
    n = np.broadcast_to(np.resize(unc[0].n[12:], months), wandering.shape)

    fires = quiet.fired(rng.binomial(n, wandering), n, rule=PUBLIC, watched=share.size)

    each = (fires[..., 1:] & ~fires[..., :-1])[..., -12:].sum(axis=(1, 2))
    assert each.mean() <= BUDGET_A_YEAR


def test_many_years_at_once_judge_as_one_series_does(world):
    k, n = quiet.months(world(regions=2), years=3, rng=np.random.default_rng(3))
    k[:, :, -2:] += 9
    n[:, :, -2:] += 9
    fires = quiet.fired(k, n, rule=PUBLIC, watched=32)

    for year, series in np.ndindex(*k.shape[:2]):
        one = Series("s", "r", quiet_start(), tuple(map(int, k[year, series])), tuple(map(int, n[year, series])))
        told = [judge(one, rule=PUBLIC, watched=32, step=step).fires for step in range(PUBLIC.window, k.shape[2])]
        assert told == list(fires[year, series, PUBLIC.window :])
    assert fires.any()


def quiet_start():
    from datetime import date

    return date(2024, 1, 1)
