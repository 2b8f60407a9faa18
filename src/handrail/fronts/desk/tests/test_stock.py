"""Stock and cards: what is received, counted, printed."""

import re
import uuid

import pytest
from django.urls import reverse

from handrail.core.journal import models as journal_models
from handrail.core.org import actions as org
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules

from .desks import send


def test_receive_and_count_change_the_shelf_and_the_sheet(desk, site) -> None:
    send(desk, "receive", site, {"item": "COOK", "amount": "100"})
    send(desk, "count", site, {"found.COOK::100": "97", "found.SWAB::0": ""})
    assert [(row.item, row.balance) for row in stock.on_shelf(site.id)] == [("COOK", 97)]
    assert send(desk, "stock-sheet", site).status_code == 422  # no reason, no sheet
    assert not journal_models.OpenEntry.objects.filter(kind="release.take-out").exists()
    sheet = send(desk, "stock-sheet", site, {"why": "counting"})
    assert journal_models.OpenEntry.objects.get(kind="release.take-out").journal == "confidential"
    assert sheet.headers["Content-Type"].startswith("text/csv") and sheet.content.decode().startswith(
        '"internal, not released",taken for: counting\r\n'
    )
    assert ",97," in sheet.content.decode()


@pytest.mark.parametrize(("second", "total"), [("30", 70), ("", 65)])
def test_count_of_every_lot_settles_what_was_given_without_reading_one(desk, site, second, total) -> None:
    for lot, amount in (("A17", "50"), ("B02", "30")):
        send(desk, "receive", site, {"item": "NAL-NS-4", "amount": amount, "lot": lot})
    send(desk, "visit", site, {"give.NAL-NS-4": "5"})
    first, other = (str(stock_rules.lot_id("NAL-NS-4", lot)) for lot in ("A17", "B02"))
    counted = {f"found.NAL-NS-4:{first}:50": "40", f"found.NAL-NS-4:{other}:30": second, "found.NAL-NS-4::-5": ""}
    send(desk, "count", site, counted)
    assert sum(row.balance for row in stock.on_shelf(site.id)) == total


@pytest.mark.parametrize("name", ["receive", "count"])
def test_stock_form_sent_twice_counts_once_and_with_another_body_is_held(desk, site, name) -> None:
    told = {
        "receive": {"item": "COOK", "amount": "9"},
        "count": {"found.COOK::0": "9"},
    }[name]
    told = told | {"id": str(uuid.uuid4())}
    assert [send(desk, name, site, told).status_code for _ in range(2)] == [302, 302]
    assert send(desk, name, site, told | {"amount": "8", "found.COOK::0": "8"}).status_code == 409
    assert stock.on_shelf(site.id)[0].balance == 9 and journal_models.Held.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("receive", {"item": "COOK", "amount": ""}, "bad-amount"), ("receive", {"item": "COOK", "amount": "-1"}, "bad-amount"),
        ("receive", {"item": "NO-SUCH", "amount": "1"}, "unknown-item"), ("receive", {"item": "A\x00", "amount": "1"}, "not-canonical"),
        ("receive", {"item": "NAL-NS-4", "amount": "1"}, "lot-needed"), ("receive", {"item": "NAL-NS-4", "amount": "1", "lot": "x" * 41}, "bad-lot"),
        ("receive", {"item": "NAL-NS-4", "amount": "1", "lot": "A17", "expires": "soon"}, "not-readable"),
        ("count", {}, "nothing-counted"), ("count", {"found.COOK::0": " "}, "nothing-counted"),
        ("count", {"found.COOK::0": "x"}, "bad-amount"), ("count", {"found.COOK": "1"}, "bad-amount"),
        ("count", {"found.COOK::0": "1", "found.COT::0": "-1"}, "bad-amount"),
        ("count", {"found.A\x00::0": "1"}, "not-canonical"),
        ("count", {f"found.COOK:{uuid.UUID(int=9)}:0": "1"}, "unknown-lot"),
    ],
)  # fmt: skip
def test_stock_form_refused_answers_422_with_the_code(desk, site, name, told, code) -> None:
    answer = send(desk, name, site, told)
    assert answer.status_code == 422 and f"<code>{code}</code>" in answer.content.decode()
    assert stock.plain_sum(stock.accounts_of(site.id)) == {}


def test_stock_flags_a_shelf_below_zero_and_a_lot_past_its_day(desk, site) -> None:
    send(desk, "visit", site, {"give.SYR-INS-28-1": "10"})
    send(desk, "receive", site, {"item": "SWAB", "amount": "9", "lot": "S-20", "expires": "2026-03-09"})
    page = send(desk, "stock", site, method="get").content.decode()
    assert (
        "below zero: count this shelf" in page and "past date" in page and "<strong data-balance>-10</strong>" in page
    )


def test_stock_is_seen_at_the_window_and_received_by_its_keeper(signed_in, outreach, site) -> None:
    client = signed_in(outreach)
    page = send(client, "stock", site, method="get").content.decode()
    assert reverse("desk:receive", args=[site.id]) not in page
    assert (
        send(client, "receive", site, {"item": "COOK", "amount": "9"}).status_code == 422
        and stock.on_shelf(site.id) == []
    )


def test_issue_cards_prints_a_sheet_once(desk, site) -> None:
    told = {"id": str(uuid.uuid4()), "sheets": "1"}
    first, second = (send(desk, "issue-cards", site, told).content.decode() for _ in range(2))
    assert first.count("data:image/svg+xml") == people.CARDS_ON_A_SHEET == first.count('class="code"')
    assert "This sheet was made before" in second and "data:image/svg" not in second


def test_issue_cards_prints_squares_that_every_camera_reads(desk, site) -> None:
    page = send(desk, "issue-cards", site, {"sheets": "1"}).content.decode()
    sizes = set(re.findall(r"width%3D%27(\d+)%27", page))
    assert sizes == {"69"}  # 21 modules (QR version 1) and a border of one, three wide; a Micro QR has 11 to 17


def test_issue_cards_says_nothing_about_where_a_card_is_from(desk, site) -> None:
    page = send(desk, "issue-cards", site, {"sheets": "1"}).content.decode()
    cards = "".join(re.findall(r"<li>.*?</li>", page, flags=re.DOTALL))
    words = set(re.sub(r"<[^>]+>", "\n", cards).split("\n")) - {""}
    assert len(words) == people.CARDS_ON_A_SHEET + 1 and not any(
        "Riverside" in word or "http" in word for word in words
    )


@pytest.mark.parametrize(("sheets", "code"), [("0", "bad-amount"), ("11", "bad-amount"), ("x", "bad-amount")])
def test_issue_cards_refuses_none_and_too_many(desk, site, sheets, code) -> None:
    answer = send(desk, "issue-cards", site, {"sheets": sheets})
    assert answer.status_code == 422 and code in answer.content.decode()


def test_issue_cards_of_a_known_id_with_another_number_is_held(desk, site) -> None:
    told = {"id": str(uuid.uuid4()), "sheets": "1"}
    send(desk, "issue-cards", site, told)
    assert send(desk, "issue-cards", site, told | {"sheets": "2"}).status_code == 409
    assert journal_models.Held.objects.get().kind == "people.issue_cards"


@pytest.mark.scenario("trust:30")
def test_issue_cards_is_refused_in_a_demo(desk, site) -> None:
    org.install(demo=True)
    answer = send(desk, "issue-cards", site, {"sheets": "1"})
    assert answer.status_code == 422 and b"demo-prints-no-cards" in answer.content
