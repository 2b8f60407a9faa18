"""The evidence pack: sealed, blank where nothing is known, and the same again bit for bit."""

import csv
import io

import pytest

from handrail.evidence.impact import FAMILIES, BadInput, Scenario, pack, report, run, supervised_site, transmission

PLACE = {"population": 1_000_000, "deaths": 150, "kits_THN": 3000, "kits_RX": 500, "kits_standing_order": 0}
ASKED = Scenario("x", {"oat": 0.4, "nsp": 0.4})


def packed():
    return pack.of(run(transmission.load(), ASKED, seed=3, draws=20))


def test_a_run_again_gives_every_figure_bit_for_bit():
    assert packed() == packed()
    assert packed().hash == packed().hash


def test_a_pack_is_read_back_and_a_changed_one_refused(tmp_path):
    packed().write(tmp_path / "p")
    assert pack.read(tmp_path / "p") == packed()
    (tmp_path / "p.zip").write_bytes(packed().zipped())
    assert pack.read(tmp_path / "p.zip") == packed() and packed().zipped() == packed().zipped()
    figures = tmp_path / "p" / pack.FIGURES
    figures.write_text(figures.read_text(encoding="utf-8").replace("0.4", "0.5", 1), encoding="utf-8")
    with pytest.raises(BadInput, match="another hash"):
        pack.read(tmp_path / "p")
    figures.unlink()
    with pytest.raises(BadInput, match=r"figures\.csv"):
        pack.read(tmp_path / "p")


def test_cheers_has_its_28_items_and_flags_what_nobody_answered():
    rows = pack.cheers(run(transmission.load(), ASKED))
    assert [number for number, _, _ in rows] == list(range(1, 29))
    assert {item: answer for _, item, answer in rows}["Source of funding"] == pack.BLANK
    assert "point estimates only" in str(rows)
    own = pack.cheers(run(transmission.load(), Scenario("x")))
    assert "all at their defaults" in str(own)


def test_odd_is_written_for_individuals_only(data):
    from handrail.evidence.impact import family

    assert b"follows no individuals" in packed().files[pack.ODD]
    towns = family("town-overdose").read(data, ASKED)
    text = pack.of(run(towns, Scenario("SQ", {"months": 12}))).files[pack.ODD].decode()
    assert "Submodels" in text and pack.BLANK in text


def test_no_column_or_figure_of_ours_says_averted_and_no_value_is_made_up():
    figures = packed().files[pack.FIGURES].decode()
    assert figures.startswith("modelled, not observed; not for: a person's own risk")
    assert "averted" not in figures and "nan" not in figures


def test_discount_is_said_where_it_is_told(data):
    from handrail.evidence.impact import decision_tree

    result = run(decision_tree.load(data / "anchors"), Scenario("x", {"discount_rate": 0.035}))
    assert "0.035 a year" in pack.of(result).files[pack.ANSWERS].decode()


def test_a_torn_zip_or_a_folder_without_a_file_is_refused(tmp_path):
    (tmp_path / "torn.zip").write_bytes(packed().zipped()[:-40])
    with pytest.raises(BadInput, match=r"torn\.zip"):
        pack.read(tmp_path / "torn.zip")


def test_what_differs_is_named():
    other = pack.of(run(transmission.load(), ASKED, seed=4, draws=20))
    assert packed().unlike(other) == [pack.RECORD, pack.FIGURES, pack.ANSWERS, pack.REPORT]


def test_every_parameter_stands_with_its_citation_and_what_it_is_not_for():
    rows = list(csv.DictReader(io.StringIO(packed().files[pack.PARAMETERS].decode())))
    assert [row["id"] for row in rows] == ["oat_hcv_uk", "nsp_hcv_uk", "both_hcv_uk", "effects.csv"]
    assert all(row["citation"] and row["not_for"] for row in rows[:-1]) and len(rows[-1]["estimate"]) == 64


def test_a_disputed_effect_stands_with_its_sentence_and_no_effect_in_every_file():
    whole = pack.of(run(supervised_site.shipped(), Scenario("here", {"places": 4, "hours": 8})))
    assert "arm no effect" in whole.files[pack.FIGURES].decode()
    assert "one site, disputed" in whole.files[pack.PARAMETERS].decode()
    told = report.told(run(supervised_site.shipped(), Scenario("here")), stated="")
    assert told["dispute"] == supervised_site.DISPUTE
    assert any("no effect" in row[0] for row in told["figures"])


@pytest.mark.parametrize("name", ["naloxone-saturation", "transmission", "supervised-site"])
def test_the_report_is_a_document_that_says_modelled_and_names_no_hour(name):
    chosen = FAMILIES[name]
    assert chosen.shipped is not None
    result = run(chosen.shipped(), Scenario("here", PLACE if name == "naloxone-saturation" else {}), draws=20)
    whole = pack.of(result).files[pack.REPORT]
    assert whole.startswith(b"%PDF-") and b"CreationDate" not in whole
    told = report.told(result, stated="")
    assert told["label"] == "Modelled, not observed" and told["not_for"] == chosen.not_for
    assert (len(told["pictures"]) > 0) == (name != "supervised-site")
    assert told["blank"] == sum(answer == pack.BLANK for _, _, answer in pack.cheers(result)) > 0
