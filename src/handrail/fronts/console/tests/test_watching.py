"""A replay tells what was known on a day; later news changes later replays only; the words are those of what can be seen."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from typer.testing import CliRunner

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.fronts.console import app, publications, watching
from handrail.services.drugchecking.tests.factories import make_site

GCMS = "sampleid,substance,abundance,method,date_complete,confirmatory,gcms_peak,expectedsubstance,state,date_collect\n"


def test_the_open_history_is_replayed(shared):
    path = shared / "data" / "drugchecking" / "unc" / "unc_monthly_substance_counts_2022_2023.csv"

    whole = watching.as_known_on(date(2023, 12, 31), unc=path)
    earlier = watching.as_known_on(date(2022, 7, 30), unc=path)
    reference = watching.as_known_on(date(2023, 12, 31), unc=path, rule="reference/1")

    assert [(one["substance"], one["month"], one["k"], one["n"]) for one in whole["raised"]] == [
        ("methamphetamine", "2022-07", 28, 71)
    ]
    assert earlier["raised"] == []  # July was not over
    assert [one["substance"] for one in reference["raised"]] == ["methamphetamine", "quinine", "bromazolam"]
    assert whole["strata"] == [
        {"stratum": "all", "state": "monitored", "n0": 2030, "needed": 100, "last_data": "2023-12-31", "substances": 16}
    ]
    assert whole["counts"] == "samples, not contributors"
    assert json.dumps(whole, sort_keys=True) == json.dumps(
        watching.as_known_on(date(2023, 12, 31), unc=path), sort_keys=True
    )


def test_the_command_prints_a_sheet_and_never_that_all_is_well(shared, monkeypatch):
    monkeypatch.setattr("handrail.fronts.console.setting_up.open_house", lambda: None)
    path = shared / "data" / "drugchecking" / "unc" / "unc_monthly_substance_counts_2022_2023.csv"

    told = CliRunner().invoke(app.app, ["watch", "replay", "--as-of", "2022-06-30", "--unc", str(path)])

    assert told.exit_code == 0, told.output
    assert "Nothing fired among what can be watched." in told.output
    assert "all: monitored, 16 substances" in told.output
    assert "not the market" in told.output
    assert "no alerts" not in told.output.lower()


@pytest.mark.django_db
@pytest.mark.scenario("drugchecking:12")
def test_late_rows_change_later_replays_and_never_an_earlier_one(tmp_path, monkeypatch):
    make_site()
    rows = [
        f"{month:02}-{n},{'fentanyl' if n % 9 == 0 else 'heroin'},,GCMS,2023-{month:02}-28,1,.,heroin,NC,2023-{month:02}-{n % 27 + 1:02}"
        for month in range(1, 11)
        for n in range(20)
    ]
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(GCMS + "\n".join(rows) + "\n", encoding="utf-8")
    late = [f"late-{n},xylazine,,GCMS,2023-09-28,1,.,heroin,NC,2023-09-{n % 27 + 1:02}" for n in range(200)]
    second.write_text(GCMS + "\n".join(late) + "\n", encoding="utf-8")
    days = [datetime(2023, 11, 2, 12, tzinfo=UTC), datetime(2023, 12, 2, 12, tzinfo=UTC)]

    monkeypatch.setattr(clock, "now", lambda: days[0])
    publications.import_file("unc-gcms", first)
    stopped = json.dumps(watching.as_known_on(date(2023, 11, 15)), sort_keys=True)
    monkeypatch.setattr(clock, "now", lambda: days[1])
    publications.import_file("unc-gcms", second)

    assert json.dumps(watching.as_known_on(date(2023, 11, 15)), sort_keys=True) == stopped
    later = watching.as_known_on(date(2023, 12, 3))
    assert [(one["substance"], one["month"]) for one in later["raised"]] == [("xylazine", "2023-09")]
    assert watching.as_known_on(date(2023, 11, 1))["series"] == 0  # this house knew nothing yet
    assert (
        watching.as_known_on(date(2023, 11, 1), by_source=True)["raised"][0]["substance"] == "xylazine"
    )  # its source did


@pytest.mark.django_db
def test_samples_alike_on_one_day_count_once(tmp_path):
    make_site()
    path = tmp_path / "batch.csv"
    path.write_text(
        GCMS + "".join(f"b{n},xylazine,,GCMS,2023-05-28,1,.,heroin,NC,2023-05-03\n" for n in range(40)),
        encoding="utf-8",
    )
    publications.import_file("unc-gcms", path)

    series = watching.supply.of_samples(as_of=date(2026, 12, 1)).series

    assert [(one.substance, one.stratum, one.k[0], one.n[0]) for one in series] == [
        ("xylazine", "NC, expected opioid", 1, 1)
    ]
    assert watching.as_known_on(series[0].last_data + timedelta(days=2000))["strata"][0]["state"] == "stale"


def test_states_are_said_in_words():
    for state, words in (
        ("monitored", "monitored"),
        ("not-monitored", "not monitored (40 of 100)"),
        ("stale", "stale (last data 2023-01-01)"),
    ):
        assert watching.say_state({"state": state, "n0": 40, "needed": 100, "last_data": "2023-01-01"}) == words


def test_a_wrong_day_or_rule_is_refused():
    with pytest.raises(Refused, match="bad-day-told"):
        watching.day("last week")
    with pytest.raises(Refused, match="unknown-rule"):
        watching.as_known_on(date(2023, 1, 1), rule="any/1")
