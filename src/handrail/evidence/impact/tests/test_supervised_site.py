"""Family (e): the published cells, and the disputed effect beside its absence."""

import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact import supervised_site as family


@pytest.fixture
def tables(data):
    return family.load(data / "anchors" / "irwin2017_inputs.csv")


def test_every_cell_of_the_paper_with_its_formula_and_rows(tables):
    result = run(tables, Scenario("published"))
    for name, value, within in (
        ("hiv_infections_fewer", 3.68, 0.01),
        ("hcv_infections_fewer", 21.17, 0.05),
        ("overdose_deaths_fewer", 5.95, 0.005),
        ("ambulance_calls_fewer", 108.2, 0.05),
        ("hospital_stays_fewer", 26.8, 0.05),
        ("value_per_death", 503868.5, 0.5),
    ):
        assert result.figures[name].values[0] == pytest.approx(value, abs=within)
        assert any(note.startswith(f"{name} = ") and "row" in note for note in result.notes)


def test_the_arm_without_effect_stands_in_every_figure(tables):
    result = run(tables, Scenario("published"))
    for name, figure in result.figures.items():
        assert figure.labels["arm"] == family.ARMS
        assert name == "value_per_death" or figure.values[1] == 0
    assert family.total(result) > family.total(result, family.NO_EFFECT) == 0


def test_inputs_can_be_told_and_an_undiscounted_value_stands(tables):
    result = run(tables, Scenario("ours", {"death.i": 0, "death.D": 100}))
    assert result.figures["value_per_death"].values[0] == 25707 * 30
    assert result.figures["overdose_deaths_fewer"].values[0] == pytest.approx(0.257 * 0.05 * 100)


@pytest.mark.parametrize("settings", [{"hiv.moon": 1}, {"hiv.q": 1.5}, {"death.D": -1}])
def test_impossible_settings_are_refused(tables, settings):
    with pytest.raises(BadInput):
        run(tables, Scenario("x", settings))


def test_a_missing_symbol_is_named(changed):
    folder = changed("anchors", "irwin2017_inputs.csv", "1,hiv,q,0.177", "1,hiv,z,0.177")
    with pytest.raises(BadInput, match="hiv q is missing"):
        family.load(folder / "irwin2017_inputs.csv")
