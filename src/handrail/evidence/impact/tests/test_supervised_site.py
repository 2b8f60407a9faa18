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


def test_what_comes_with_the_house_is_the_published_city(tables):
    shipped = family.shipped().inputs["values"]
    assert shipped == tables.inputs["values"]


def test_more_places_and_hours_scale_from_nothing_to_the_source_s_site():
    def more(**size):
        return run(family.shipped(), Scenario("here", size)).figures

    whole = more(places=13, hours=18, places_before=0, hours_before=0)
    published = run(family.shipped(), Scenario("published")).figures
    for name in ("overdose_deaths_fewer", "hiv_infections_fewer", "ambulance_calls_fewer"):
        assert whole[name].values == pytest.approx(published[name].values, rel=1e-12)
        assert more(places=13, hours=9)[name].values == pytest.approx(published[name].values / 2, rel=1e-12)
        assert more(places=6, hours=9, places_before=6, hours_before=9)[f"more_{name}"].values == pytest.approx([0, 0])
    twice = more(places=26, hours=18)
    assert twice["hiv_infections_fewer"].values[0] == pytest.approx(2 * published["hiv_infections_fewer"].values[0])
    assert twice["overdose_deaths_fewer"].values == pytest.approx(published["overdose_deaths_fewer"].values)


def test_a_day_of_more_than_24_hours_is_named():
    with pytest.raises(BadInput, match=r"hours is 25.*from 0 to 24"):
        run(family.shipped(), Scenario("here", {"places": 4, "hours": 25}))
