"""The desk's recall: declared, where the lot is and went, set aside, the notice; the window says so, the box is opened."""

import uuid

import pytest
from django.urls import reverse

from handrail.core.supplies import boxes, models, recalls, rules

from .desks import AT, refused, send

LOT = str(rules.lot_id("NAL-NS-4", "A17"))


@pytest.fixture
def stocked(desk, site):
    """A shelf with a lot of naloxone, its box open."""
    send(desk, "receive", site, {"item": "NAL-NS-4", "amount": "9", "lot": "A17", "expires": "2027-01-31"})


@pytest.fixture
def recall(desk, site, stocked):
    """A recall that was declared at the desk; returns its id."""
    send(desk, "visit", site, {"give.NAL-NS-4": "2", "lot.NAL-NS-4": f"{LOT}:known"})
    assert send(desk, "declare-recall", site, {"lot": LOT, "reason": "Cracked nozzles"}).status_code == 302
    return models.Recall.objects.get().id


def on(client, name, site, recall, told=None, *, method="post"):
    frame = {} if method == "get" else {"id": str(uuid.uuid4()), "at": AT}
    return getattr(client, method)(reverse(f"desk:{name}", args=[site.id, recall]), frame | (told or {}))


def test_recall_is_shown_whole_and_ends(desk, site, recall) -> None:
    page = on(desk, "recall", site, recall, method="get").content.decode()
    assert all(
        words in page
        for words in (
            "1 place to empty",
            "Riverside · shelf",
            "Cracked nozzles",
            "Your clinician writes here",
            "It may have come from",
        )
    )
    assert "Recalled: " in send(desk, "window", site, method="get").content.decode()
    assert "recalled: set it aside" in send(desk, "stock", site, method="get").content.decode()
    shelf = str(rules.account_id(site.id, rules.SHELF))
    assert on(desk, "set-aside", site, recall, {"account": shelf, "amount": "7"}).status_code == 302
    assert (
        recalls.find(recall).tasks == []
        and "Recalled: " not in send(desk, "window", site, method="get").content.decode()
    )
    assert on(desk, "end-recall", site, recall).status_code == 302
    assert "ended" in send(desk, "recalls", site, method="get").content.decode()
    assert "This recall is over" not in on(desk, "recall", site, recall, method="get").content.decode()


@pytest.mark.parametrize(
    ("name", "told", "why"),
    [
        ("set-aside", {"account": "x", "amount": "1"}, "unknown-account"), ("set-aside", {"amount": ""}, "bad-amount"),
        ("set-aside", {"amount": "1", "id": "x"}, "not-readable"), ("end-recall", {"at": "soon"}, "not-readable"),
    ],
)  # fmt: skip
def test_recalls_forms_are_refused_where_they_cannot_be(desk, site, recall, name, told, why) -> None:
    answer = on(desk, name, site, recall, told)
    assert (answer.status_code, refused(answer)) == (422, why)


def test_recall_is_declared_of_a_known_lot_and_a_reason(desk, site, stocked) -> None:
    assert refused(send(desk, "declare-recall", site, {"lot": "", "reason": "x"})) == "unknown-lot"
    assert refused(send(desk, "declare-recall", site, {"lot": LOT, "reason": ""})) == "bad-reason"


def test_recall_is_seen_at_ones_own_site_alone_and_declared_by_who_keeps_stock(
    desk, site, other_site, recall, signed_in, outreach
) -> None:
    assert on(desk, "recall", other_site, recall, method="get").status_code == 404
    assert on(desk, "recall", site, uuid.uuid4(), method="get").status_code == 422
    ash = signed_in(outreach)
    assert "Recall this lot" not in send(ash, "recalls", site, method="get").content.decode()
    assert refused(send(ash, "declare-recall", site, {"lot": LOT, "reason": "x"})) == "not-allowed"


def test_box_is_opened_from_the_shelf_and_the_window_gives_out_of_it(desk, site, stocked) -> None:
    assert "lot A17, assumed" in send(desk, "window", site, method="get").content.decode()
    assert send(desk, "open-stock-box", site, {"box": f"NAL-NS-4:{LOT}"}).status_code == 302
    assert boxes.opened(rules.account_id(site.id, rules.SHELF)) == {"NAL-NS-4": uuid.UUID(LOT)}
    page = send(desk, "window", site, method="get").content.decode()
    assert "assumed</option>" not in page and f'<option value="{LOT}:known" selected>' in page
    assert "box open" in send(desk, "stock", site, method="get").content.decode()
    assert refused(send(desk, "open-stock-box", site, {"box": "NO-SUCH:"})) == "unknown-item"


def test_window_writes_an_assumption_down_as_one(desk, site, stocked) -> None:
    from handrail.services.naloxone.models import Dispense

    send(desk, "visit", site, {"give.NAL-NS-4": "2", "lot.NAL-NS-4": f"{LOT}:assumed"})
    assert Dispense.objects.values_list("lot_basis", "units").get() == ("assumed", 2)
