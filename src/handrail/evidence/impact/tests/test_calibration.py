"""Calibration goes on where it stood; allocation is never worse than greedy; the sensitivity job equals its plain form."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, calibration, run, sensitivity
from handrail.evidence.impact.town import allocation, model

TASK = calibration.Task({"a": (0.0, 10.0), "b": (1.0, 1.0)}, {"y": 5.0}, sets=20, seed=3)


def simulate(parameters, seed):
    return {"y": parameters["a"] * parameters["b"]}


def test_the_nearest_sets_lie_near_the_target(tmp_path):
    fitted = list(calibration.run(TASK, simulate, tmp_path / "c.jsonl"))
    best = calibration.nearest(fitted, 3)
    assert [one.number for one in fitted] == list(range(20))
    assert all(abs(one.outputs["y"] - 5) < 1.5 for one in best)
    assert best[0].distance <= best[-1].distance


def test_an_interrupted_calibration_resumes_where_it_stood(tmp_path):
    file, asked = tmp_path / "c.jsonl", []
    going = calibration.run(TASK, simulate, file)
    for _ in range(7):
        next(going)
    going.close()
    with file.open("a", encoding="utf-8") as lines:
        lines.write('{"number": 7, "param')  # the machine stopped in the middle of a line

    def counted(parameters, seed):
        asked.append(seed)
        return simulate(parameters, seed)

    resumed = list(calibration.run(TASK, counted, file))
    assert len(asked) == 13
    assert resumed == list(calibration.run(TASK, simulate, tmp_path / "whole.jsonl"))
    with ThreadPoolExecutor(2) as workers:
        assert list(calibration.run(TASK, simulate, tmp_path / "threads.jsonl", workers=workers)) == resumed


def test_a_file_of_another_calibration_is_not_continued(tmp_path):
    list(calibration.run(TASK, simulate, tmp_path / "c.jsonl"))
    other = calibration.Task(TASK.ranges, {"y": 6.0}, sets=20, seed=3)
    with pytest.raises(BadInput, match="another calibration"):
        list(calibration.run(other, simulate, tmp_path / "c.jsonl"))


def test_impossible_ranges_and_targets_are_named():
    with pytest.raises(BadInput, match="a from 2 to 1") as refused:
        calibration.check(calibration.Task({"a": (2.0, 1.0)}, {"y": 0.0}, 1, 1))
    assert len(refused.value.problems) == 2


def test_a_latin_hypercube_meets_each_twentieth_once():
    found = sorted(one["a"] for one in calibration.draws(TASK))
    assert [int(value * 2) for value in found] == list(range(20))


def test_ranks_are_even_where_the_calibration_is_right_and_not_where_it_is_wrong():
    rng = np.random.default_rng(1)
    truth = rng.normal(size=600)
    data = truth + rng.normal(size=600)
    right = data[:, None] / 2 + rng.normal(size=(600, 99)) / np.sqrt(2)
    wrong = data[:, None] / 2 + rng.normal(size=(600, 99)) / 4
    assert calibration.unevenness(calibration.ranks(truth, right), 99) < 2.5
    assert calibration.unevenness(calibration.ranks(truth, wrong), 99) > 5


def test_the_town_model_can_be_calibrated_on_its_own_draws(place, tmp_path):
    ranges = {
        "od.il.lr.sub": (0.01, 0.02),
        "multi.hr": (2.0, 4.0),
        "od.preb.sub": (0.001, 0.004),
        "multi.sub": (2.0, 6.0),
    }
    task = calibration.Task(ranges, {"ODdeaths2016": 29.0, "EDvisits2016": 160.0}, sets=3, seed=1)
    fitted = list(calibration.run(task, lambda told, seed: model.fit(place, 1, told, seed), tmp_path / "t.jsonl"))
    assert all(one.outputs["ODdeaths2016"] > 0 and one.distance < 1 for one in fitted)
    assert model.derived({"x": 1.0}) == {"x": 1.0}


@pytest.mark.scenario("evidence:16")
def test_kits_split_with_equal_margins_are_as_good_as_greedy_and_better_than_none(loaded):
    result = run(loaded, Scenario("allocate", {"kits": 10_000, "weights": "il.hr=1;NODU=0.133"}), seed=5, draws=12)
    margins, greedy, people, none = result.figures["expected_fewer"].values
    assert margins >= greedy - 1e-9 and margins >= people and none == 0
    assert result.figures["kits_by_town"].values[:3].sum(axis=1) == pytest.approx([10_000] * 3)
    equal, greedily, _, nothing = result.figures["deaths"].values
    assert equal <= 0.95 * nothing
    assert equal <= greedily * 1.03  # fresh seeds: noise of two means of twelve


def test_an_ensemble_of_sets_decides_together(place):
    kits = np.linspace(0, 60, 39)
    one, other = (allocation.need(place, place.sets[number], seed=1) for number in (1, 2))
    both = allocation.Ensemble((one, other))
    assert both.fewer(kits) == pytest.approx((one.fewer(kits) + other.fewer(kits)) / 2)
    split = allocation.equal_margins(both, 1000.0)
    assert split.sum() == pytest.approx(1000) and not np.allclose(split, allocation.equal_margins(one, 1000.0))
    for lone in (one, other):
        assert both.fewer(split).sum() >= both.fewer(allocation.equal_margins(lone, 1000.0)).sum() - 1e-9


def test_no_budget_goes_nowhere(place):
    met = allocation.need(place, place.sets[1], seed=1)
    assert allocation.equal_margins(met, 0.0).sum() == 0
    assert (np.diff([met.fewer(np.full(39, kits)).sum() for kits in (0.0, 10.0, 100.0, 1e6)]) > 0).all()


def test_the_sensitivity_job_equals_its_plain_form_and_keeps_people():
    draws = sensitivity.sample(300, seed=2)
    fast, plain = sensitivity.run(draws, months=24), sensitivity.plainly(draws, months=24)
    assert fast == pytest.approx(plain, rel=1e-9, abs=1e-12)
    assert fast[:40].sum(axis=0) == pytest.approx(np.ones(300), abs=1e-9)
    still = sensitivity.sample(4, seed=2, ranges={"overdose": (0.0, 0.0)})
    assert sensitivity.run(still, months=12)[40].max() == 0
