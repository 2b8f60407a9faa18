"""What a row of the strips file says, judged without a database."""

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.refusals import Refused
from handrail.services.drugchecking import rules

BC = rules.BC_STRIPS
NATIVE = "a" * 64 + ".dx"
SITE, BATCH = uuid.UUID(int=1), uuid.UUID(int=2)


def parse(*cells: str) -> rules.Row:
    return rules.parse_row(cells, columns=BC.columns, of=BC)


def sample(**other: object) -> rules.ImportedSample:
    row = parse(NATIVE, "1.0", "0.0")
    told = {
        "source": BC.source,
        "native_id": row.native_id,
        "readings": row.readings,
        "site_id": SITE,
        "batch_id": BATCH,
    }
    return rules.ImportedSample(**(told | other))


def test_layout_names_what_can_be_imported() -> None:
    assert rules.layout("bc-strips") is BC
    with pytest.raises(Refused, match="unknown-import") as refused:
        rules.layout("spectra")
    assert refused.value.facts == {"kinds": ", ".join(sorted({"bc-strips", *rules.PUBLICATIONS}))}


def test_check_columns_takes_them_in_any_order_and_trimmed() -> None:
    told = rules.check_columns([" FENTANYL_FTIR_POS", "FILE_ID", "FENTANYL_STRIP_POS"], of=BC)
    assert rules.parse_row(["1.0", NATIVE, "0.0"], columns=told, of=BC) == parse(NATIVE, "0.0", "1.0")


@pytest.mark.parametrize("names", [[], ["FILE_ID"], [*BC.columns, "NAME"], ["FILE_ID", "FILE_ID", "FENTANYL_FTIR_POS"]])
def test_check_columns_refuses_any_other_header(names: list[str]) -> None:
    with pytest.raises(Refused, match="wrong-columns"):
        rules.check_columns(names, of=BC)


@pytest.mark.parametrize(
    ("strip", "ftir", "outcomes", "bases"),
    [
        ("1.0", "1.0", ("reacted", "seen"), ("likely-there", "detected")),
        ("1.0", "0.0", ("reacted", "not-seen"), ("likely-there", "")),
        ("0.0", " 1.0 ", ("did-not-react", "seen"), ("", "detected")),
        ("0.0", "0.0", ("did-not-react", "not-seen"), ("", "")),
        ("0.0", "", ("did-not-react",), ("",)),
        ("", "0.0", ("not-seen",), ("",)),
    ],
)
def test_parse_row_reads_outcomes_and_what_they_let_one_say(
    strip: str, ftir: str, outcomes: tuple[str, ...], bases: tuple[str, ...]
) -> None:
    row = parse(NATIVE, strip, ftir)
    assert tuple(one.outcome for one in row.readings) == outcomes
    assert tuple(one.basis for one in row.readings) == bases


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ((NATIVE, "1.0"), "", "not-a-row"),
        ((NATIVE, "1.0", "1.0", ""), "", "not-a-row"),
        (("Jane Roe", "1.0", "1.0"), "FILE_ID", "bad-native-id"),
        (("A" * 64 + ".dx", "1.0", "1.0"), "FILE_ID", "bad-native-id"),
        ((NATIVE, "yes", "1.0"), "FENTANYL_STRIP_POS", "bad-reading"),
        ((NATIVE, "1.0", "2.0"), "FENTANYL_FTIR_POS", "bad-reading"),
        ((NATIVE, "", " "), "FENTANYL_STRIP_POS", "no-reading"),
    ],
)
def test_parse_row_names_column_and_code_of_what_does_not_fit(cells: tuple[str, ...], column: str, code: str) -> None:
    with pytest.raises(rules.BadCell) as bad:
        parse(*cells)
    assert (bad.value.column, bad.value.code) == (column, code)


@given(st.lists(st.text(max_size=80), max_size=5))
def test_parse_row_never_breaks_and_never_tells_the_cell(cells: list[str]) -> None:
    with pytest.raises(rules.BadCell) as bad:
        parse(*cells)
    assert bad.value.column in ("", *BC.columns)
    assert str(bad.value) == bad.value.code


def test_a_sample_keeps_its_id_whatever_file_and_site_it_comes_by() -> None:
    first, again = sample(), sample(batch_id=uuid.uuid4(), site_id=uuid.uuid4())
    assert first.id == again.id == first.stated.id
    assert sample(source="another").id != first.id
    assert len({first.test_id(one) for one in first.readings} | {first.id}) == 3


def test_a_sample_states_no_time_and_not_the_file_it_came_in() -> None:
    stated = sample().stated
    assert stated.at is None
    assert stated.text == sample(batch_id=uuid.uuid4()).stated.text
    assert stated.body["tests"][0] == {"method": "fentanyl-strip", "target": "fentanyl", "outcome": "reacted"}
    assert str(BATCH) not in stated.text


def test_a_file_is_one_import_by_bytes_and_parser() -> None:
    file = rules.ImportedFile(BC.source, BC.licence, BC.parser, "00" * 32, 2, (rules.Issue(3, "", "not-a-row"),), SITE)
    assert replace(file).id == file.id == file.stated.id
    assert replace(file, parser="bc-strips/2").id != file.id
    assert replace(file, sha256="11" * 32).id != file.id
    assert (file.stated.body["rows"], file.stated.body["issues"]) == (2, 1)
