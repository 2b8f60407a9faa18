"""What other services publish goes in with its dirt told by line; a second time adds nothing; no cell stands in a report."""

import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.ui.refusals import CATALOGUE
from handrail.fronts.console import publications
from handrail.fronts.console.importing import Report
from handrail.services.drugchecking import models
from handrail.services.drugchecking.imports.cells import is_cas
from handrail.services.drugchecking.tests.factories import make_site

pytestmark = pytest.mark.django_db
SECRET = "Jane Q Canary"


@pytest.fixture
def put(tmp_path: Path) -> Any:
    """Write a file; return its path."""
    make_site()

    def _put(text: str, name: str = "file.csv") -> Path:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path / name

    return _put


def told(report: Report) -> tuple[int, int, int]:
    assert all(one.code in CATALOGUE for one in (*report.refused, *report.notes))
    return report.read, report.saved, report.already


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def everything() -> str:
    tables = (models.ImportBatch, models.ImportIssue, models.Sample, models.Test, models.Finding, models.ExternalCount)
    return json.dumps([list(one._default_manager.values()) for one in tables], default=str)


GCMS = "sampleid,substance,abundance,method,date_complete,confirmatory,gcms_peak,cas\n"


@pytest.mark.scenario("drugchecking:7")
def test_the_unc_fixtures_go_in(shared, put):
    folder = shared / "data" / "drugchecking" / "unc"

    report = publications.import_file("unc-gcms", folder / "unc_gcms_sample.csv")

    rows = rows_of(folder / "unc_gcms_sample.csv")
    assert told(report) == (28, 8, 0)
    assert report.refused == []
    assert models.Finding.objects.count() == len(
        {(one["sampleid"], one["method"], one["substance"].strip()) for one in rows}
    )
    assert {one.known_from for one in models.Sample.objects.all()} == {models.ImportBatch.objects.get().day}
    assert told(publications.import_file("unc-gcms", folder / "unc_gcms_sample.csv")) == (28, 0, 8)


@pytest.mark.scenario("drugchecking:7")
def test_unc_dirt_is_told_and_a_status_is_no_substance(put, shared):
    ids = rows_of(shared / "data" / "drugchecking" / "unc" / "unc_substance_ids.csv")
    bad = [one["cas"] for one in ids if one["cas"] and not is_cas(one["cas"])]
    lines = [
        f'1,"dextromethorphan ",,GCMS,30aug2022,1,8.5,{bad[0]}',
        "1,Dextro-methorphan,trace,GCMS,30aug2022,1,9.1,125-71-3",
        "1,dextromethorphan,,GCMS,30aug2022,1,9.2,",
        "2,no compounds of interest detected,,GCMS,30aug2022,1,.,",
        "3,cocaine,plenty,GCMS,30aug2022,1,.,",
        f"4,cocaine,,GCMS,{SECRET},1,.,",
        "5,cocaine,,GCMS,30aug1922,1,.,",
        "6,cocaine",
    ]

    report = publications.import_file("unc-gcms", put(GCMS + "\n".join(lines) + "\n"))

    assert len(bad) == 1
    assert (report.read, report.saved) == (8, 2)
    assert [(one.line, one.column, one.code) for one in report.refused] == [
        (6, "abundance", "bad-reading"), (7, "date_complete", "bad-day"), (8, "date_complete", "impossible-day"), (9, "", "not-a-row"),
    ]  # fmt: skip
    assert [(one.line, one.code) for one in report.notes] == [(2, "bad-cas")]
    assert [(one.substance, one.amount) for one in models.Finding.objects.all()] == [("dextromethorphan", "main")]
    assert models.Test.objects.get(sample__native_id="2").outcome == "nothing-of-interest"
    assert bad[0] not in json.dumps(report.as_json())
    assert SECRET not in everything() + json.dumps(report.as_json())


def test_british_columbia_quantities_go_in(put):
    head = "Health Authority,Sample ID,Visit Date (ISO),Collection Site,City/Town,Drug,Category,Quant\n"
    lines = [
        f"Interior,A1,2022-03-01,{SECRET},Town,Down (Unknown Opioid),Opioid,12.34",
        ",A2,2022-03-02,The Hub,,Fentanyl and Heroin,Opioid,0",
        "Coastal,A3,2022-03-02,,,Heroin,Opioid,",
        "Coastal,A4,2022-03-02,,,Heroin,Opioid,140",
    ]

    report = publications.import_file("bc-quantity", put(head + "\n".join(lines) + "\n"))

    assert told(report) == (4, 3, 0)
    assert [(one.line, one.column, one.code) for one in report.refused] == [(5, "Quant", "bad-amount-told")]
    assert Counter(one.code for one in report.notes) == {"no-region": 1, "zero-amount": 1}
    assert models.Finding.objects.get().hundredths == 1234
    assert dict(models.Test.objects.values_list("sample__native_id", "outcome")) == {
        "A1": "reported", "A2": "nothing-of-interest", "A3": "pending",
    }  # fmt: skip
    assert models.Sample.objects.get(native_id="A2").expected == "fentanyl; heroin"
    assert SECRET not in everything()


def test_new_york_months_are_series_and_never_samples(put):
    head = "yr_mo,Total_Lab_Xylazine_Pos,Total_Lab_New_Thing_Pos,Total_Lab,Pct_Lab_Xylazine_Pos\n"
    path = put(head + "Jan 2024,10,1,50,20\nFeb 2024,9,3,8,99\nMar 24,1,1,50,2\n")

    report = publications.import_file("nyc-monthly", path)

    assert models.Sample.objects.count() == 0
    assert [(one.line, one.column, one.code) for one in report.refused] == [
        (3, "Total_Lab_Xylazine_Pos", "more-than-all"), (4, "yr_mo", "bad-day"),
    ]  # fmt: skip
    assert [(one.line, one.code) for one in report.notes] == [(3, "few-samples")]
    kept = models.ExternalCount.objects.order_by("since", "substance").values_list(
        "substance", "since__month", "k", "n"
    )
    assert list(kept) == [("new thing", 1, 1, 50), ("xylazine", 1, 10, 50), ("new thing", 2, 3, 8)]


def test_the_open_half_years_go_in(shared, put):
    path = shared / "data" / "drugchecking" / "nflis" / "nflis_state_halfyear_1997_2017.csv"

    report = publications.import_file("nflis", path)

    rows = rows_of(path)
    assert report.read == len(rows) == 5290
    assert report.refused == []
    assert report.saved + report.already + report.conflict == 5290
    fentanyl = models.ExternalCount.objects.filter(substance="fentanyl", since="2017-07-01").values_list("k", flat=True)
    assert sum(fentanyl) == 30619
    assert set(models.ExternalCount.objects.values_list("n", "unit")) == {(None, "reports")}


WEDINOS = [
    {"referenceCode": "W1", "analysed": True, "dateReceived": "05/03/2023", "purchaseIntent": "Blues", "postcode": "CF10",
     "majorSubstances": ["Bromazolam"], "minorSubstances": ["Caffeine", "bromazolam"], "sampleForm": "Tabled", "packageLabel": SECRET},
    {"referenceCode": "W2", "analysed": False, "reason": "no postcode", "dateReceived": "05/03/1823", "purchaseIntent": "Valium"},
    {"referenceCode": "", "analysed": True},
    {"referenceCode": "W4", "analysed": True, "majorSubstances": [SECRET * 20]},
    "not an object",
    {"referenceCode": "W5", "analysed": True, "majorSubstances": ["No Active Component Identified"], "dateReceived": ""},
]  # fmt: skip


def test_welsh_results_go_in_without_what_singles_people_out(put):
    names = put("field,told,means\nexpected,blues,diazepam\n", "names.csv")

    report = publications.import_file("wedinos", put(json.dumps(WEDINOS), "w.json"), names=names)

    assert told(report) == (6, 3, 0)
    assert [(one.line, one.column, one.code) for one in report.refused] == [
        (3, "referenceCode", "bad-native-id"), (4, "majorSubstances", "bad-substance"), (5, "", "not-a-row"),
    ]  # fmt: skip
    assert [(one.line, one.code) for one in report.notes] == [(2, "impossible-day"), (2, "unknown-name")]
    assert dict(models.Sample.objects.values_list("native_id", "expected")) == {
        "W1": "diazepam",
        "W2": "Valium",
        "W5": "",
    }
    assert set(models.Finding.objects.values_list("substance", "amount")) == {
        ("Bromazolam", "main"),
        ("Caffeine", "trace"),
    }
    assert dict(models.Test.objects.values_list("sample__native_id", "outcome")) == {
        "W1": "reported", "W2": "pending", "W5": "nothing-of-interest",
    }  # fmt: skip
    assert SECRET not in everything() and "CF10" not in everything()


def _pills(path: Path) -> Path:
    database = sqlite3.connect(path)
    database.executescript(
        """CREATE TABLE Pill_Misc (Pill_ID, Location_ID, Source, Sold_As_Ecstasy, Date, URL, Name, Other_Name, Dose);
        CREATE TABLE Pill_Content (Pill_ID, Substance_ID, Substance_Parts, Substance_Percentage);
        CREATE TABLE Substance (Substance_ID, Substance_Name);
        INSERT INTO Pill_Misc VALUES (1, 1, '2', 1, '2009-05-01', 'x', 'Canary Blue', '', ''), (2, 1, '2', 0, '0000-00-00', 'x', '', '', ''),
                                     (3, 1, '', 0, '2010-02-03', 'x', '', '', '');
        INSERT INTO Substance VALUES (1, 'MDMA'), (2, 'Caffeine'), (3, 'None Detected');
        INSERT INTO Pill_Content VALUES (1, 1, 5, 0), (1, 2, 1, 0), (2, 3, 0, 0);"""
    )
    database.commit()
    database.close()
    return path


def test_pills_of_a_database_go_in_with_their_parts(put, tmp_path):
    path = _pills(tmp_path / "pills.db")

    report = publications.import_file("ecstasydata", path)

    assert told(report) == (4, 3, 0)
    assert [(one.code) for one in report.notes] == ["bad-day"]
    assert set(models.Finding.objects.values_list("substance", "parts", "hundredths")) == {
        ("MDMA", "5", None),
        ("Caffeine", "1", None),
    }
    assert dict(models.Test.objects.values_list("sample__native_id", "outcome")) == {
        "2:1": "reported", "2:2": "nothing-of-interest", "3": "pending",
    }  # fmt: skip
    assert told(publications.import_file("ecstasydata", path)) == (4, 0, 3)
    assert "Canary" not in everything()


def test_another_telling_of_a_sample_is_kept_for_a_reviewer(put):
    publications.import_file("unc-gcms", put(GCMS + "1,heroin,,GCMS,30aug2022,1,.,\n"))

    report = publications.import_file("unc-gcms", put(GCMS + "1,fentanyl,,GCMS,30aug2022,1,.,\n", "later.csv"))

    assert (report.saved, report.conflict) == (0, 1)
    assert models.Finding.objects.get().substance == "heroin"


def test_a_dry_run_reads_and_saves_nothing(put):
    report = publications.import_file("unc-gcms", put(GCMS + "1,heroin,,GCMS,30aug2022,1,.,\n"), dry_run=True)

    assert told(report) == (1, 0, 0)
    assert models.ImportBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("unc-gcms", "sampleid,substance\n1,x\n", "wrong-columns"),
        ("unc-gcms", "", "wrong-columns"),
        ("wedinos", "{", "not-text"),
        ("wedinos", "[1, 2]", "wrong-columns"),
        ("wedinos", "[" * 100_000, "not-text"),
        ("ecstasydata", "not a database at all", "not-a-database"),
        ("ecstasydata", "SQLite format 3\0 and nothing more", "not-a-database"),
    ],
)
def test_a_wrong_file_changes_nothing(put, kind, text, code):
    with pytest.raises(Refused) as refused:
        publications.import_file(kind, put(text))

    assert refused.value.code == code
    assert models.ImportBatch.objects.count() == 0


def test_another_database_is_told_by_its_columns(put, tmp_path):
    path = tmp_path / "other.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE something (a)")
    database.commit()
    database.close()

    with pytest.raises(Refused) as refused:
        publications.import_file("ecstasydata", path)
    assert refused.value.code == "wrong-columns"


@pytest.mark.parametrize(
    "text", ["told,means\nx,y\n", "field,told,means\nperson,x,y\n", "field,told,means\nregion,x,\n"]
)
def test_a_wrong_table_of_names_is_refused(put, text):
    with pytest.raises(Refused) as refused:
        publications.read_names(put(text))
    assert refused.value.code == "bad-names-table"


def test_each_kind_is_offered_by_name():
    from handrail.services.drugchecking import rules

    assert set(rules.PUBLICATIONS) == set(publications.KINDS)
    with pytest.raises(Refused) as refused:
        rules.layout("nothing")
    assert "wedinos" in str(refused.value.facts["kinds"])
