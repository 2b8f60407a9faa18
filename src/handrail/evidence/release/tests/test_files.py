"""A released table as files: all say the same numbers, the same blanks and what they are not for; none holds a formula."""

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest
import typst
from openpyxl import load_workbook

from handrail.evidence import release
from handrail.evidence.indicators import defined
from handrail.evidence.release import printed, sheets
from handrail.evidence.release.published import DOOR, Number, Published

EVIL = ('=HYPERLINK("http://x")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "＝1")
NUMBERS = (
    Number(("all", "all"), 348), Number(("all", "syringe"), 310), Number(("all", "smoking"), None, "small"),
    Number(("Quay", "disposal"), None, "shield"), *(Number((name, "syringe"), n) for n, name in enumerate(EVIL)),
)  # fmt: skip


def published(**told: Any) -> Published:
    one = {
        "period": "2026-W10", "threshold": 11, "axes": ("place", "kind"), "numbers": NUMBERS, "by": "place,kind",
        "digest": "ab" * 32, "released": date(2026, 3, 10),
    }  # fmt: skip
    return Published(defined.SUPPLIES_OUT, (), (), door=DOOR, **(one | told))


BACK = {"numbers": (), "retracted": date(2026, 3, 12), "why_retracted": "wrong-source"}
HERE = {
    "home": "https://x.test/data/",
    "feed": "https://x.test/data/feed",
    "address": lambda one: f"https://x.test/data/{one.by}/",
}


def book(one: Published) -> Any:
    return load_workbook(io.BytesIO(release.as_xlsx(one)))


def test_sheet_and_workbook_hold_the_same_lines() -> None:
    from_csv = list(csv.reader(io.StringIO(release.as_csv(published()), newline="")))
    from_xlsx = [["" if cell is None else str(cell) for cell in row] for row in book(published())["numbers"].values]
    assert from_xlsx == from_csv
    assert from_csv[0] == ["place", "kind", "period", "units", "why_blank", "not_for"]
    assert from_csv[3][:5] == [
        "all",
        "smoking",
        "2026-W10",
        "",
        "too few people, or nobody where that would tell of everyone",
    ]
    assert len(from_csv) == 1 + len(NUMBERS)
    numbers = book(published())["numbers"]
    assert (numbers["D2"].value, numbers["D4"].value) == (348, None)  # a number is a number, a blank is empty


def test_no_cell_starts_a_formula_in_sheet_or_workbook() -> None:
    names = [row[0] for row in csv.reader(io.StringIO(release.as_csv(published()), newline=""))][-len(EVIL) :]
    assert names == [f"'{name}" for name in EVIL]
    kinds = {cell.data_type for sheet in book(published()) for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}


def test_a_workbook_drops_what_its_format_cannot_hold() -> None:
    told = published(numbers=(Number(("Qu\x00ay\x0b", "all"), 20),))
    assert book(told)["numbers"]["A2"].value == "Quay"


def test_the_workbook_says_beside_the_numbers_all_that_json_says() -> None:
    told = json.loads(release.as_json(published()))
    more = {name: "" if value is None else value for name, value in book(published())["about"].values}
    assert more == {
        name: "" if value is None else value for name, value in told.items() if name not in {"axes", "numbers"}
    }
    assert more["not_for"].startswith("Not for") and more["threshold"] == 11 and more["licence"] == "CC BY 4.0"


@pytest.mark.parametrize("name", ["as_csv", "as_json", "as_xlsx", "as_pdf"])
def test_the_same_table_is_the_same_file_in_every_process(name: str) -> None:
    ask = (
        "import django, hashlib, sys; django.setup()\n"
        "from handrail.evidence import release\nfrom handrail.evidence.release.tests.test_files import published\n"
        f"told = release.{name}(published())\n"
        "print(hashlib.sha256(told if isinstance(told, bytes) else told.encode()).hexdigest())"
    )
    run = [subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True) for _ in range(2)]
    assert run[0].stdout == run[1].stdout


def asked(one: Published, what: str) -> list[str]:
    """Return the texts of what the layout makes of a table, before it is drawn: of its tables, lists, bold words."""
    seen: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printed, "_printed", seen.append)
        release.as_pdf(one)
    return texts(json.loads(typst.query(str(printed.LAYOUT), what, sys_inputs={"data": seen[0]})))


def texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        return [node["text"]] if isinstance(node.get("text"), str) else texts(list(node.values()))
    return [text for one in node for text in texts(one)] if isinstance(node, list) else []


def test_a_printed_page_is_readable_aloud_and_says_every_number_and_blank() -> None:
    plain = published(numbers=NUMBERS[:-1])  # our own fonts have no full-width sign: see below
    made = release.as_pdf(plain)
    assert made.startswith(b"%PDF-1.7") and b"pdfuaid:part" in made
    table = asked(plain, "table")
    assert table[:3] == ["place", "sharps containers", "smoking"] and {"348", "310", EVIL[0]} <= {*table}
    assert sum("told" in text for text in table) == 2
    assert any("too few people" in text for text in asked(plain, "list"))
    assert str(defined.SUPPLIES_OUT.not_for) in asked(plain, "strong")


def test_text_never_becomes_markup_on_a_printed_page() -> None:
    told = published(numbers=(Number(("#panic(1) *x* $1/0$ \\", "all"), 20),))
    assert "#panic(1) *x* $1/0$ \\" in asked(told, "table")
    assert release.as_pdf(told).startswith(b"%PDF")


def test_a_name_in_any_letters_is_printed() -> None:
    assert release.as_pdf(published(numbers=(Number(("ᏣᎳᎩ مركز", "all"), 20),))).startswith(b"%PDF")


def test_what_was_taken_back_says_so_in_every_file_and_holds_no_number() -> None:
    back = published(**BACK)
    lines = list(csv.reader(io.StringIO(release.as_csv(back), newline="")))
    assert [line[:5] for line in lines[1:]] == [["", "", "2026-W10", "", "taken back on 2026-03-12"]]
    assert book(back)["numbers"]["E2"].value == "taken back on 2026-03-12"
    assert json.loads(release.as_json(back))["retracted"] == "2026-03-12"
    assert asked(back, "strong")[:2] == ["This table was taken back on", "2026-03-12"] and asked(back, "table") == []


ATOM = "{http://www.w3.org/2005/Atom}"


def test_feeds_say_what_left_last_and_what_was_taken_back_and_no_number_of_a_table() -> None:
    told = [published(**BACK, by="place", digest="cd" * 32), published()]
    feed = ET.fromstring(release.as_atom(told, **HERE))  # noqa: S314  -- our own text
    assert feed.findtext(f"{ATOM}updated") == "2026-03-12T00:00:00+00:00"
    entries = feed.findall(f"{ATOM}entry")
    assert [one.findtext(f"{ATOM}id") for one in entries] == ["urn:sha256:" + "cd" * 32, "urn:sha256:" + "ab" * 32]
    assert "Taken back on 2026-03-12" in (entries[0].findtext(f"{ATOM}summary") or "")
    assert (entries[1].findtext(f"{ATOM}summary") or "").startswith(
        "8 numbers told, 2 not told, each with its reason. Not for"
    )
    machine = json.loads(release.as_json_feed(told, **HERE))
    assert machine["version"] == "https://jsonfeed.org/version/1.1"
    assert [one["url"] for one in machine["items"]] == ["https://x.test/data/place/", "https://x.test/data/place,kind/"]
    assert [one["date_modified"] for one in machine["items"]] == [
        "2026-03-12T00:00:00+00:00",
        "2026-03-10T00:00:00+00:00",
    ]
    assert "348" not in release.as_atom(told, **HERE) + release.as_json_feed(told, **HERE)


def test_a_feed_in_which_nothing_left_yet_is_a_feed() -> None:
    feed = ET.fromstring(release.as_atom([], **HERE))  # noqa: S314  -- our own text
    assert (feed.findtext(f"{ATOM}updated"), feed.findall(f"{ATOM}entry")) == ("1970-01-01T00:00:00+00:00", [])
    assert json.loads(release.as_json_feed([], **HERE))["items"] == []


def test_the_stamp_of_a_workbook_tells_no_time() -> None:
    assert b"1980-01-01" in _core(release.as_xlsx(published()))
    assert sheets.STAMP[0] == 1980


def _core(file: bytes) -> bytes:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(file)) as told:
        return told.read(sheets.CORE)
