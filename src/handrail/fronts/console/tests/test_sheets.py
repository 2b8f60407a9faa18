"""Spreadsheets of one's own: read by a mapping, named by line, heading and code, the rest saved, once; nothing is guessed."""

import uuid

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.supplies import places, rules
from handrail.core.supplies import queries as stock
from handrail.fronts.console import sheets
from handrail.services.exchange.models import AskedFor

MACHINE = """
[columns]
time = "Time"
machine = "Machine"
slot = "Slot"
quantity = "Qty"
[machines.M1]
stock = "Machine 1"
slots = { A1 = "SYR-INS-28-1", A2 = "NAL-NS-4" }
[machines.M2]
slots = { A1 = "SYR-INS-28-1" }
"""
ORDERS = [
    "2026-03-10 01:00:10,M1,A1,10", "2026-03-10 01:03:00,M1,A2,1", "2026-03-10 01:07:30,M1,A1,10",  # one presentation, by the gap
    "2026-03-10 01:12:31,M1,A1,5", "2026-03-10 01:03:30,M2,A1,2", "2026-03-10 02:00:00,M1,A2,0",
]  # fmt: skip
VISITS = """
channel = "street"
[columns]
time = "When"
people = "People"
returned = "Back"
[items]
"1 mL" = "SYR-INS-28-1"
Naloxone = "NAL-NS-4"
"""
STOCK = """
[columns]
time = "Date"
item = "Article"
amount = "Units"
lot = "Batch"
expires = "Use by"
[names]
"Spritze" = "SYR-INS-28-1"
"""


@pytest.fixture
def load(site, tmp_path):
    """Import lines under a header by a mapping; returns the report."""

    def run(kind, header, *lines, mapping, dry_run=False):
        (tmp_path / "file.csv").write_text("\n".join((header, *lines)), encoding="utf-8")
        (tmp_path / "map.toml").write_text(mapping, encoding="utf-8")
        return sheets.import_sheet(
            kind, tmp_path / "file.csv", mapping=tmp_path / "map.toml", site=None, dry_run=dry_run
        )

    return run


@pytest.fixture
def orders(load):
    """Import a machine's orders."""
    return lambda *lines, **told: load(
        "machine", "Time,Machine,Slot,Qty", *lines, mapping=told.pop("mapping", MACHINE), **told
    )


@pytest.fixture
def stood(site, lead, now):
    """Machine 1, opened at the desk; returns its account."""
    draft = places.NewPlace(uuid.uuid4(), site.id, now, uuid.uuid4(), rules.MACHINE, "Machine 1")
    places.open_place(draft, by=lead, received_at=now)
    return draft.account_id


def named(report) -> list[tuple[int, str, str]]:
    return [(one.line, one.column, one.code) for one in report.refused]


def test_machines_orders_are_grouped_into_presentations_by_the_gap(orders, stood, site) -> None:
    report = orders(*ORDERS)
    assert (report.read, report.saved, named(report), report.notes) == (6, 4, [], [])
    rows = encounters.Encounter.objects.all()
    assert {(row.channel, row.person, row.served_for) for row in rows} == {("machine", "", 1)}
    assert {row.at.minute % 15 for row in rows} == {0}  # the exact time is gone
    held = {line.item: line.balance for line in stock.in_accounts([stood])[stood]}
    assert held == {"SYR-INS-28-1": -25, "NAL-NS-4": -1}
    assert [line.balance for line in stock.on_shelf(site.id)] == [-2]  # M2 stands in no stock of ours: the shelf
    assert AskedFor.objects.get().what == "NAL-NS-4"


def test_file_that_is_imported_again_counts_nothing_twice_and_a_dry_run_nothing(orders) -> None:
    assert (orders(*ORDERS, dry_run=True).saved, encounters.Encounter.objects.count()) == (0, 0)
    assert (orders(*ORDERS).saved, orders(*ORDERS).already, encounters.Encounter.objects.count()) == (4, 4, 4)


@pytest.mark.parametrize(
    ("line", "named_as"),
    [
        ("2026-03-10 01:00,M1,B9,1", (2, "Slot", "unknown-slot")), ("2026-03-10 01:00,M7,A1,1", (2, "Machine", "unknown-machine")),
        ("yesterday,M1,A1,1", (2, "Time", "bad-time")), ("2031-01-01 00:00,M1,A1,1", (2, "Time", "date-ahead")),
        ("1970-01-01 00:00,M1,A1,1", (2, "Time", "date-too-old")), ("2026-03-10 01:00,M1,A1,-1", (2, "Qty", "bad-amount")),
        (f"2026-03-10 01:00,M1,A1,{'9' * 5000}", (2, "Qty", "bad-amount")),
        ("2026-03-10 01:00,M1,,1", (2, "Slot", "empty-cell")),
    ],
)  # fmt: skip
def test_machines_line_that_cannot_be_is_named_and_the_rest_saved(orders, line, named_as) -> None:
    report = orders(line, "2026-03-10 01:00:10,M1,A1,10")
    assert (named(report), report.saved, report.read) == ([named_as], 1, 2)


def test_machines_clock_that_went_back_is_noted_and_its_orders_saved(orders) -> None:
    report = orders("2026-03-10 03:00,M1,A1,1", "2026-03-10 01:00,M1,A1,1", "2026-03-10 01:20,M1,A1,1")
    assert ([(one.line, one.code) for one in report.notes], report.saved) == ([(3, "clock-went-back")], 3)


def test_item_that_the_mapping_names_and_nobody_knows_is_named(orders) -> None:
    report = orders("2026-03-10 01:00,M1,A1,1", mapping=MACHINE.replace("SYR-INS-28-1", "NO-SUCH"))
    assert (named(report), report.saved) == ([(2, "", "unknown-item")], 0)


def test_visits_are_read_by_their_headings_and_other_columns_stay_unread(load) -> None:
    report = load(
        "visits", "When,Name,1 mL,Naloxone,Back,People", "2026-03-09 14:10,Sam,10,1,4,2", "2026-03-09 15:00,,0,,,", "2026-03-09,,x,,,",
        "", "2026-03-09T15:00:00+00:00,,5,,,", mapping=VISITS,
    )  # fmt: skip
    assert (report.read, report.saved) == (4, 2)
    assert named(report) == [(4, "1 mL", "bad-amount"), (3, "", "nothing-to-save")]
    rows = encounters.Encounter.objects.order_by("-served_for")
    assert [(row.channel, row.served_for, row.services) for row in rows] == [
        ("street", 2, "exchange naloxone"),
        ("street", 1, "exchange"),
    ]
    assert rows[0].at.isoformat() == "2026-03-09T21:00:00+00:00"  # the site's own time, to 15 minutes


def test_mapping_that_names_a_heading_the_file_lacks_says_so_and_saves_the_rest(load) -> None:
    report = load("visits", "When,1 mL", "2026-03-09 14:10,10", mapping=VISITS)
    assert named(report) == [
        (1, "People", "unknown-column"),
        (1, "Back", "unknown-column"),
        (1, "Naloxone", "unknown-column"),
    ]
    assert report.saved == 1


def test_deliveries_arrive_on_the_shelf_with_lot_and_date(load, site) -> None:
    header = "Date,Article,Units,Batch,Use by"
    lines = (
        "2026-03-09,Spritze,500,,",
        "2026-03-09,NAL-NS-4,20,A17,2028-01-31",
        "2026-03-09,NAL-NS-4,20,,",
        "2026-03-09,COOK,5,,soon",
        "2026-03-09,COOK,0,,",
    )
    report = load("stock", header, *lines, mapping=STOCK)
    assert sorted(named(report)) == [(4, "", "lot-needed"), (5, "Use by", "bad-time"), (6, "Units", "bad-amount")]
    assert {(row.item, row.lot_code, row.balance) for row in stock.on_shelf(site.id)} == {
        ("SYR-INS-28-1", "", 500),
        ("NAL-NS-4", "A17", 20),
    }
    assert load("stock", header, *lines, mapping=STOCK).already == 2


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ("[columns]\ntime = 'When'", "lacking-columns"),
        ("columns = 5", "lacking-columns"),
        ("[columns", "bad-mapping"),
        ("gap_minutes = 'x'\n" + MACHINE, "bad-mapping"),
    ],
)
def test_mapping_that_cannot_be_changes_nothing(orders, mapping, why) -> None:
    with pytest.raises(Refused) as refused:
        orders(*ORDERS, mapping=mapping)
    assert refused.value.code == why and not encounters.Encounter.objects.exists()


def test_spreadsheet_needs_a_mapping_and_text(site, tmp_path) -> None:
    (tmp_path / "file.csv").write_bytes(b"\xff\xfe")
    (tmp_path / "map.toml").write_bytes(b"\xff")
    for mapping, why in ((None, "no-mapping"), (tmp_path / "map.toml", "bad-mapping")):
        with pytest.raises(Refused) as refused:
            sheets.import_sheet("visits", tmp_path / "file.csv", mapping=mapping, site=None, dry_run=True)
        assert refused.value.code == why
    (tmp_path / "map.toml").write_text(VISITS, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        sheets.import_sheet("visits", tmp_path / "file.csv", mapping=tmp_path / "map.toml", site=None, dry_run=True)
    assert refused.value.code == "not-text"
