"""A place's databook: an empty one, a filled one as CSV and as a workbook, and every cell that cannot be used by its row."""

import csv
import io

import pytest
from openpyxl import Workbook, load_workbook

from handrail.evidence.impact import FAMILIES, BadInput, Scenario, placebook, run, saturation, transmission, workbook

NUMBERS = {"population": "800000", "deaths": "96", "kits_THN": "2400", "kits_RX": "300", "kits_standing_order": "0", "use_recorded": "no"}  # fmt: skip


def filled(family=saturation.FAMILY, numbers=NUMBERS, **changed):
    """Return a databook's rows with made-up numbers; `changed` replaces cells as name=(column, text)."""
    head, *rows = placebook.template(family)
    book = [dict(zip(head, row, strict=True)) for row in rows]
    for row in book:
        row |= {"value": numbers.get(row["name"], "0.5"), "source": "made up for a test"}
        if row["name"] in changed:
            column, text = changed[row["name"]]
            row[column] = text
    return [list(head), *([row[column] for column in head] for row in book)]


def problems(file, family=saturation.FAMILY):
    with pytest.raises(BadInput) as refused:
        placebook.load(file, family)
    return [str(one) for one in refused.value.problems]


@pytest.mark.parametrize("name", ["place.csv", "place.xlsx"])
def test_a_filled_book_makes_a_place_that_runs(tmp_path, name):
    placebook.write(tmp_path / name, filled())
    place = placebook.load(tmp_path / name, saturation.FAMILY)
    assert place.settings["population"] == 800_000 and place.settings["use_recorded"] is False
    assert run(saturation.shipped(), Scenario("here", place.settings)).value("p_THN") > 0
    assert set(place.sources.values()) == {"made up for a test"}


def test_csv_and_workbook_make_the_same_place(tmp_path):
    for name in ("a.csv", "a.xlsx"):
        placebook.write(tmp_path / name, filled())
    books = [placebook.load(tmp_path / name, saturation.FAMILY) for name in ("a.csv", "a.xlsx")]
    assert books[0] == books[1]


@pytest.mark.parametrize("family", placebook.BOOKS)
def test_an_empty_book_is_missing_every_value_and_every_source(tmp_path, family):
    placebook.write(tmp_path / "empty.xlsx", placebook.template(family))
    found, rows = problems(tmp_path / "empty.xlsx", family), len(placebook.asked(family))
    assert len(found) == 2 * rows
    assert found[0].startswith("empty.xlsx, sheet place, row 2: source of ") and "row 3: " in found[2]


@pytest.mark.parametrize(
    ("name", "column", "text", "said"),
    [
        ("population", "value", "-5", "row 2: population is -5; expected a number from 1"),
        ("population", "value", "many", "row 2: population is 'many'"),
        ("deaths", "unit", "deaths/month", "row 3: unit of deaths is 'deaths/month'; expected deaths/year"),
        ("deaths", "source", "", "row 3: source of deaths is missing"),
        ("kits_RX", "value", "", "row 5: kits_RX is missing"),
        ("kits_RX", "name", "kits_XR", "row 5: name 'kits_XR' is unknown"),
        ("kits_RX", "name", "kits_THN", "row 5: kits_THN stands twice; expected one row; the other is row 4"),
        ("use_recorded", "value", "maybe", "row 7: use_recorded is 'maybe'; expected yes or no"),
    ],
)
def test_each_cell_that_cannot_be_used_is_named(tmp_path, name, column, text, said):
    placebook.write(tmp_path / "p.csv", filled(**{name: (column, text)}))
    assert any(said in one for one in problems(tmp_path / "p.csv"))


def test_a_share_over_one_and_a_row_that_is_gone_are_named_together(tmp_path):
    rows = filled(transmission.FAMILY, {"years": "10", "treated_per_1000": "5"}, prevalence=("value", "1.4"))
    placebook.write(tmp_path / "p.csv", [row for row in rows if row[1] != "cured"])
    found = problems(tmp_path / "p.csv", transmission.FAMILY)
    assert len(found) == 2
    assert "prevalence is 1.4; expected a number from 0 to 1" in found[0] and "treatment cured is missing" in found[1]


def test_a_family_with_tables_of_its_own_takes_no_place():
    with pytest.raises(BadInput, match="a place for town-overdose"):
        placebook.template("town-overdose")


def test_no_file_is_overwritten_and_no_other_file_is_a_workbook(tmp_path):
    (tmp_path / "p.xlsx").write_text("kept", encoding="utf-8")
    with pytest.raises(BadInput, match="is there already"):
        placebook.write(tmp_path / "p.xlsx", filled())
    assert "cannot be read" in problems(tmp_path / "p.xlsx")[0]
    Workbook().save(tmp_path / "other.xlsx")
    assert "no sheet place" in problems(tmp_path / "other.xlsx")[0]


def test_any_family_s_tables_may_be_sheets_of_one_workbook(data, tmp_path):
    """The published cost-benefit databook, moved into a workbook, gives the same figures."""
    files = sorted((data / "burnet").glob("*.csv"))
    sheets = {one.stem: list(csv.reader(io.StringIO(one.read_text(encoding="utf-8")))) for one in files}
    workbook.write(tmp_path / "act.xlsx", {name: _square(rows) for name, rows in sheets.items()})
    chosen, asked = FAMILIES["network-cost-benefit"], Scenario("package_b")
    ours, theirs = (run(chosen.read(at, asked), asked) for at in (tmp_path / "act.xlsx", data / "burnet"))
    assert ours.as_json()["figures"] == theirs.as_json()["figures"]


def test_a_cell_is_read_as_its_reader_sees_it(tmp_path):
    book = Workbook()
    book.active.title = "place"
    for row in (["name", "value"], ["whole", 3.0], ["part", 0.25], ["yes", True], ["none", None]):
        book.active.append(row)
    book.save(tmp_path / "x.xlsx")
    _, columns, rows, _ = workbook.sheet(tmp_path / "x.xlsx", "place")
    assert columns == ("name", "value") and [row["value"] for row in rows] == ["3", "0.25", "yes", ""]
    assert load_workbook(tmp_path / "x.xlsx").sheetnames == ["place"]


def _square(rows):
    widest = max(len(row) for row in rows)
    return [[*row, *[""] * (widest - len(row))] for row in rows]
