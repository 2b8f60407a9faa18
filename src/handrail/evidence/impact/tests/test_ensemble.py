"""Many runs: what a worker is told, what it never sees, and which scheduler may be joined."""

import os

import pytest

from handrail.evidence.impact import BadInput, Scenario, calibration, ensemble, run, transmission

ASKED = ensemble.Simulation("transmission", "", "x", ("prevalence_at_end", "prevalence@5.0"), {"oat": 0.4})


def test_a_simulation_answers_what_targets_name():
    found = ASKED({"exit_rate": 0.1}, 3)
    result = run(transmission.load(), Scenario("x", {"oat": 0.4, "exit_rate": 0.1}))
    assert found == {
        "prevalence_at_end": result.value("prevalence_at_end"),
        "prevalence@5.0": float(result.figures["prevalence"].values[60]),
    }


@pytest.mark.parametrize("name", ["weather", "prevalence@5.001", "prevalence"])
def test_a_target_that_is_no_figure_is_named(name):
    with pytest.raises(BadInput, match=name):
        ensemble.Simulation("transmission", "", "x", (name,))({}, 1)


def test_processes_give_the_same_sets_as_one_and_see_no_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", "postgresql://secret")
    monkeypatch.setenv("PGPASSWORD", "secret")
    task = calibration.Task({"exit_rate": (0.05, 0.12)}, {"prevalence_at_end": 0.3}, sets=5, seed=2)
    with ensemble.processes(2) as pool:
        seen = pool.submit(ensemble.environment).result()
        shared = list(calibration.run(task, ASKED, tmp_path / "a.jsonl", workers=pool))
    assert not [name for name in seen if name.startswith(ensemble.SECRETS)] and "PATH" in seen
    assert os.environ["HANDRAIL_DATABASE_URL"] == "postgresql://secret"
    alone = list(calibration.run(task, ASKED, tmp_path / "b.jsonl"))
    assert [one.outputs["prevalence_at_end"] for one in shared] == [one.outputs["prevalence_at_end"] for one in alone]


def test_towns_take_their_sets_parameters(data):
    asked = ensemble.Simulation("town-overdose", str(data), "SQ", ("ODdeaths2016",))
    few, many = (asked({"multi.fx": times}, 1)["ODdeaths2016"] for times in (2.0, 12.0))
    assert 0 < few < many
    with pytest.raises(BadInput, match=r"multi\.fy"):
        asked({"multi.fy": 1.0}, 1)
    with pytest.raises(BadInput, match="ODdeaths1999"):
        ensemble.Simulation("town-overdose", str(data), "SQ", ("ODdeaths1999",))({}, 1)


def test_a_family_without_inputs_of_the_house_needs_data():
    with pytest.raises(BadInput, match="--data"):
        ensemble.parameters("town-overdose", "", "SQ")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tcp://[::1]:8786"])
def test_a_scheduler_of_this_machine_passes(address):
    ensemble.check_scheduler(ensemble.Scheduler(address))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://10.0.0.7:8786", "only mutual TLS"),
        ("tcp://localhost:8786", "only mutual TLS"),
        ("tls://10.0.0.7:8786", "--tls-ca: no such file"),
        ("10.0.0.7:8786", "an address like"),
        ("ws://127.0.0.1:1", "an address like"),
    ],
)
def test_any_other_needs_mutual_tls(address, said):
    with pytest.raises(BadInput, match=said):
        ensemble.check_scheduler(ensemble.Scheduler(address))


def test_two_of_three_files_are_not_mutual(tmp_path):
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text("pem", encoding="utf-8")
    whole = ensemble.Scheduler("tls://10.0.0.7:8786", tmp_path / "ca", tmp_path / "cert", tmp_path / "key")
    ensemble.check_scheduler(whole)
    with pytest.raises(BadInput, match="--tls-key"):
        ensemble.check_scheduler(ensemble.Scheduler(whole.address, whole.ca, whole.cert))
