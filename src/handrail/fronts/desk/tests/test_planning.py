"""The planner: sentences with an interval, the word modelled, ends that hold, no causal verb; for whoever is signed in."""

import json
import random
import re

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from handrail.evidence import impact
from handrail.evidence.impact import library, pack, placebook, report, supervised_site
from handrail.fronts.console import modelling
from handrail.fronts.desk.plans import PLANS

from .desks import open_desk

CAUSAL = re.compile(
    r"\b(averts?|averted|prevents?|prevented|causes?|caused|saves?|saved|reduces?|reduced|leads? to)\b", re.IGNORECASE
)
DISPUTED = "rest on one site, Vancouver, and are disputed"


@pytest.fixture
def desk(outreach):
    return open_desk(Client(), outreach)


def asked(desk, name="hepatitis-c", *, swapped=False, **typed):
    return desk.get(reverse("desk:plan", args=[name]), typed, headers={"HX-Request": "true"} if swapped else {})


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_coverage_answers_in_a_sentence_with_an_interval_and_another_structure(desk):
    page = words(asked(desk, prevalence=40, oat=60, nsp=60, treated=0))
    assert "Modelled, not observed" in page
    assert re.search(r"is 27 % \(credible interval \d+ to \d+ %\), beside 40 %", page)
    assert re.search(r"With other structures: \d+ to \d+ %", page)
    assert "Not for: either service alone" in page and "No area" in page


def test_hiv_takes_the_stronger_effect_alone_for_both_services(desk):
    page = words(asked(desk, "hiv", prevalence=15, oat=60, nsp=60))
    assert re.search(r"modelled HIV infection after 10 years is \d+ % \(credible interval", page)
    assert "No joint estimate exists for HIV" in page and "an illustration" in page


def test_naloxone_says_what_kits_would_meet_and_where_the_evidence_ends(desk):
    page = words(asked(desk, "naloxone", people=1000000, deaths=150, community=3000, community_then=9000))
    assert re.search(
        r"a modelled \d+ % of overdoses meet naloxone \(credible interval \d+ to \d+ %\), beside \d+ %", page
    )
    assert re.search(r"is lower by [\d.]+ a year \(credible interval [\d.]+ to [\d.]+; with the other form", page)
    assert "20,000 kits: here the evidence ends" in page
    still = words(asked(desk, "naloxone", community=3000, community_then=3000))
    assert "Move a slider" in still and "lower by" not in still


def test_a_site_shows_the_dispute_and_no_effect_beside_every_figure(desk):
    answer = asked(desk, "consumption-site", places_now=0, hours_now=0, places=13, hours=18, near=23)
    page = words(answer)
    assert DISPUTED in page and "one site, disputed no effect" in page
    assert "lower by 0 (no effect) to 5.9 a year" in page
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", answer.content.decode(), re.S)
    assert len(rows) == 5 and all(row.count("<td>") == 2 for row in rows)
    assert "Not for: any other site: one site and disputed" in page


def test_less_than_today_is_said_as_higher(desk):
    kits = words(asked(desk, "naloxone", people=1000000, deaths=150, community=9000, community_then=3000))
    assert "The modelled number of deaths is higher by" in kits and "-" not in kits.split("higher by")[1][:60]
    places = words(asked(desk, "consumption-site", places_now=13, hours_now=18, places=6, hours=8))
    assert "is higher by 0 (no effect) to 2.5 a year" in places


@pytest.mark.scenario("evidence:1")
def test_five_tables_give_every_cell_and_the_page_shows_each_formula_and_row(desk, tmp_path):
    """The published city goes through a databook as a reader would enter it, and through the page at the size of its site."""
    numbers = {
        f"{outcome}.{symbol}": value for (outcome, symbol), value in supervised_site.shipped().inputs["values"].items()
    }
    rows = [
        (one.table, one.name, repr(numbers[one.name]), one.unit, "Irwin 2017", "", "")
        for one in placebook.asked(supervised_site.FAMILY)
    ]
    placebook.write(tmp_path / "city.xlsx", [placebook.COLUMNS, *rows])
    city = impact.Scenario("city", placebook.load(tmp_path / "city.xlsx", supervised_site.FAMILY).settings)
    found = impact.run(supervised_site.shipped(), city).figures
    for name, value, within in (("hiv_infections_fewer", 3.68, 0.01), ("hcv_infections_fewer", 21.17, 0.05), ("overdose_deaths_fewer", 5.95, 0.005), ("ambulance_calls_fewer", 108.2, 0.05), ("hospital_stays_fewer", 26.8, 0.05), ("value_per_death", 503868.5, 0.5)):  # fmt: skip
        assert found[name].values[0] == pytest.approx(value, abs=within)
    page = words(asked(desk, "consumption-site", places_now=0, hours_now=0, places=13, hours=18, near=23.15))
    for label, shown in (("Overdose deaths", "5.9"), ("HIV infections", "3.7"), ("Hepatitis C infections", "21"), ("Ambulance calls", "108"), ("Hospital stays", "27")):  # fmt: skip
        assert f"{label} {shown} 0" in page
    for name, cell in supervised_site.CELLS.items():
        assert f"{name} = {cell.formula} (supervised-site.csv: {cell.symbols[0]} row" in page


def test_parameters_show_their_source_where_they_are_used_and_what_is_no_default(desk):
    page = words(desk.get(reverse("desk:plan-library")))
    assert "transmission, effects=turner" in page and "Turner 2011 Addiction" in page
    assert "under an erratum: never a default" in page and "to verify: never a default" in page
    assert "one site, disputed" in page and "No estimate exists" in page and "last checked 2026-11-24" in page
    assert not CAUSAL.search(page.replace("all-cause mortality", "")) and page.count("Not for") == len(
        library.shipped()
    )


@pytest.mark.parametrize("name", PLANS)
def test_a_slider_that_moves_gets_the_answer_alone(desk, name):
    swapped = asked(desk, name, swapped=True)
    assert (
        swapped.status_code == 200 and b"<form" not in swapped.content and b"Modelled, not observed" in swapped.content
    )
    assert swapped.content in asked(desk, name).content


@pytest.mark.parametrize("name", PLANS)
def test_no_sentence_holds_a_causal_verb_and_each_says_what_would_change_it(desk, name):
    page = words(asked(desk, name))
    assert not CAUSAL.search(page)
    assert ("What would change it" in page and "Not for:" in page and "No area" in page) or "names none" in page


@pytest.mark.scenario("evidence:23")
def test_nothing_past_an_end_is_answered_and_every_bar_holds_other_structures(desk):
    for plan in PLANS.values():
        if (curves := plan.answer({one.name: one.start for one in plan.sliders}).curves) is not None:
            bar = curves.bar  # depths: what is lower on the picture is a larger number
            assert bar is not None and bar.highest <= bar.high <= bar.low <= bar.lowest
            assert "paler" in curves.caption or "other form" in curves.caption
    rng = random.Random(1)
    for _ in range(1000):
        plan = rng.choice(list(PLANS.values()))
        one = rng.choice(plan.sliders)
        past = rng.choice(
            [one.most + rng.choice([0.1, 1, 1e9]), one.least - rng.choice([0.1, 3]), "x", "", "nan", "inf"]
        )
        answer = asked(desk, plan.name, swapped=True, **{one.name: past})
        told = answer.content.decode()
        assert answer.status_code == 422 and "credible" not in told
        assert re.search(r"must lie between [\d,.]+ and [\d,.]+: nothing beyond was checked", told)


@pytest.mark.parametrize(
    "typed",
    [
        {"people": 100000, "deaths": 15, "community_then": 2001},
        {"people": 100000, "deaths": 15, "community": 1500, "prescribed": 501},
        {"people": 1000000, "deaths": 300},
        {"people": 1000000, "deaths": 12},
    ],
)
def test_no_combination_leaves_the_hull(desk, typed):
    answer = asked(
        desk, "naloxone", **{"community": 0, "community_then": 0, "prescribed": 0, "prescribed_then": 0} | typed
    )
    assert answer.status_code == 422 and "must lie between" in words(answer)


def test_the_pages_command_gives_the_pages_figures(desk):
    for plan in PLANS.values():
        answer = plan.answer({one.name: one.start for one in plan.sliders})
        again = impact.run(
            plan.parameters(), answer.result.scenario, seed=answer.result.seed, draws=answer.result.draws
        )
        assert again.as_json() == answer.result.as_json()
        for name, value in answer.result.scenario.settings.items():
            told = f"{value:.10g}" if isinstance(value, float) else value
            assert f"--set {name}={told} " in answer.command


@pytest.mark.scenario("evidence:17")
@pytest.mark.parametrize("name", PLANS)
def test_one_click_exports_a_pack_that_runs_again_bit_for_bit(desk, name, tmp_path):
    page = asked(desk, name).content.decode()
    link = re.findall(r'href="([^"]+evidence\.zip[^"]*)"', page)[0]
    answer = desk.get(link.replace("&amp;", "&"))
    (tmp_path / "pack.zip").write_bytes(answer.content)
    kept = pack.read(tmp_path / "pack.zip")
    assert set(kept.files) == {"run.json", "figures.csv", "parameters.csv", "cheers-28.csv", "odd.md", "report.pdf"}
    assert kept.files["report.pdf"].startswith(b"%PDF-") and "averted" not in str(kept.files)
    told = CliRunner().invoke(modelling.app, ["again", str(tmp_path / "pack.zip")])
    assert told.exit_code == 0 and "the same, bit for bit" in told.stdout
    assert kept.hash in told.stdout and kept.hash[:12] in answer["Content-Disposition"]


@pytest.mark.scenario("evidence:22")
def test_a_disputed_effect_has_its_sentence_and_no_effect_on_page_print_and_export(desk):
    page = words(asked(desk, "consumption-site"))
    assert supervised_site.DISPUTE in page and "no effect" in page
    printed = CliRunner().invoke(modelling.app, ["run", "supervised-site", "--shipped"]).stdout
    assert supervised_site.DISPUTE in printed and printed.count("no effect") >= len(supervised_site.CELLS)
    result = PLANS["consumption-site"].answer({one.name: one.start for one in PLANS["consumption-site"].sliders}).result
    files = pack.of(result).files
    record = json.loads(files["run.json"])
    assert supervised_site.DISPUTE in record["notes"]
    assert all("no effect" in one["labels"]["arm"] for one in record["figures"].values())
    rows = files["figures.csv"].decode().splitlines()[2:]
    assert (
        sum("arm no effect" in row for row in rows)
        == sum("arm one site, disputed" in row for row in rows)
        == len(rows) / 2
    )
    told = report.told(result, stated="")
    assert (
        told["dispute"] == supervised_site.DISPUTE
        and sum("no effect" in row[0] for row in told["figures"]) == len(rows) / 2
    )


def test_a_pack_of_what_lies_past_an_end_is_refused(desk):
    answer = desk.get(reverse("desk:plan-evidence", args=["hiv"]), {"oat": "90"})
    assert answer.status_code == 422 and "must lie between" in words(answer)


def test_a_question_that_is_none_is_not_found(desk):
    assert asked(desk, "weather").status_code == 404


def test_a_stranger_is_sent_to_sign_in():
    assert asked(Client()).status_code == 302
