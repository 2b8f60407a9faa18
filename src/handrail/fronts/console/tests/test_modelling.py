"""`handrail model` as it is typed."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from handrail.core.common.refusals import Refused
from handrail.core.ui import refusals
from handrail.evidence import impact
from handrail.evidence.impact import ensemble, placebook
from handrail.fronts.console import app as console
from handrail.fronts.console import benching, calibrating, modelling

RUN = CliRunner()
modelling.app.command()(calibrating.calibrate)


def said(*words):
    result = RUN.invoke(modelling.app, words)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_list_names_every_family_with_its_question():
    rows = json.loads(said("list", "--json").output)
    assert [row["family"] for row in rows] == list(impact.FAMILIES)
    assert all(row["question"] in said("list").output for row in rows)


def test_run_prints_figures_with_units_and_the_label():
    told = said("run", "transmission", "--set", "oat=0.4", "--figures", "prevalence*", "--draws", "10").output
    assert "modelled, not observed" in told and "prevalence_at_end" in told and "incidence" not in told
    plain = json.loads(said("run", "transmission", "--figures", "prevalence_at_end", "--json").output)
    assert set(plain["figures"]) == {"prevalence_at_end"}


def test_run_reads_the_shared_inputs(shared):
    told = said("run", "network-cost-benefit", "--scenario", "package_b", "--figures", "best_*:overdose_deaths").output
    assert "package_b" in told and "223.065" in told
    assert "baseline" in said("run", "network-cost-benefit", "--figures", "best_total:overdose_deaths").output
    assert "checksum" in said("run", "block-cohort").output


def test_a_place_goes_from_an_empty_book_to_a_run_and_a_pack_that_runs_again(tmp_path):
    book, folder = tmp_path / "here.xlsx", tmp_path / "kept"
    assert "fill in value and source" in said("template", "supervised-site", str(book)).output
    missing = said("inspect", "supervised-site", "--place", str(book))
    assert missing.exit_code == 1 and "here.xlsx, sheet place, row 2: source of hiv.I is missing" in missing.output
    rows = [
        (one.table, one.name, "0.5" if one.most == 1 else "20", one.unit, "made up", "", "")
        for one in placebook.asked("supervised-site")
    ]
    placebook.write(tmp_path / "full.csv", [placebook.COLUMNS, *rows])
    assert "nothing missing" in said("inspect", "supervised-site", "--place", str(tmp_path / "full.csv")).output
    told = said(
        "run",
        "supervised-site",
        "--shipped",
        "--place",
        str(tmp_path / "full.csv"),
        "--set",
        "places=5",
        "--pack",
        str(folder),
    )
    assert "no effect" in told.output and "Not for: any other site" in told.output
    assert "the same, bit for bit" in said("again", str(folder)).output


def test_a_family_without_inputs_of_the_house_says_so():
    with pytest.raises(impact.BadInput, match="--shipped for block-cohort"):
        said("run", "block-cohort", "--shipped")


def test_run_refuses_with_file_row_and_expectation(tmp_path):
    with pytest.raises(impact.BadInput) as refused:
        said("run", "block-cohort", "--data", str(tmp_path / "none.db"))
    sentence = refusals.CATALOGUE["model-input"].what % refused.value.facts
    assert "none.db: cannot be read; expected a SQLite file" in sentence
    assert said("run", "transmission", "--set", "oat").exit_code == 2


def test_check_compares_every_anchor_and_invents_nothing(shared):
    quick = [
        word for name in impact.FAMILIES if name != "town-overdose" for word in ("--family", name)
    ]  # its own tests run it
    result = said("check", "--json", *quick)
    rows = [json.loads(line) for line in result.output.splitlines()]
    verdicts = {row["verdict"] for row in rows}
    assert verdicts == {"holds", "short", "missing"}
    assert result.exit_code == 1  # something is short, and the command says so
    assert all(row["ours"] is None for row in rows if row["verdict"] == "missing")
    assert {row["family"] for row in rows} == set(impact.FAMILIES) - {"town-overdose"}
    assert all(
        row["anchor"] in said("check", "--family", "supervised-site").output
        for row in rows
        if row["family"] == "supervised-site"
    )


def test_check_without_data_is_refused(tmp_path):
    with pytest.raises(Refused):
        said("check", "--data", str(tmp_path / "none"))


def test_bench_and_the_word_itself(monkeypatch):
    monkeypatch.setattr(benching, "run", lambda names, *, json: 0 if names == ["models"] else 1)
    assert said("bench").exit_code == 0
    assert "network-cost-benefit" in RUN.invoke(console.app, ["model", "list"]).output


def test_a_pack_runs_again_bit_for_bit_and_a_folder_is_never_overwritten(tmp_path):
    words = ("run", "transmission", "--set", "oat=0.4", "--draws", "5", "--pack", str(tmp_path / "p"))
    said(*words)
    assert "bit for bit" in said("again", str(tmp_path / "p")).output
    with pytest.raises(impact.BadInput, match="already"):
        said(*words)


def test_a_pack_of_other_inputs_differs(shared, tmp_path):
    inputs = tmp_path / "irwin2017_inputs.csv"
    text = (shared / "data" / "evidence" / "anchors" / inputs.name).read_text(encoding="utf-8")
    inputs.write_text(text, encoding="utf-8")
    said("run", "supervised-site", "--data", str(inputs), "--pack", str(tmp_path / "p"))
    inputs.write_text(text.replace("0.257", "0.2"), encoding="utf-8")
    assert said("again", str(tmp_path / "p"), "--data", str(inputs)).exit_code == 1


def test_inspect_names_every_cell_and_runs_nothing(shared, tmp_path):
    inputs = tmp_path / "irwin2017_inputs.csv"
    text = (shared / "data" / "evidence" / "anchors" / inputs.name).read_text(encoding="utf-8")
    inputs.write_text(text.replace("0.257", "1.257").replace("1,hiv,m,1.2", "1,hiv,m,many"), encoding="utf-8")
    told = said("inspect", "supervised-site", "--data", str(inputs))
    assert told.exit_code == 1
    assert len(told.output.splitlines()) == 2 and "row 8: value is 'many'" in told.output
    assert "nothing missing" in said("inspect", "network-cost-benefit", "--book", "market_change").output


def test_a_calibration_goes_on_where_it_stood_and_says_what_lies_nearest(tmp_path):
    (tmp_path / "ranges.csv").write_text("name,low,high\nexit_rate,0.05,0.12\n", encoding="utf-8")
    (tmp_path / "targets.csv").write_text("name,value\nprevalence_at_end,0.3\n", encoding="utf-8")
    lines = tmp_path / "sets.jsonl"
    words = ("calibrate", "transmission", "--shipped", "--set", "oat=0.4", "--set", "nsp=0.4", "--sets", "8", "--ranges", str(tmp_path / "ranges.csv"), "--targets", str(tmp_path / "targets.csv"), "--to", str(lines))  # fmt: skip
    whole = said(*words, "--json").stdout
    best = json.loads(whole)[0]
    assert best["parameters"]["exit_rate"] == pytest.approx(0.081, abs=0.01) and best["distance"] < 0.02
    kept = lines.read_text(encoding="utf-8").splitlines()
    lines.write_text("\n".join(kept[:4]) + '\n{"number": 3, "para', encoding="utf-8")
    assert said(*words, "--json").stdout == whole
    assert lines.read_text(encoding="utf-8").splitlines() == kept
    assert "% away   exit_rate" in said(*words, "--keep", "1").stdout
    with pytest.raises(impact.BadInput, match="another calibration"):
        said(*words, "--set", "oat=0.5")
    with pytest.raises(impact.BadInput, match="only mutual TLS"):
        said(*words, "--scheduler", "tcp://10.1.1.1:8786")


def test_an_interrupted_calibration_says_how_many_are_kept(tmp_path, monkeypatch):
    (tmp_path / "ranges.csv").write_text("name,low,high\nexit_rate,0.05,0.12\n", encoding="utf-8")
    (tmp_path / "targets.csv").write_text("name,value\nprevalence_at_end,0.3\n", encoding="utf-8")

    def interrupted(going, **_):
        next(iter(going))
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrating, "track", interrupted)
    told = said("calibrate", "transmission", "--shipped", "--sets", "4", "--ranges", str(tmp_path / "ranges.csv"), "--targets", str(tmp_path / "targets.csv"), "--to", str(tmp_path / "s.jsonl"))  # fmt: skip
    assert told.exit_code == 130 and "1 of 4 sets are kept" in told.output


@pytest.fixture
def scheduler():
    """Serve a real scheduler with one worker of this machine; neither ever had the operator's environment."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith(ensemble.SECRETS)}
    bare["PYTHONPATH"] = str(Path(impact.__file__).parents[3])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    words = [[sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard"], [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]]  # fmt: skip
    served = [subprocess.Popen(each, env=bare, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for each in words]
    yield address
    for one in reversed(served):
        one.terminate()
        one.wait(timeout=20)


def test_the_same_command_runs_on_a_scheduler_and_finds_the_same_sets(tmp_path, scheduler):
    (tmp_path / "ranges.csv").write_text("name,low,high\nexit_rate,0.05,0.12\n", encoding="utf-8")
    (tmp_path / "targets.csv").write_text("name,value\nprevalence_at_end,0.3\n", encoding="utf-8")
    words = ("calibrate", "transmission", "--shipped", "--sets", "4", "--ranges", str(tmp_path / "ranges.csv"), "--targets", str(tmp_path / "targets.csv"), "--json")  # fmt: skip
    there = said(*words, "--to", str(tmp_path / "there.jsonl"), "--scheduler", scheduler)
    here = said(*words, "--to", str(tmp_path / "here.jsonl"))
    assert json.loads(there.stdout) == json.loads(here.stdout) and len(json.loads(here.stdout)) == 4
