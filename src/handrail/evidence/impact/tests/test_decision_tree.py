"""Family (a): the structure's numbers, its trap, and what must hold for any tree and cohort."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact import decision_tree as family

PLAIN = Scenario("published")


@pytest.fixture
def structure(data):
    return family.load(data / "anchors")


@pytest.mark.scenario("evidence:2")
def test_every_number_of_the_structure_holds_to_1e_6(structure, data):
    result = run(structure, PLAIN)
    with (data / "anchors" / "coffin_structure_expected.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["quantity"]: float(row["value"]) for row in csv.DictReader(file)}
    ours = {
        "icer_markov_only_full": result.value("icer_markov_only"),
        "icer_with_tree_full": result.value("icer_with_tree"),
    }
    ours |= {f"delta_{one}_with_tree_full": result.value(f"delta_{one}_with_tree") for one in ("qaly", "cost")}
    for at, arm in enumerate("AB"):
        ours |= {
            f"markov_qaly_{arm}_full": result.figures["markov_qaly"].values[at],
            f"markov_cost_{arm}_usd_full": result.figures["markov_cost"].values[at],
        }
        ours |= {
            f"tree_cost_{arm}_usd": result.figures["tree_cost"].values[at],
            f"tree_qaly_{arm}": result.figures["tree_qaly"].values[at],
        }
        ours |= {f"tree_alive_share_{arm}": result.figures["alive_share"].values[at]}
    for name, value in ours.items():
        assert value == pytest.approx(expected[name], rel=1e-6), name
    assert sum("_full" in name for name in ours) == sum("_full" in name for name in expected)
    other = run(structure, Scenario("published", {"route": "DC2"}))
    assert other.figures["markov_qaly"].values == pytest.approx([8.643381, 8.462290], rel=1e-6)
    assert other.value("icer_with_tree") == pytest.approx(3024.74, rel=1e-6)
    assert result.figures["icer_with_tree_structural_spread"].values == pytest.approx([3008.1114, 3024.7392], rel=1e-6)


def test_the_tree_has_the_published_sixteen_paths(structure, data):
    values = {name: one.estimate for name, one in structure.inputs.tree.items()}
    with (data / "anchors" / "coffin_structure_tree_paths.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["arm"] == "A" and row["outcome"] == "alive"]
    ours = []
    for path in family.paths():
        chance = values["p_kit_given_detailing"] if path.kit else 1 - values["p_kit_given_detailing"]
        for name, way in (("p_witnessed", path.witnessed), ("p_used", path.used), ("p_ambulance", path.ambulance)):
            chance *= 1 if way is None else values[name] if way else 1 - values[name]
        ours.append(chance * values["p_survive_help" if path.helped else "p_survive_none"])
    assert len(ours) == 8
    assert sorted(ours) == pytest.approx(sorted(float(row["path_probability"]) for row in rows))


def test_no_kits_in_either_arm_make_no_difference(structure):
    result = run(structure, Scenario("none", {"arms": "A=0;B=0"}))
    assert result.value("delta_qaly_with_tree") == 0
    assert np.isnan(result.value("icer_with_tree"))


def test_more_kits_never_more_deaths(structure):
    arms = ";".join(f"k{n}={n / 10}" for n in range(11))
    deaths = run(structure, Scenario("ladder", {"arms": arms})).figures["tree_deaths"].values
    assert (np.diff(deaths) < 0).all()


def test_without_mortality_nobody_leaves_the_cohort(structure):
    inputs = structure.inputs
    still = {key: replace(one, estimate=0.0) if key[1] == "DEATH" else one for key, one in inputs.moves.items()}
    p = family.matrix(replace(inputs, moves=still), {}, route="DC1", draws=1)
    assert p.sum(axis=2) == pytest.approx(np.ones((1, 10)), abs=1e-12)
    assert p[0, :9, 9].max() == 0


def test_undiscounted_stands_beside_discounted(structure):
    result = run(structure, PLAIN)
    free = run(structure, Scenario("free", {"discount_rate": 0.0}))
    assert free.figures["markov_qaly"].values == pytest.approx(result.figures["markov_qaly_undiscounted"].values)


def test_draws_are_shared_by_arms_and_keep_their_mean(structure):
    result = run(structure, Scenario("psa", {"spread": 0.1}), seed=4, draws=400)
    assert result.figures["draw_cost"].values.shape == (400, 2)
    assert result.figures["acceptability"].values.sum(axis=1) == pytest.approx(np.ones(101))
    assert np.asarray(np.corrcoef(result.figures["draw_qaly"].values.T))[0, 1] > 0.9
    none = run(structure, PLAIN, seed=4, draws=3)
    assert (
        np.ptp(none.figures["draw_cost"].values, axis=0).max() == 0
    )  # no interval, no spread asked for: nothing is made up
    assert (result.figures["perfect_information"].values >= 0).all()


def test_the_widest_swing_stands_first(structure):
    swings = family.tornado(structure, PLAIN, change=0.05)
    assert [one.width for one in swings] == sorted((one.width for one in swings), reverse=True)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"route": "DC9"}, "DC1 or DC2"),
        ({"p_used": 1.2}, "from 0 to 1"),
        ({"H0>OD1": 2}, "from 0 to 1"),
        ({"moon": 1}, "one of"),
        ({"arms": "A=2"}, "from 0 to 1"),
    ],
)
def test_impossible_settings_are_refused(structure, settings, told):
    with pytest.raises(BadInput, match=told):
        run(structure, Scenario("x", settings))


@pytest.mark.parametrize(
    ("file", "was", "now", "told"),
    [
        ("coffin_structure_transitions.csv", "H0,OD1,0.09", "H0,OD1,0.99", "exits of H0 sum to"),
        ("coffin_structure_transitions.csv", "H0,OD1,0.09", "H0,MOON,0.09", "two of the states"),
        ("coffin_structure_transitions.csv", "H0,H0,0.755,remainder", "H0,H0,0.7,given", "rows of H0 sum to 0.945"),
        ("coffin_structure_tree_inputs.csv", "p_used,0.8", "p_moon,0.8", "p_used is missing"),
        ("coffin_structure_states.csv", "H0,heroin use,1486,0.8", "H0,heroin use,-5,0.8", "a number from 0"),
    ],
)
def test_bad_files_are_named(changed, file, was, now, told):
    with pytest.raises(BadInput, match=told):
        family.load(changed("anchors", file, was, now))


def test_settings_change_the_structure(structure):
    assert run(structure, Scenario("x", {"p_used": 1.0})).figures["tree_deaths"].values[0] < 0.0332
    assert run(structure, Scenario("x", {"H0>OD1": 0.0})).figures["cohort_overdose_deaths"].values[0] == 0
