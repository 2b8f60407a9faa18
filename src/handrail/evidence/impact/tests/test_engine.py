"""What every family shares: results, tables, the library, distributions, economics."""

import gzip
import json

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Named, Parameters, Scenario, economics, engine, family, library, tables
from handrail.evidence.impact.distributions import Uncertain, draw


def test_a_result_is_plain_data_without_made_up_numbers():
    result = engine.made(
        Parameters("x", None, {"a.csv": "1"}),
        Scenario("s"),
        {"f": Named.of([1.0, np.nan, np.inf], "deaths", arm="abc")},
        seed=1,
        draws=2,
    )
    plain = json.loads(json.dumps(result.as_json()))
    assert plain["figures"]["f"]["values"] == [1.0, None, None]
    assert plain["label"] == "modelled, not observed"
    assert len(plain["provenance"]["fingerprint"]) == 64


def test_an_interval_of_nothing_is_nothing():
    assert np.isnan(engine.interval(np.array([]))).all()
    assert engine.interval(np.arange(101.0)) == pytest.approx((2.5, 97.5))


def test_switches_read_words_and_truth():
    asked = Scenario("x", {"a": True, "b": "yes", "c": "no"})
    assert [asked.switch(name, default=False) for name in "abcd"] == [True, True, False, False]


def test_an_unknown_family_is_refused_with_the_known_ones():
    with pytest.raises(BadInput, match="decision-tree"):
        family("moon")


def test_files_are_read_plain_or_packed_and_named_when_not(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n"))
    table = tables.read(tmp_path / "a.csv.gz", needs=("x",))
    assert table.rows[0].number == 2 and table.by("x")[("1",)].text("y") == "2"
    with pytest.raises(BadInput, match="no column z"):
        tables.read(tmp_path / "a.csv.gz", needs=("z",))
    with pytest.raises(BadInput, match="cannot be read"):
        tables.read(tmp_path / "none.csv")


def test_the_shipped_library_reads_and_keeps_its_rules():
    effects = library.shipped()
    assert not effects["oat_all_cause"].may_be_default  # erratum
    assert not effects["nsp_hcv_north_america"].may_be_default  # verify
    assert not effects["drug_checking_mortality"].may_be_default
    assert effects["oat_hcv"].may_be_default
    assert all(one.not_for for one in effects.values())
    assert effects["scs_overdose_500m"].single_site and effects["scs_overdose_500m"].low is None
    assert len(library.fingerprint()) == 64


def test_two_effects_with_a_joint_estimate_are_never_multiplied():
    effects = library.shipped()
    assert library.together(effects["oat_hcv"], effects["nsp_hcv"], effects) is effects["both_hcv"]
    assert library.together(effects["oat_hiv"], effects["nsp_hiv"], effects) is None


def test_a_low_grade_is_drawn_wider_and_a_missing_interval_stays_missing():
    effects = library.shipped()
    wide, narrow = effects["nsp_hcv"].uncertain(), effects["oat_hcv"].uncertain()
    assert wide.low < (effects["nsp_hcv"].low or 0) and narrow.low == pytest.approx(effects["oat_hcv"].low)
    assert effects["take_home_fatal"].uncertain().kind == "fixed"
    assert effects["svr_direct"].uncertain().low == pytest.approx(0.85)
    with pytest.raises(ValueError, match="named scenario"):
        effects["scs_pooled"].uncertain()


def test_a_library_with_a_fault_is_refused_by_row(tmp_path):
    text = library.SHIPPED.read_text(encoding="utf-8").splitlines()
    bad = [text[0], text[1], text[1], text[2].replace("very low", "splendid"), text[3].rsplit(",", 1)[0] + ","]
    (tmp_path / "e.csv").write_text("\n".join(bad), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        library.load(tmp_path / "e.csv")
    assert {one.row for one in refused.value.problems} == {3, 4, 5}


def test_each_parameter_has_a_stream_of_its_own():
    one = {"a": Uncertain("a", 0.3, 0.2, 0.4, "probability"), "b": Uncertain("b", 2.0, 1.0, 4.0, "ratio")}
    more = one | {"c": Uncertain("c", 5.0, kind="amount")}
    first, second = draw(one, seed=1, draws=2000), draw(more, seed=1, draws=2000, spread=0.2)
    assert (first["a"] == second["a"]).all() and (first["b"] == second["b"]).all()
    assert first["a"].mean() == pytest.approx(0.3, abs=0.01)
    assert second["c"].std() == pytest.approx(1.0, abs=0.1)
    assert np.median(first["b"]) == pytest.approx(2.0, rel=0.05)


def test_what_cannot_spread_stays():
    fixed = {
        "x": Uncertain("x", 1.0, 0.5, 1.0, "probability"),
        "y": Uncertain("y", 3.0),
        "z": Uncertain("z", 2.0, kind="ratio"),
    }
    drawn = draw(fixed, seed=1, draws=5)
    assert all(np.ptp(values) == 0 for values in drawn.values())
    assert np.ptp(draw({"z": fixed["z"]}, seed=1, draws=5, spread=0.3)["z"]) > 0


def test_frontier_names_dominance_and_shows_no_negative_ratio():
    standings = economics.frontier(
        ["now", "more", "worse", "bent", "most"], np.array([0.0, 100, 150, 200, 250]), np.array([1.0, 2, 1.5, 2.1, 3])
    )
    found = {one.arm: one.status for one in standings}
    assert found == {
        "now": economics.FIRST,
        "more": economics.ON_FRONTIER,
        "worse": economics.DOMINATED,
        "bent": economics.EXTENDED,
        "most": economics.ON_FRONTIER,
    }
    ratios = [one.ratio for one in standings if not np.isnan(one.ratio)]
    assert ratios == [100.0, 150.0]


def test_information_is_worth_nothing_when_one_arm_always_wins():
    cost, effect = np.zeros((50, 2)), np.column_stack([np.ones(50), np.zeros(50)])
    assert economics.perfect_information(cost, effect, np.array([1000.0])) == pytest.approx([0.0])
    assert economics.partial_information(effect, np.ones(50)) == 0.0


def test_partial_information_is_at_most_perfect_and_finds_what_matters():
    rng = np.random.default_rng(0)
    decisive, idle = rng.normal(size=3000), rng.normal(size=3000)
    effect = np.column_stack([decisive, np.zeros(3000)])
    net = economics.net_benefit(np.zeros((3000, 2)), effect, np.array([1.0]))[0]
    whole = economics.perfect_information(np.zeros((3000, 2)), effect, np.array([1.0]))[0]
    assert economics.partial_information(net, decisive) == pytest.approx(whole, rel=0.05)
    assert economics.partial_information(net, idle) < 0.1 * whole


def test_budget_and_discount_stand_side_by_side():
    spent = economics.budget_impact(
        np.array([100.0, 100]), np.zeros((2, 2)), np.array([[0.1, 0], [0.2, 0]]), np.array([50.0, 10])
    )
    assert spent == pytest.approx([500, 1000])
    assert economics.discounted(spent, 0.0) == 1500
    assert economics.discounted(spent, 1.0) == 1000
