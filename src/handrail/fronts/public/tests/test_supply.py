"""What was found lately: told above the threshold or held back whole, with n and intervals; closed data never; files say the same."""

import csv
import io
import json
from datetime import date

import pytest
from django.urls import reverse

from handrail.evidence.release import supply
from handrail.evidence.release.published import Published
from handrail.fronts.console import publications
from handrail.services.drugchecking.tests.factories import make_site

pytestmark = pytest.mark.django_db
GCMS = "sampleid,substance,abundance,method,date_complete,confirmatory,gcms_peak,expectedsubstance,state,date_collect\n"


@pytest.fixture
def put(tmp_path):
    make_site()

    def _put(kind, text, name="file.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return publications.import_file(kind, tmp_path / name)

    return _put


def monthly(put, rows, columns="xylazine,carfentanil"):
    return put("unc-monthly", f"month,n_samples,{columns}\n" + "\n".join(rows) + "\n", f"m{len(rows)}{columns}.csv")


def test_a_row_is_told_whole_or_held_back_whole(put, client):
    monthly(put, ["2025-11,100,40,3", "2025-12,120,50,4", "2026-01,110,108,30"])

    page = client.get(reverse("public:supply")).content.decode()
    group = supply.found_lately(today=date(2026, 3, 10))[0]

    told = {(month.period, row.name): row.counts for month in group.months for row in month.rows}
    assert told == {
        ("2025-11", "xylazine"): (40, 60), ("2025-11", "carfentanil"): (), ("2025-12", "xylazine"): (50, 70), ("2025-12", "carfentanil"): (),
        ("2026-01", "xylazine"): (), ("2026-01", "carfentanil"): (30, 80),
    }  # fmt: skip
    assert all(type(month) is Published for month in group.months)
    assert "2025-12: 50 of 120, 42 % (33 to 51 %)" in page
    assert "1 month is not told" in page
    assert "counting error only" in page and "not in the market" in page
    assert group.state == "monitored"  # 100 in the year before the last two months, and not a month old


def test_a_month_waits_until_it_has_been_over_for_a_month(put):
    monthly(put, ["2026-01,110,40,30", "2026-02,110,50,30"])

    assert [month.period for month in supply.found_lately(today=date(2026, 3, 31))[0].months] == ["2026-01"]
    assert [month.period for month in supply.found_lately(today=date(2026, 4, 1))[0].months] == ["2026-01", "2026-02"]


def test_data_that_nobody_may_pass_on_is_on_no_page(put, client):
    put("nyc-monthly", "yr_mo,Total_Lab_Xylazine_Pos,Total_Lab\nDec 2025,60,150\n")

    assert supply.found_lately(today=date(2026, 3, 10)) == ()
    page = client.get(reverse("public:supply")).content.decode()
    assert "xylazine" not in page
    assert "This is not a sign that it is not here." in page


def test_small_regions_are_told_together_and_it_says_so(put, client):
    rows = [
        f"{state}{n},{'fentanyl' if n % 2 else 'cocaine'},,GCMS,2025-12-{n % 27 + 1:02},1,.,heroin,{state},2025-12-{n % 27 + 1:02}"
        for state, count in (("NC", 27), ("OR", 27), ("TX", 4))
        for n in range(count)
    ]
    put("unc-gcms", GCMS + "\n".join(rows) + "\n")

    groups = supply.found_lately(today=date(2026, 3, 10))

    assert [(one.stratum, one.rolled_up, one.unit) for one in groups] == [
        ("all regions together, expected opioid", True, "contributors")
    ]
    told = {row.name: row.counts for row in groups[0].months[0].rows}
    assert sum(told["fentanyl"]) == 58  # a source, region, day and expectation are one contributor
    assert "Smaller areas are together here" in client.get(reverse("public:supply")).content.decode()


def test_regions_that_all_reach_the_threshold_stand_alone_without_a_total(put):
    rows = [
        f"{state}{n},{'fentanyl' if n % 2 else 'cocaine'},,GCMS,2025-12-{n % 27 + 1:02},1,.,heroin,{state},2025-12-{n % 27 + 1:02}"
        for state in ("NC", "OR")
        for n in range(27)
    ]
    put("unc-gcms", GCMS + "\n".join(rows) + "\n")

    groups = supply.found_lately(today=date(2026, 3, 10))

    assert [one.stratum for one in groups] == ["NC, expected opioid", "OR, expected opioid"]
    assert not any(one.rolled_up for one in groups)


def test_the_files_say_what_the_page_says(put, client):
    monthly(put, ["2025-11,100,40,3"])

    lines = list(csv.DictReader(io.StringIO(client.get(reverse("public:supply-file", args=["csv"])).content.decode())))
    told = json.loads(client.get(reverse("public:supply-file", args=["json"])).content)

    assert [(one["found"], one["with"], one["without"], one["low"]) for one in lines] == [
        ("carfentanil", "", "", ""), ("xylazine", "40", "60", "0.3094"),
    ]  # fmt: skip
    assert lines[0]["why_blank"] and lines[0]["not_for"].startswith("Not for")
    assert told["numbers"] == [
        {name: (int(value) if name in {"with", "without"} and value else value) for name, value in line.items()}
        for line in lines
    ]
    assert told["threshold"] == 11
    assert client.get(reverse("public:supply-file", args=["exe"])).status_code == 404


def test_each_group_says_what_the_watch_can_see(put):
    monthly(put, ["2025-12,40,20,20"], columns="a,b")
    few = supply.found_lately(today=date(2026, 2, 20))[0]
    old = supply.found_lately(today=date(2027, 2, 20))[0]

    assert supply.say_state(few) == "not monitored (0 of 100)"
    assert supply.say_state(old) == "stale (last data 2025-12-31)"
