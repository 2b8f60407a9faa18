"""The strips file goes in whole and once; what cannot go in is said by line, and a wrong file changes nothing."""

import csv
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.journal import sealing
from handrail.core.journal.models import Held, OpenEntry
from handrail.core.ui import refusals
from handrail.fronts.console import importing
from handrail.services.drugchecking import actions, facts, models, rules
from handrail.services.drugchecking.tests.factories import make_site, real_file

pytestmark = pytest.mark.django_db
HEADER = "FILE_ID,FENTANYL_STRIP_POS,FENTANYL_FTIR_POS"


def native(n: int) -> str:
    return f"{n:064x}.dx"


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write lines under the header to a file; return its path."""
    make_site()

    def _write(*lines: str, header: str = HEADER, name: str = "strips.csv", end: str = "\n") -> Path:
        path = tmp_path / name
        path.write_bytes((end.join((header, *lines)) + end).encode())
        return path

    return _write


def everything() -> dict[str, list[Any]]:
    tables = (models.ImportBatch, models.ImportIssue, models.Sample, models.Test, models.Finding, OpenEntry, Held)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}


def counted(path: Path) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count a strips file with the csv module alone: its rows, and its samples (identical rows once), by both readings."""
    with path.open(newline="") as file:
        told = [tuple(row.values()) for row in csv.DictReader(file)]
    return Counter((strip, ftir) for _, strip, ftir in told), Counter((strip, ftir) for _, strip, ftir in set(told))


def test_the_real_file_goes_in_whole_and_a_second_time_changes_nothing() -> None:
    path = real_file()
    in_file, kept = counted(path)
    make_site()
    report = importing.import_file("bc-strips", path)
    told = facts.strip_ftir_counts()
    assert sum(in_file.values()) == 6354
    cells = [("1.0", "1.0"), ("1.0", "0.0"), ("0.0", "1.0"), ("0.0", "0.0"), ("0.0", "")]
    assert [in_file[cell] for cell in cells] == [1903, 1198, 10, 3241, 2]
    assert (report.read, report.saved, report.already, report.conflict) == (6354, 6353, 1, 0)
    assert (report.refused, {note.code for note in report.notes}, len(report.notes)) == ([], {"one-reading"}, 2)
    assert told.both + told.strip_only == kept["1.0", "1.0"] + kept["1.0", "0.0"] == 3101
    assert told.both == kept["1.0", "1.0"] == 1903
    assert told.strip_only == kept["1.0", "0.0"] == 1198
    assert told.ftir_only == kept["0.0", "1.0"] == 10
    assert told.neither == kept["0.0", "0.0"] == 3240
    assert models.Test.objects.count() == 2 * 6351 + 2
    assert models.Finding.objects.count() == 3101 + 1903 + 10
    before = everything()
    again = importing.import_file("bc-strips", path)
    assert (again.read, again.saved, again.already, again.conflict) == (6354, 0, 6354, 0)
    assert everything() == before


def test_as_json_prints_the_agreed_report(write: Any) -> None:
    path = write(f"{native(1)},1.0,0.0", f"{native(1)},1.0,0.0", f"{native(2)},0.0,", f"{native(3)},maybe,0.0")
    told = json.loads(json.dumps(importing.import_file("bc-strips", path).as_json()))
    assert told == {
        "read": 4,
        "saved": 2,
        "already": 1,
        "conflict": 0,
        "refused": [{"line": 5, "column": "FENTANYL_STRIP_POS", "code": "bad-reading"}],
        "notes": [{"line": 4, "code": "one-reading"}],
    }


def test_tell_prints_the_counts_and_the_first_odd_lines(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    importing.import_file("bc-strips", write(f"{native(1)},0.0,", f"{native(2)},1.0,x")).tell()
    counts, first, second = capsys.readouterr().out.splitlines()
    assert counts == "2 rows read: 1 saved, 0 saved before, 0 in conflict, 1 refused"
    assert (first.split(":")[0], second.split(":")[0]) == ("  line 2", "  line 3, FENTANYL_FTIR_POS")
    assert second.endswith("[bad-reading]")
    importing.import_file("bc-strips", write(*["bad"] * 30, name="bad.csv")).tell()
    assert capsys.readouterr().out.splitlines()[-1] == "  and 10 more: see them all with --json"


def test_a_blank_reading_is_saved_with_the_one_test(write: Any) -> None:
    importing.import_file("bc-strips", write(f"{native(1)},0.0,"))
    assert models.Sample.objects.count() == 1
    assert models.Test.objects.values_list("method", "outcome").get() == ("fentanyl-strip", "did-not-react")


def test_bad_rows_are_named_and_the_rest_go_in(write: Any) -> None:
    bad = {
        3: ("Jane Roe,1.0,0.0", "FILE_ID", "bad-native-id"),
        4: (f"{native(2)},1.0", "", "not-a-row"),
        5: (f'"{native(3)},1.0,0.0', "", "not-a-row"),
        6: (f"{native(4)},,", "FENTANYL_STRIP_POS", "no-reading"),
        7: ("x" * 30_000, "", "not-a-row"),
        9: (f"{native(5)},1.0,Jane Roe", "FENTANYL_FTIR_POS", "bad-reading"),
    }
    good = {2: f"{native(8)},1.0,1.0", 8: "", 10: f'"{native(9)}","1.0","1.0"'}
    lines = [bad[n][0] if n in bad else good[n] for n in range(2, 11)]
    report = importing.import_file("bc-strips", write(*lines))
    assert [(one.line, one.column, one.code) for one in report.refused] == [(n, *told[1:]) for n, told in bad.items()]
    assert (report.read, report.saved) == (8, 2)
    kept = list(models.ImportIssue.objects.order_by("line").values_list("line", "column", "code"))
    assert kept == [(n, *told[1:]) for n, told in bad.items()]


@pytest.mark.scenario("trust:27")
def test_a_name_planted_in_a_bad_cell_is_kept_nowhere(write: Any, capsys: pytest.CaptureFixture[str]) -> None:
    report = importing.import_file(
        "bc-strips", write("Jane Roe,1.0,0.0", f"{native(1)},Jane Roe,", f"{native(2)},1.0,1.0")
    )
    report.tell()
    assert "Jane" not in repr(report.as_json()) + capsys.readouterr().out + repr(everything())


def test_rows_end_as_any_system_ends_them_and_a_byte_order_mark_is_no_matter(write: Any) -> None:
    lines = [f"{native(n)},1.0,1.0" for n in range(3)]
    for end in ("\r\n", "\r", "\n"):
        path = write(*lines, header="\ufeff" + HEADER, end=end)
        assert importing.import_file("bc-strips", path, dry_run=True).read == 3


@pytest.mark.parametrize("length", [importing.LONGEST_LINE - 1, importing.LONGEST_LINE, 2 * importing.LONGEST_LINE])
def test_a_line_that_is_too_long_spoils_no_other(write: Any, length: int) -> None:
    path = write("x" * length, f"{native(1)},1.0,1.0", "x" * length)
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    report = importing.import_file("bc-strips", path)
    assert ([one.line for one in report.refused], report.saved) == ([2, 4], 1)


def test_other_readings_of_a_known_sample_are_a_conflict_that_is_kept_for_a_reviewer(write: Any) -> None:
    importing.import_file("bc-strips", write(f"{native(1)},1.0,0.0"))
    other = write(f"{native(2)},0.0,0.0", f"{native(1)},1.0,1.0", name="other.csv")
    for _ in range(2):
        report = importing.import_file("bc-strips", other)
        assert (report.conflict, report.notes) == (1, [importing.Note(3, "conflict")])
    assert (report.saved, report.already) == (0, 1)
    assert models.Test.objects.filter(outcome="not-seen").count() == 2
    assert Held.objects.get().reason == "conflict"


def test_the_same_rows_in_another_file_are_already_saved(write: Any) -> None:
    importing.import_file("bc-strips", write(f"{native(1)},1.0,0.0"))
    report = importing.import_file("bc-strips", write(f"{native(1)},1.0,0.0", "", name="other.csv", end="\r\n"))
    assert (report.saved, report.already) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_still_known_once_its_day_is_sealed(write: Any) -> None:
    path = write(f"{native(1)},1.0,0.0", f"{native(2)},0.0,")
    importing.import_file("bc-strips", path)
    assert sealing.seal_day(clock.now().date()) == 3
    before = everything()
    assert importing.import_file("bc-strips", path).already == 2
    assert importing.import_file("bc-strips", write(f"{native(1)},1.0,1.0", name="other.csv")).conflict == 1
    assert {**everything(), "Held": [], "ImportBatch": [], "OpenEntry": []} == {**before, "ImportBatch": []}


def test_a_dry_run_reports_and_saves_nothing(write: Any) -> None:
    before = everything()
    report = importing.import_file("bc-strips", write(f"{native(1)},1.0,", "bad"), dry_run=True)
    assert (report.read, report.saved, len(report.refused), len(report.notes)) == (2, 0, 1, 1)
    assert everything() == before


def test_records_are_kept_by_the_named_site_or_the_first(write: Any) -> None:
    second = make_site("Second")
    importing.import_file("bc-strips", write(f"{native(1)},1.0,1.0"), site="Second")
    assert models.Sample.objects.get().site_id == second.id
    with pytest.raises(Refused, match="unknown-site"):
        importing.import_file("bc-strips", write(), site="Third")


def test_a_file_that_another_site_imported_is_refused_whole(write: Any) -> None:
    make_site("Second")
    path = write(f"{native(1)},1.0,1.0")
    importing.import_file("bc-strips", path, site="Harbour")
    before = everything()
    with pytest.raises(Refused, match="imported-elsewhere"):
        importing.import_file("bc-strips", path, site="Second")
    assert everything() == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "wrong-columns"),
        (b"ID,STRIP,FTIR\n", "wrong-columns"),
        (b'"FILE_ID,FENTANYL_STRIP_POS\n', "wrong-columns"),
        (b"x" * 50_000, "wrong-columns"),
        (HEADER.encode("utf-16"), "not-text"),
        (HEADER.encode() + b"\nJos\xe9,1.0,1.0\n", "not-text"),
        (HEADER.encode() + b"\n" + b"x" * 15_000 + b"\0\n", "not-text"),
        (bytes(range(256)) * 40, "not-text"),
    ],
)
def test_a_wrong_file_is_refused_with_a_next_step_and_changes_nothing(
    tmp_path: Path, content: bytes, code: str
) -> None:
    make_site()
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    before = everything()
    with pytest.raises(Refused, match=code) as refused:
        importing.import_file("bc-strips", path)
    assert re.search(r"\. \w.*\.$", refusals.say(refused.value))
    assert everything() == before


def test_a_bad_byte_late_in_the_file_stops_it_before_the_first_row_is_saved(write: Any) -> None:
    path = write(*(f"{native(n)},1.0,1.0" for n in range(1200)))
    path.write_bytes(path.read_bytes() + b"\xff\n")
    with pytest.raises(Refused, match="not-text"):
        importing.import_file("bc-strips", path)
    assert not models.Sample.objects.exists()


def test_check_file_refuses_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing", Path(os.devnull)):
        with pytest.raises(Refused, match="no-such-file"):
            importing.check_file(path)


def test_check_file_refuses_a_large_one_before_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(importing.LARGEST_FILE_MB * 1_000_000 + 1)
    with pytest.raises(Refused, match="file-too-large"):
        importing.import_file("bc-strips", path)


def test_a_file_nobody_may_read_is_refused(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write()

    def denied(*_: Any, **__: Any) -> Any:
        raise PermissionError

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(Refused, match="no-such-file"):
        importing.import_file("bc-strips", path)


def test_a_file_that_is_mostly_odd_is_refused_whole(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ISSUES", 2)
    with pytest.raises(Refused, match="too-many-bad-rows"):
        importing.import_file("bc-strips", write("bad", f"{native(1)},1.0,", "bad"))
    assert not OpenEntry.objects.exists()


def test_an_unknown_import_is_refused() -> None:
    with pytest.raises(Refused, match="unknown-import"):
        importing.import_file("spectra", Path("x"))


def test_a_row_that_the_room_refuses_is_named_by_line(write: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(f"{native(1)},1.0,1.0")
    importing.import_file("bc-strips", path, dry_run=True)
    monkeypatch.setattr(importing, "IMPORTER", Worker(importing.IMPORTER.id, "console"))
    monkeypatch.setattr(actions, "record_file", lambda *_, **__: None)
    report = importing.import_file("bc-strips", path)
    assert report.refused == [rules.Issue(2, "", "not-allowed")]


def test_every_code_of_a_report_has_a_sentence() -> None:
    codes = {"not-a-row", "bad-native-id", "bad-reading", "no-reading", "one-reading", "conflict"}
    assert codes <= set(refusals.CATALOGUE)
