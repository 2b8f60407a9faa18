"""Family (b): a state is predicted from the others; kits saturate."""

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, latent_fentanyl, run
from handrail.evidence.impact import saturation as family


@pytest.fixture
def known(data):
    return family.load(data)


def test_leaving_each_open_state_out_errs_by_less_than_a_tenth_in_the_middle(known):
    error, inside = family.pooled(family.leave_one_out(known))
    assert error <= 0.10
    assert (
        0.5 < inside < 0.9
    )  # short of the published bounds: four states differ from all others; `model check` says so


def test_the_curve_file_is_right_about_kits(known):
    assert known.inputs.states["Arizona"].kits["THN"] == 35268


def test_a_states_own_curves_do_not_move_its_prediction(data, tmp_path):
    for name in ("curves", "state_overview"):
        text = (data / f"irvine2022_nns_{name}.csv").read_text(encoding="utf-8")
        (tmp_path / f"irvine2022_nns_{name}.csv").write_text(text, encoding="utf-8")
    whole = run(family.load(tmp_path), Scenario("Oregon"))
    curves = tmp_path / "irvine2022_nns_curves.csv"
    kept = [line for line in curves.read_text(encoding="utf-8").splitlines() if not line.startswith("Oregon")]
    curves.write_text("\n".join(kept) + "\n", encoding="utf-8")
    told = {
        "population": family.load(data).inputs.states["Oregon"].people,
        "kits_THN": 4362,
        "kits_RX": 3660,
        "kits_standing_order": 0,
    }
    without = run(family.load(tmp_path), Scenario("Oregon", told))
    assert whole.figures["pNX_vary_THN"].values == pytest.approx(without.figures["pNX_vary_THN"].values, rel=1e-12)


def test_a_state_without_curves_needs_its_people_and_kits(known):
    with pytest.raises(BadInput, match="population of Iowa is missing"):
        run(known, Scenario("Iowa"))
    told = {"population": 3.1e6, "kits_THN": 9519, "kits_RX": 0, "kits_standing_order": 0}
    result = run(known, Scenario("Iowa", told))
    use = result.figures["pNX_vary_THN"].values
    assert use.shape == (3, 50)
    assert (np.diff(use, axis=1) > 0).all() and use.max() <= 100
    fewer = result.figures["deaths_fewer_curve"].values
    assert (fewer[:, 0] == 0).all()
    assert (fewer[0] <= fewer[1]).all() and (fewer[1] <= fewer[2]).all()


@pytest.mark.parametrize("form", family.FORMS)
def test_no_kits_no_difference_and_endless_kits_meet_the_cap(form):
    work = family.FORMS[form]
    assert work(np.array(0.0)) == 0
    assert work(np.array(1e9)) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.parametrize("settings", [{"kits_THN": -1}, {"moon": 1}, {"form": "moon"}, {"population": "many"}])
def test_impossible_settings_are_refused(known, settings):
    with pytest.raises(BadInput):
        run(known, Scenario("Oregon", settings))


def test_negative_deaths_in_a_file_are_named(data, tmp_path):
    for name in ("curves", "state_overview"):
        text = (
            (data / f"irvine2022_nns_{name}.csv")
            .read_text(encoding="utf-8")
            .replace(
                "Oregon,Heroin/RX,39483.0,56.0,-6.0,123.0,354.0", "Oregon,Heroin/RX,39483.0,56.0,-6.0,123.0,-354.0"
            )
        )
        (tmp_path / f"irvine2022_nns_{name}.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match="yearly_deaths is -354"):
        family.load(tmp_path)


def test_other_inputs_stand_in_the_overview_too(data, tmp_path):
    (tmp_path / "irvine2022_nns_curves.csv").write_text(
        (data / "irvine2022_nns_curves.csv").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "irvine2022_nns_state_overview.csv").write_text(
        "state,epidemic_type,yearly_deaths,population,kits_THN,kits_RX,kits_standing_order\nOregon,RX,354,4187000,4362,3660,0\nElsewhere,RX,100,1000000,1000,0,0\n",
        encoding="utf-8",
    )
    assert run(family.load(tmp_path), Scenario("Elsewhere")).value("p_THN") > 0


def test_the_latent_share_of_fentanyl_saves_nobody_without_kits():
    rng = np.random.default_rng(1)
    told = {
        "months": 24,
        "draws": 50,
        "start": -2.0,
        "mu": 0.1,
        "sigma": 0.05,
        "people": 1000.0,
        "fentanyl": 0.3,
        "other": 0.1,
        "dies": 0.1,
    }
    none = latent_fentanyl.latent_months(rng, **told, used=0.0)
    assert (none["deaths"] == none["without"]).all()
    some = latent_fentanyl.latent_months(rng, **told, used=0.5)
    assert some["deaths"].sum() < some["without"].sum()
    assert ((some["fentanyl_share"] > 0) & (some["fentanyl_share"] < 1)).all()


PLACE = {"population": 1_000_000, "deaths": 150, "kits_THN": 3000, "kits_RX": 500, "kits_standing_order": 0}


def test_what_comes_with_the_house_is_what_the_open_states_gave(data):
    whole, shipped = family.load(data).inputs, family.shipped().inputs
    for recorded in (True, False):
        state = family.State("x", "", 1e6, 100, dict.fromkeys(family.CHANNELS, 0.0), recorded)
        for ours, theirs in zip(family.expected(shipped, state), family.expected(whole, state), strict=True):
            assert (ours.rate, ours.effect) == pytest.approx((theirs.rate, theirs.effect), rel=1e-12)


def test_planned_kits_change_nothing_where_they_are_todays_and_more_of_them_never_mean_more_deaths():
    still = run(family.shipped(), Scenario("here", PLACE | {"planned_THN": 3000}))
    assert "planned_deaths_fewer" not in still.figures
    fewer = [
        run(family.shipped(), Scenario("here", PLACE | {"planned_THN": kits})).figures["planned_deaths_fewer"].values
        for kits in (0, 2000, 4000, 19_000)
    ]
    assert fewer[0][1] < fewer[1][1] < 0 < fewer[2][1] < fewer[3][1] < 150
    assert all(low <= middle <= high for low, middle, high in fewer)


def test_planned_kits_that_are_no_number_are_named():
    with pytest.raises(BadInput, match="planned_RX is -3"):
        run(family.shipped(), Scenario("here", PLACE | {"planned_RX": -3}))
