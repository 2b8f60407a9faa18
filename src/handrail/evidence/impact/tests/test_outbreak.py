"""Family (c), an outbreak on a network: the published arms, and what must hold for any network."""

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, outbreak, pack, run, transmission

PLACE = transmission.load()


def asked(*, draws=30, **settings):
    return run(PLACE, Scenario("outbreak", settings), seed=1, draws=draws)


@pytest.mark.scenario("evidence:9")
def test_scott_county_without_a_service_with_one_from_the_start_and_from_month_ten():
    none, proactive, reactive = (asked(draws=100, service_from=month) for month in (outbreak.NEVER, 0, 10))
    assert none.value("infections") == pytest.approx(176, rel=0.15)
    change = [100 * (one.value("incidence") / none.value("incidence") - 1) for one in (proactive, reactive)]
    assert change[0] == pytest.approx(-90, abs=5)
    assert change[1] == pytest.approx(-61, abs=8)


def test_arms_share_networks_and_numbers_until_the_service_begins():
    arms = [
        [outbreak.one(outbreak.Outbreak(service_from=month), seed=1, number=n) for n in range(8)] for month in (-1, 10)
    ]
    never, later = np.array(arms)
    assert np.array_equal(never[:, :11], later[:, :11])
    assert (never[:, -1] >= later[:, -1]).all() and never[:, -1].sum() > later[:, -1].sum()


def test_nobody_is_infected_without_a_chance_and_everybody_tied_with_certainty():
    assert asked(chance=0, draws=5).value("infections") == 0
    whole = asked(chance=1, people=40, partners=39, partners_spread=1000, draws=5)
    assert whole.value("infections") == 39
    assert asked(service_from=0, reach=1, sharing_left=0, draws=5).value("infections") == 0


def test_infected_never_fall_and_a_wider_reach_never_means_more_on_average():
    found = [asked(service_from=0, reach=reach) for reach in (0, 0.5, 0.85, 1)]
    assert all((np.diff(one.figures["infected"].values) >= 0).all() for one in found)
    means = [one.value("infections") for one in found]
    assert means == sorted(means, reverse=True) and means[0] > means[-1]


def test_the_network_is_mutual_and_has_its_mean_number_of_partners():
    ties, weight = outbreak.network(outbreak.Outbreak(people=2000, partners=6), np.random.default_rng(1))
    assert np.array_equal(ties, ties.T) and not ties.diagonal().any()
    assert ties.sum(axis=0).mean() == pytest.approx(6, rel=0.1)
    assert np.corrcoef(ties.sum(axis=0), weight)[0, 1] > 0.9


@pytest.mark.parametrize(("name", "value"), [("reach", 1.2), ("people", -4), ("peers", 3), ("service_from", -7)])
def test_an_impossible_setting_is_named(name, value):
    with pytest.raises(BadInput, match=name):
        asked(**{name: value})


def test_a_pack_of_it_holds_the_odd_text_of_an_individual_model():
    text = pack.of(asked(draws=3)).files[pack.ODD].decode()
    assert "ties do not change" in text and pack.BLANK in text
