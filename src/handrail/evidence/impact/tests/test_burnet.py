"""Family (f): exact to the published tool, and what must hold whatever the databook."""

import csv

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact.burnet import databook, inference, model


@pytest.fixture
def book(data):
    return databook.load(data / "burnet")


@pytest.mark.scenario("evidence:20")
def test_every_open_point_estimate_equals_the_published_tool_to_1e_9(book, data):
    result = run(book, Scenario("all", {"source_start": True}))
    names = list(book.inputs.rules)
    with (data / "burnet" / "expected_open.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["best_total"]]
    for row in rows:
        ours = result.figures[f"best_total:{row['metric']}"].values[names.index(row["scenario"])]
        assert ours == pytest.approx(float(row["best_total"]), rel=1e-9, abs=1e-6), (row["scenario"], row["metric"])
        for at, year in enumerate(range(2026, 2031)):
            if row[f"best_{year}"]:
                by_year = result.figures[f"best_by_year:{row['metric']}"].values[names.index(row["scenario"]), at]
                assert by_year == pytest.approx(float(row[f"best_{year}"]), rel=1e-9, abs=1e-6)
    assert len(rows) > 150

    sampled = run(book, Scenario("all", {"source_start": True}), seed=0, draws=100)
    with (data / "burnet" / "expected_open.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["sampled_mean"]:
                ours = sampled.figures[f"sampled_mean:{row['metric']}"].values[names.index(row["scenario"])]
                error = (float(row["sampled_p97_5"]) - float(row["sampled_p2_5"])) / 3.92 / 10 * 2**0.5
                assert abs(ours - float(row["sampled_mean"])) <= 3 * error + 1e-6, row["metric"]

    default = run(book, Scenario("package_b")).figures["best_total:overdoses_opioid"].values[-1]
    assert default - result.figures["best_total:overdoses_opioid"].values[names.index("package_b")] == pytest.approx(
        17.43, abs=0.01
    )


def test_either_databook_runs_every_scenario(data):
    market = databook.load(data / "burnet", book="market_change")
    result = run(market, Scenario("all"))
    assert result.figures["best_total:overdose_deaths"].values.shape == (14,)
    assert np.isfinite(result.figures["best_total:cost_total"].values).all()


def test_a_missing_probability_is_refused_by_row(changed):
    folder = changed(
        "burnet",
        "standard_probabilities.csv",
        "int_check,check,0.018821400000000002,0.00939835",
        "int_check,check,,0.00939835",
    )
    with pytest.raises(BadInput) as refused:
        databook.load(folder)
    assert any("best is missing" in str(one) and one.row == 5 for one in refused.value.problems)


def test_a_removed_row_is_named_with_its_combination(data, tmp_path):
    for one in (data / "burnet").glob("*.csv"):
        lines = one.read_text(encoding="utf-8").splitlines(keepends=True)
        if one.name == "standard_probabilities.csv":
            lines = [line for line in lines if not (",death_inj_opioid,yes," in line and "no" in line)]
        (tmp_path / one.name).write_text("".join(lines), encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        databook.load(tmp_path)
    assert "no row for death_inj_opioid = yes given" in str(refused.value)


@pytest.mark.parametrize(
    ("file", "was", "now", "told"),
    [
        ("standard_probabilities.csv", "int_check,none,0.9811786", "int_check,none,1.9811786", "number from 0 to 1"),
        ("standard_population_size.csv", "PWID_meth,1037", "PWID_meth,-1037", ""),
        ("standard_population_size.csv", "PWID_opioid", "PWID_other", "no row PWID_opioid"),
        ("scenarios.csv", "int_oat;int_nal;int_nsp;int_dcr=medicalised", "int_moon", "intervention int_moon"),
        ("constants.csv", "0.2;0.4;0.6;0.8;1.0", "0.2;0.4;x", "5 shares from 0 to 1"),
        ("constants.csv", "discount_factor_per_year,1/1.05", "discount_factor_per_year,1/0", "a number"),
        ("model_arcs.csv", "int_check,drug_id", "int_moon,drug_id", "two nodes of this graph"),
        ("model_arcs.csv", "int_nal,nal_avail", "nal_used,nal_avail", "never lead back"),
        ("standard_max_coverage.csv", "int_check,check,0.022799", "int_check,moon,0.022799", "one of its levels"),
    ],
)
def test_bad_input_is_named(changed, file, was, now, told):
    folder = changed("burnet", file, was, now)
    if not told:  # a year that no run uses may hold anything
        assert databook.load(folder).family == databook.FAMILY
        return
    with pytest.raises(BadInput) as refused:
        databook.load(folder)
    assert told in str(refused.value)


def test_an_unknown_scenario_or_intervention_is_refused(book):
    with pytest.raises(BadInput, match="scenario moon"):
        run(book, Scenario("moon"))
    with pytest.raises(BadInput, match="int_moon"):
        run(book, Scenario("mine", {"changed": "int_moon"}))
    with pytest.raises(BadInput, match="ramp"):
        run(book, Scenario("mine", {"changed": "int_oat", "ramp": "none"}))


def test_a_scenario_of_ones_own_equals_the_databooks_rule(book):
    own = run(book, Scenario("mine", {"changed": "int_oat;int_nal;int_nsp;int_dcr=peerled"}))
    theirs = run(book, Scenario("package_b"))
    name = "best_total:overdose_deaths"
    assert own.figures[name].values[-1] == theirs.figures[name].values[-1]


def test_marginals_equal_the_whole_joint(book):
    for graph in book.inputs.graphs:
        tables = inference.best_tables(graph)
        cover = {node.name: tables[node.name] for node in graph.interventions}
        fast = inference.marginals(graph, tables, inference.responses(graph, tables), cover)
        whole, axes = inference.joint(graph, tables, coverage=True)
        assert whole.sum() == pytest.approx(1.0, abs=1e-12)
        for at, name in enumerate(axes):
            slow = whole.sum(axis=tuple(one for one in range(len(axes)) if one != at))
            assert fast[name] == pytest.approx(slow, abs=1e-13)


def test_no_coverage_costs_nothing_and_more_coverage_never_more_deaths(book):
    result = run(book, Scenario("all"))
    names = list(book.inputs.rules)
    assert result.figures["best_total:cost_intervention"].values[names.index("no_coverage")] == 0
    deaths = result.figures["best_total:overdose_deaths"].values
    assert (
        deaths[[names.index(one) for one in names if one.startswith(("package", "maxcov"))]] <= deaths[0] + 1e-9
    ).all()


def test_fewer_draws_are_the_first_of_more_and_scenarios_share_them(book):
    few, more = (run(book, Scenario("maxcov-int_nsp"), seed=3, draws=n) for n in (2, 3))
    assert few.figures["diff_mean:overdose_deaths"].values[-1] == 0  # syringes change no overdose, person by person
    assert (
        few.figures["sampled_mean:overdoses_opioid"].values[0]
        != more.figures["sampled_mean:overdoses_opioid"].values[0]
    )


def test_filled_tables_sum_to_one_where_sampled_rows_pass_it():
    node = databook.Node("x", ("a", "b", "no"), (), "", "", *(np.array([0.8, 0.6, np.nan]),) * 3)
    assert inference.filled(node, node.best) == pytest.approx([0.8 / 1.4, 0.6 / 1.4, 0.0])
    plain = databook.Node("x", ("a", "b"), (), "", "", *(np.array([1.0, 3.0]),) * 3)
    assert inference.filled(plain, plain.best) == pytest.approx([0.25, 0.75])


def test_ratio_has_no_number_against_itself(book):
    result = model.run(book, Scenario("package_b"))
    assert np.isnan(result.figures["best_total:benefit_cost_ratio_vs_baseline"].values[0])
