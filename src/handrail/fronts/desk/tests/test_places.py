"""The desk's page of bags, boxes, machines and vehicles: open one, restock it, bring back, count it."""

import re
import uuid

import pytest
from django.urls import reverse

from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules

from .desks import AT, refused, send


@pytest.fixture
def bag(desk, site):
    """A bag that was opened at the desk; returns its id."""
    answer = send(desk, "open-place", site, {"kind": "bag", "name": "Bag 7"})
    assert answer.status_code == 302
    return stock.opened(site.id)[0].id


def on(client, name, site, account, told=None, *, method="post"):
    frame = {} if method == "get" else {"id": str(uuid.uuid4()), "at": AT}
    return getattr(client, method)(reverse(f"desk:{name}", args=[site.id, account]), frame | (told or {}))


def held(account) -> dict[str, int]:
    return {f"{row.item}{row.lot_code}": row.balance for row in stock.in_accounts([account]).get(account, [])}


def test_place_is_opened_restocked_counted_and_brought_back(desk, site, bag) -> None:
    assert "Empty." in on(desk, "stock-place", site, bag, method="get").content.decode()
    send(desk, "receive", site, {"item": "COOK", "amount": "50"})
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17"})
    lot = rules.lot_id("NAL-NS-4", "A17")
    told = {"move.COOK:": "20", f"move.NAL-NS-4:{lot}": "4", "id": str(uuid.uuid4())}
    assert [on(desk, "move-stock", site, bag, told).status_code for _ in range(2)] == [302, 302]
    assert held(bag) == {"COOK": 20, "NAL-NS-4A17": 4}
    assert on(desk, "move-stock", site, bag, {"move.COOK:": "5", "way": "back"}).status_code == 302
    counted = send(desk, "count", site, {"account": str(bag), "found.COOK::15": "14"})
    assert counted.headers["Location"] == reverse("desk:stock-place", args=[site.id, bag]) and held(bag)["COOK"] == 14
    page = send(desk, "stock-places", site, method="get").content.decode()
    assert "Bag 7" in page and re.search(r"naloxone 4", page)


@pytest.mark.parametrize(
    ("told", "why"),
    [({}, "nothing-moved"), ({"move.COOK:": "0"}, "nothing-moved"), ({"move.COOK:": "-3"}, "bad-amount"), ({"move.NO-SUCH:": "3"}, "unknown-item")],
)  # fmt: skip
def test_move_that_cannot_be_is_refused(desk, site, bag, told, why) -> None:
    answer = on(desk, "move-stock", site, bag, told)
    assert (answer.status_code, refused(answer)) == (422, why) and held(bag) == {}


def test_place_is_opened_by_who_keeps_stock_alone(desk, site, bag, signed_in, outreach) -> None:
    assert refused(send(desk, "open-place", site, {"kind": "bag", "name": "Bag 7"})) == "place-there"
    ash = signed_in(outreach)
    assert "Open it" not in send(ash, "stock-places", site, method="get").content.decode()
    assert refused(send(ash, "open-place", site, {"kind": "bag", "name": "Bag 8"})) == "not-allowed"


def test_place_of_another_site_is_shown_to_nobody(desk, site, other_site, bag) -> None:
    assert on(desk, "stock-place", other_site, bag, method="get").status_code == 404
    assert on(desk, "stock-place", site, uuid.uuid4(), method="get").status_code == 422
    assert on(desk, "move-stock", other_site, bag, {"move.COOK:": "1"}).status_code == 422


def test_window_gives_out_of_a_bag_and_says_so(desk, site, bag) -> None:
    send(desk, "choose-place", site, {"channel": "peer", "stock": str(bag)})
    assert "Bag 7" in send(desk, "window", site, method="get").content.decode()
    told = {"give.COOK": "6", "served_for": "5", "where.channel": "peer", "where.stock": str(bag)}
    assert send(desk, "visit", site, told).status_code == 200 and held(bag) == {"COOK": -6}
    assert "below zero" in send(desk, "stock-places", site, method="get").content.decode()
