"""Family (d1): the source to the last death, cells against people, and what must hold for any town."""

import csv
import gzip
import os
from dataclasses import replace

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact.town import cells, inputs, model, parity, persons, rates
from handrail.evidence.impact.town.kits import ARMS, Arm, Job, Stock, available, extra
from handrail.evidence.impact.town.rparity import Generator, without_replacement, yes

LONG = os.environ.get("HANDRAIL_FAULTS") == "1"  # every open set; else the first

KITS = ("NxDataOEND.csv", "NxDataPharm.csv", "Demographic.csv")


def yearly(runs, name="deaths"):
    return np.array([one.yearly[name] for one in runs])


def test_the_generator_starts_as_r_does():
    first = [0.3768197407480329, 0.5635290669742972, 0.9296154079493135, 0.0069109455216676]
    assert Generator(6078052).uniform(4) == pytest.approx(first, abs=1e-15)


def test_sampling_without_replacement_takes_each_once_and_reads_two_words_past_sixteen_bits():
    drawn = without_replacement(Generator(1), 70_000, 70_000)
    assert sorted(drawn.tolist()) == list(range(70_000))
    assert without_replacement(Generator(5), 1, 1).tolist() == [0]


def test_the_likelier_outcome_comes_first():
    assert yes(0.7, 0.8) and not yes(0.9, 0.8)
    assert not yes(0.7, 0.2) and yes(0.9, 0.2)


@pytest.mark.scenario("evidence:7")
def test_the_source_comes_out_to_the_last_death_in_both_ways_of_drawing(loaded):
    one = run(loaded, Scenario("SQ", {"mode": "frozen", "sets": "1-2", "months": 48}))
    shipped = np.array([[loaded.inputs.sets[n][f"od.death{year}"] for year in range(16, 20)] for n in range(1, 3)])
    assert (one.figures["deaths"].values == shipped).all()
    visits = np.array([[loaded.inputs.sets[n][f"ed.visit{year}"] for year in range(16, 20)] for n in range(1, 3)])
    assert (one.figures["hospital"].values == visits).all()
    independent = run(loaded, Scenario("SQ", {"mode": "source-independent", "months": 84}))
    assert independent.figures["mean_deaths"].values.tolist() == [238, 320, 325, 365, 385, 407, 410]
    everyone = np.array([[a_set[f"od.death{year}"] for year in range(16, 20)] for a_set in loaded.inputs.sets.values()])
    assert everyone.mean(axis=0) == pytest.approx(
        [286.1, 283.1, 272.0, 262.9], rel=0.01
    )  # the shipped outputs that ours equal set by set


@pytest.mark.faults
def test_all_open_sets_come_out_exactly(loaded):
    last = max(loaded.inputs.sets) if LONG else 1
    result = run(loaded, Scenario("SQ", {"mode": "frozen", "sets": f"1-{last}", "months": 48}))
    shipped = [[loaded.inputs.sets[n][f"od.death{year}"] for year in range(16, 20)] for n in range(1, last + 1)]
    assert result.figures["deaths"].values.tolist() == shipped


def test_the_same_people_overdose_month_after_month_in_frozen_draws(loaded):
    years, times = parity.run(
        loaded.inputs, loaded.inputs.sets[1], Job(12, ARMS["SQ"], relapse_as_source=True), frozen=True
    )
    assert (years[0].overdoses, int((times > 0).sum()), int(times.max())) == (6992, 874, 12)


def test_published_arms_and_their_cost(loaded):
    result = run(loaded, Scenario("SSP_10K", {"mode": "frozen", "months": 84}))
    assert result.figures["mean_deaths"].values.tolist() == [281, 285, 272, 257, 215, 226, 211]
    assert result.figures["mean_cost"].values.sum() == pytest.approx(6277295689.19508, rel=1e-12)
    assert result.figures["mean_naloxone"].values.sum() == 5333


def test_cells_and_people_have_the_same_law(place):
    a_set = place.sets[1]
    told = {"months": 24, "arm": ARMS["SQ"]}
    in_cells = [cells.run(place, a_set, Job(seed=n, **told)) for n in range(40)]
    by_person = [persons.run(place, a_set, Job(seed=n, **told)) for n in range(40)]
    for name in ("deaths", "overdoses", "hospital", "naloxone", "fentanyl_deaths"):
        first, second = yearly(in_cells, name), yearly(by_person, name)
        error = np.sqrt((first.var(axis=0) + second.var(axis=0)) / 40)
        assert (np.abs(first.mean(axis=0) - second.mean(axis=0)) < 4 * error).all(), name
    assert yearly(in_cells, "cost").mean() == pytest.approx(yearly(by_person, "cost").mean(), rel=1e-3)


def test_people_are_kept_and_towns_add_up(place):
    result = cells.run(place, place.sets[1], Job(months=24, arm=ARMS["SQ"], seed=1))
    assert result.people.sum() == len(place.people.state)
    assert (result.people >= 0).all()
    assert result.by_town.sum(axis=1) == pytest.approx(result.yearly["deaths"])
    person = persons.run(place, place.sets[1], Job(months=24, arm=ARMS["SQ"], seed=1))
    assert person.by_town.sum(axis=1) == pytest.approx(person.yearly["deaths"])


def test_the_order_of_people_changes_no_cell(place):
    turned = inputs.People(
        **{name: getattr(place.people, name)[::-1].copy() for name in ("state", "own", "age", "ever", "town")}
    )
    first, second = (
        cells.run(one, place.sets[1], Job(months=12, arm=ARMS["SQ"], seed=2)).yearly["deaths"]
        for one in (place, replace(place, people=turned))
    )
    assert first.tolist() == second.tolist()


@pytest.mark.parametrize("engine", [cells.run, persons.run])
def test_without_deadly_overdoses_nobody_dies_and_without_overdoses_nothing_happens(place, engine):
    safe = {**place.sets[1], "mor_bl": 0.0, "mor_nx": 0.0}
    result = engine(place, safe, Job(months=12, arm=ARMS["SQ"], seed=1))
    assert result.yearly["deaths"].sum() == 0 and result.yearly["overdoses"].sum() > 0
    none = {name: 0.0 if name.startswith("od_") else value for name, value in safe.items()}
    assert engine(place, none, Job(months=12, arm=ARMS["SQ"], seed=1)).yearly["overdoses"].sum() == 0


def test_endless_kits_reach_the_witnessed_and_more_kits_never_more_deaths(place):
    a_set = place.sets[1]
    each = available(a_set, np.linspace(0, 50, 200))
    assert (np.diff(each) >= 0).all() and each[0] == 0 and each[-1] == pytest.approx(a_set["cap"])
    ends = cells.outcomes(a_set, each)
    assert (np.diff(ends[..., 1].sum(axis=(1, 2))) <= 0).all()  # more kits, never more deaths in expectation
    full = [cells.run(place, a_set, Job(60, Arm("x", 10_000_000), seed=n)) for n in range(6)]
    witnessed = a_set["OD_loc_pub"] * a_set["OD_wit_pub"] + (1 - a_set["OD_loc_pub"]) * a_set["OD_wit_priv"]
    share = yearly(full, "naloxone")[:, -1].sum() / yearly(full, "overdoses")[:, -1].sum()
    assert share == pytest.approx(witnessed, rel=0.05)


def test_arms_share_their_random_numbers_until_they_differ(place):
    plain, more = (
        cells.run(place, place.sets[1], Job(months=60, arm=ARMS[name], seed=4)).yearly["deaths"]
        for name in ("SQ", "SSP_10K")
    )
    assert plain[:4].tolist() == more[:4].tolist()


def test_every_row_of_chances_sums_to_one(place):
    for month in (1, 30, 90):
        for source in (True, False):
            table = rates.cumulative(place.sets[1], month, relapse_as_source=source)
            assert table[:, -1] == pytest.approx(np.ones(len(table)), abs=1e-12)
            plan = cells.ways(place.sets[1], month, np.full(10, 1e-4), relapse_as_source=source)
            assert plan.chance.sum(axis=-1) == pytest.approx(np.ones((10, 2, 2)), abs=1e-12)
    assert cells.outcomes(place.sets[1], np.array([0.0, 0.4, 1.0])).sum(axis=(1, 2, 3)) == pytest.approx(
        np.ones(3), abs=1e-12
    )


def test_kits_are_shared_by_weight_or_by_town(place):
    people = np.ones((39, 5)) * 10
    assert extra(ARMS["SSP_10K"], people).sum() == pytest.approx(10_000)
    by_town = extra(Arm("t", towns=tuple(range(39))), people)
    assert by_town.sum(axis=1) == pytest.approx(np.arange(39))
    stock = Stock(place, place.sets[1], ARMS["SQ"])
    first = stock.month(1, people)
    assert (first >= 0).all() and (first <= place.sets[1]["cap"]).all()


def test_ten_times_the_people_give_ten_times_the_deaths(place):
    one = yearly([cells.run(place, place.sets[1], Job(months=24, arm=ARMS["SQ"], seed=n)) for n in range(30)]).mean(
        axis=0
    )
    ten = yearly(
        [cells.run(place, place.sets[1], Job(months=24, arm=ARMS["SQ"], seed=n, times=10)) for n in range(6)]
    ).mean(axis=0)
    assert ten == pytest.approx(10 * one, rel=0.12)


def test_a_year_in_person_mode_makes_everybody_older(place):
    crowd = persons.Crowd.of(place, 1)
    before = crowd.age.copy()
    persons._birthday(crowd)
    assert (crowd.age == before + 1).all()
    assert (crowd.kind % 7 == np.searchsorted(inputs.EDGES, crowd.age, side="right")).all()


def test_no_area_is_named_without_a_calibration_for_its_draws(loaded):
    result = run(loaded, Scenario("SQ", {"months": 12}))
    plain = str(result.as_json()["figures"]) + " ".join(result.notes)
    assert not any(name in plain for name in loaded.inputs.towns)
    assert "no area" in result.notes[0]
    assert model.town_names(loaded.inputs, "frozen")[0] == "Barrington"


def test_an_arm_of_ones_own_equals_the_published_one(place):
    told = {"kits": 10_000, "weights": "il.hr=1;NODU=0.133"}
    arm = model.asked(place, Scenario("mine", told)).arm
    assert (arm.kits, arm.weights) == (ARMS["SSP_10K"].kits, ARMS["SSP_10K"].weights)


@pytest.mark.parametrize(
    ("name", "settings", "told"),
    [
        ("moon", {}, "arm moon"),
        ("SQ", {"sets": "9999"}, "numbers from 1"),
        ("SQ", {"sets": "one"}, "numbers from 1"),
        ("SQ", {"mode": "moon"}, "mode moon"),
        ("SQ", {"engine": "moon"}, "engine moon"),
        ("SQ", {"months": 0}, "from 1 to 240"),
        ("x", {"kits": -1}, "number from 0"),
        ("x", {"kits": 1, "weights": "moon=1"}, "weights moon"),
        ("SQ", {"moon": 1}, "one of sets"),
    ],
)
def test_impossible_questions_are_refused(loaded, name, settings, told):
    with pytest.raises(BadInput, match=told):
        run(loaded, Scenario(name, settings))


def copied(data, tmp_path, **changes):
    """Copy the town model's inputs with few people and one set, changed by file."""
    (tmp_path / "profound_inputs").mkdir()
    for name in KITS:
        text = (data / "profound_inputs" / name).read_text(encoding="utf-8")
        was, now = changes.get(name.removesuffix(".csv"), ("", ""))
        (tmp_path / "profound_inputs" / name).write_text(text.replace(was, now, 1) if was else text, encoding="utf-8")
    with gzip.open(data / "profound_inputs" / "InitialPopulation.csv.gz", "rt") as file:
        lines = file.readlines()[:200]
    was, now = changes.get("people", ("", ""))
    packed = "".join(lines).replace(was, now, 1) if was else "".join(lines)
    (tmp_path / "profound_inputs" / "InitialPopulation.csv.gz").write_bytes(gzip.compress(packed.encode()))
    if changes.get("sets") != ("", ""):
        with (data / "profound_calibrated_sets_0001_0500.csv").open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
        row |= dict([changes["sets"]]) if "sets" in changes else {}
        (tmp_path / "profound_calibrated_sets_x.csv").write_text(
            ",".join(row) + "\n" + ",".join(row.values()) + "\n", encoding="utf-8"
        )
    return tmp_path


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sets": ("OD_hosp", "1.9")}, "OD_hosp is 1.9; expected a number from 0 to 1"),
        ({"sets": ("multi.fx", "")}, "multi.fx is missing"),
        ({"sets": ("", "")}, "no calibrated set"),
        ({"people": ("Woonsocket", "Moon")}, "residence is 'Moon'"),
        ({"people": (',"preb",', ',"moon",')}, "curr.state is 'moon'"),
        ({"NxDataOEND": ('"year","Barrington"', '"year","Moon","Barrington"')}, "the 39 towns"),
        ({"NxDataPharm": ("2015,979", "2015,-979")}, "number from 0"),
    ],
)
def test_bad_files_are_named_by_row(data, tmp_path, changes, told):
    with pytest.raises(BadInput, match=told):
        inputs.load(copied(data, tmp_path, **changes))


def test_a_state_that_does_not_go_with_the_own_use_state_is_refused(data, tmp_path):
    place = inputs.load(copied(data, tmp_path)).inputs
    odd = inputs.People(
        place.people.state,
        np.full_like(place.people.own, inputs.NODU),
        place.people.age,
        place.people.ever,
        place.people.town,
    )
    with pytest.raises(ValueError, match="own use state"):
        cells.start(replace(place, people=odd))
