"""The evidence pack: sealed, blank where nothing is known, and the same again bit for bit."""

import pytest

from handrail.evidence.impact import BadInput, Scenario, pack, run, transmission

ASKED = Scenario("x", {"oat": 0.4, "nsp": 0.4})


def packed():
    return pack.of(run(transmission.load(), ASKED, seed=3, draws=20))


def test_a_run_again_gives_every_figure_bit_for_bit():
    assert packed() == packed()
    assert packed().hash == packed().hash


def test_a_pack_is_read_back_and_a_changed_one_refused(tmp_path):
    packed().write(tmp_path / "p")
    assert pack.read(tmp_path / "p") == packed()
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

    assert "follows no individuals" in packed().files[pack.ODD]
    towns = family("town-overdose").read(data, ASKED)
    text = pack.of(run(towns, Scenario("SQ", {"months": 12}))).files[pack.ODD]
    assert "Submodels" in text and pack.BLANK in text


def test_no_column_or_figure_of_ours_says_averted_and_no_value_is_made_up():
    figures = packed().files[pack.FIGURES]
    assert figures.startswith("modelled, not observed")
    assert "averted" not in figures and "nan" not in figures


def test_discount_is_said_where_it_is_told(data):
    from handrail.evidence.impact import decision_tree

    result = run(decision_tree.load(data / "anchors"), Scenario("x", {"discount_rate": 0.035}))
    assert "0.035 a year" in pack.of(result).files[pack.ANSWERS]
