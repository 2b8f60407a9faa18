"""The order list says what runs out first; labels name what stands on the shelf."""

from .desks import send


def test_order_list_says_what_runs_out_and_how_many_to_order(desk, site) -> None:
    assert "nothing was given" in send(desk, "ordering", site, method="get").content.decode()
    send(desk, "receive", site, {"item": "COOK", "amount": "100"})
    send(desk, "receive", site, {"item": "SWAB", "amount": "30", "lot": "S1", "expires": "2026-03-20"})
    send(desk, "visit", site, {"give.COOK": "56", "at": "2026-03-09T18:00:00Z"})
    send(desk, "visit", site, {"asked_for": ["COOK", "other"]})
    page = send(desk, "ordering", site, method="get").content.decode()
    assert "2.0 a day" in page and "order 40" not in page and "30 pass their date unused" in page
    assert "asked for, we had none: 1" in page and "<bdi>other</bdi>" in page
    send(desk, "count", site, {"found.COOK::44": "4"})
    page = send(desk, "ordering", site, method="get").content.decode()
    assert "6 days of cover" in page and "order 80" in page and "order now" in page


def test_labels_name_item_lot_and_date_of_what_is_there(desk, site) -> None:
    assert "Nothing on the shelf" in send(desk, "shelf-labels", site, method="get").content.decode()
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17", "expires": "2027-01-31"})
    page = send(desk, "shelf-labels", site, method="get").content.decode()
    assert all(words in page for words in ("NAL-NS-4", "A17", "use by 2027-01-31", "data:image/svg"))
