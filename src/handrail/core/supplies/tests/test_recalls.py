"""Recalls and open boxes: from a lot to every place and visit, known and assumed apart; an assumption is never a fact."""

import uuid
from datetime import timedelta

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.journal.verify import verify
from handrail.core.supplies import actions, boxes, models, places, queries, recalls, rules

NALOXONE = "NAL-NS-4"


def lot(code: str) -> uuid.UUID:
    return rules.lot_id(NALOXONE, code)


@pytest.fixture
def shelf(site):
    """The shelf's account."""
    return rules.account_id(site.id, rules.SHELF)


@pytest.fixture
def stocked(site, lead, now):
    """A shelf with lots A17 (expires later) and B02 (sooner)."""
    for code, days in (("A17", 400), ("B02", 100)):
        draft = rules.Delivery(uuid.uuid4(), site.id, now, NALOXONE, 50, code, now.date() + timedelta(days=days))
        actions.receive(draft, by=lead, received_at=now)


@pytest.fixture
def give(take, act, outreach):
    """Give naloxone at the window, of a lot on a basis or of none that was read."""

    def run(units, code="", basis="known", **told):
        line = {"item": NALOXONE, "amount": units} | ({"lot": str(lot(code)), "lot_basis": basis} if code else {})
        body = {"naloxone": [line]} | told
        frame = act(outreach, body)
        assert take(frame).outcome == "saved"
        return frame["id"]

    return run


@pytest.fixture
def call_back(site, lead, now):
    """Recall a lot; returns the recall's id."""

    def run(code="A17", *, by=lead, reason="The maker says: cracked nozzles"):
        draft = recalls.NewRecall(uuid.uuid4(), site.id, now, lot(code), reason)
        recalls.recall(draft, by=by, received_at=now)
        return draft.id

    return run


@pytest.fixture
def open_box(take, act, outreach):
    """Mark a box open, as a device tells it; returns the answer."""

    def run(code, **told):
        body = {"item": NALOXONE, "lot": str(lot(code)) if code else ""} | told
        return take(act(outreach, body, kind="supplies.open_box"))

    return run


def code(call, *told, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def test_offers_are_an_assumption_until_a_box_is_opened(stocked, shelf, open_box, now) -> None:
    assert boxes.offers(shelf, day=now.date()) == {NALOXONE: boxes.Offer(lot("B02"), "assumed")}  # earliest first
    assert [open_box("A17").outcome, open_box("NONE").code] == ["saved", "unknown-lot"]
    assert boxes.offers(shelf, day=now.date()) == {NALOXONE: boxes.Offer(lot("A17"), "known")}
    assert open_box("").outcome == "saved"
    assert boxes.offers(shelf, day=now.date())[NALOXONE].basis == "assumed"


def test_offers_skip_what_is_past_its_date_recalled_or_not_there(stocked, shelf, call_back, open_box, now) -> None:
    assert boxes.offers(shelf, day=now.date() + timedelta(days=101)) == {NALOXONE: boxes.Offer(lot("A17"), "assumed")}
    open_box("B02")
    call_back("B02")
    assert boxes.offers(shelf, day=now.date()) == {NALOXONE: boxes.Offer(lot("A17"), "assumed")}
    assert boxes.offers(uuid.uuid4(), day=now.date()) == {}


def test_box_that_is_opened_later_takes_the_others_place(stocked, shelf, open_box) -> None:
    assert [open_box(code).outcome for code in ("A17", "B02")] == ["saved", "saved"]
    assert boxes.opened(shelf) == {NALOXONE: lot("B02")}


def test_late_box_is_recorded_and_changes_nothing(stocked, shelf, open_box, take, act, outreach) -> None:
    open_box("A17")
    told = act(
        outreach, {"item": NALOXONE, "lot": str(lot("B02"))}, kind="supplies.open_box", at="2026-03-08T18:00:00Z"
    )
    assert [take(told).outcome for _ in range(2)] == ["saved", "already"] and boxes.opened(shelf) == {
        NALOXONE: lot("A17")
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [({"lot": "A17"}, "not-an-act"), ({"account": "x"}, "not-an-act"), ({"account": str(uuid.uuid4())}, "unknown-account"), ({"item": 5}, "not-an-act")],
)  # fmt: skip
def test_box_is_held_where_it_cannot_be(stocked, open_box, change, why) -> None:
    assert open_box("A17", **change).code == why


@pytest.mark.scenario("frontline:S31")
def test_open_box_is_known_and_none_open_is_assumed_and_recalls_list_each_apart(
    stocked, shelf, open_box, give, call_back, now
) -> None:
    open_box("A17")
    offer = boxes.offers(shelf, day=now.date())[NALOXONE]
    assert (offer.lot_id, offer.basis) == (lot("A17"), "known")  # though B02 on the shelf expires sooner
    give(2, "A17", offer.basis)
    open_box("")
    offer = boxes.offers(shelf, day=now.date())[NALOXONE]
    assert (offer.lot_id, offer.basis) == (lot("B02"), "assumed")
    give(3, "B02", offer.basis)
    first, second = recalls.find(call_back("A17")), recalls.find(call_back("B02"))
    assert [one.units for one in first.of("known")] == [2] and first.of("assumed") == []
    assert [one.units for one in second.of("assumed")] == [3] and second.of("known") == []


@pytest.mark.scenario("frontline:S10")
def test_recall_leads_to_every_place_box_and_visit(
    stocked, shelf, site, other_site, lead, outreach, add_worker, open_box, give, call_back, take, act, now
) -> None:
    bag, machine = uuid.uuid4(), uuid.uuid4()
    for account, kind, name in ((bag, rules.BAG, "Bag 7"), (machine, rules.MACHINE, "Machine 1")):
        places.open_place(places.NewPlace(uuid.uuid4(), site.id, now, account, kind, name), by=lead, received_at=now)
        line = rules.Line(NALOXONE, 10, lot("A17"), "known")
        places.transfer(places.Transfer(uuid.uuid4(), site.id, now, shelf, account, (line,)), by=lead, received_at=now)
    far = rules.Delivery(uuid.uuid4(), other_site.id, now, NALOXONE, 5, "A17")
    actions.receive(far, by=add_worker("sam", "stock", at=other_site), received_at=now)
    open_box("A17")
    give(2, "A17", card="JG7MCT")
    give(1, "A17")
    give(3, "A17", channel="peer", **{"from": str(bag)})
    give(4, "A17", "assumed")
    give(6)  # the lot was not read
    give(9, "B02")
    back = give(7, "A17")
    take(act(outreach, {"visit": back}, kind="window.undo"))
    found = recalls.find(call_back())
    assert {(one.name, one.units, one.opened) for one in found.tasks} == {
        ("Bag 7", 7, False), ("Machine 1", 10, False), ("Riverside · shelf", 23, True), ("Harbour · shelf", 5, False),
    }  # fmt: skip
    assert {(one.channel, one.visits, one.with_code, one.without_code, one.units) for one in found.of("known")} == {
        ("window", 2, 1, 1, 3), ("peer", 1, 0, 1, 3),
    }  # fmt: skip
    assert [(one.visits, one.units) for one in found.of("assumed")] == [(1, 4)]
    assert [(one.visits, one.units) for one in found.of("not-read")] == [(1, 6)]
    assert found.sites == ["Riverside"] and [one.lot_code for one in recalls.standing_at(other_site.id)] == ["A17"]


def test_recall_is_the_same_once_its_days_are_sealed(stocked, give, call_back, seal, now) -> None:
    give(2, "A17")
    before = recalls.find(recall := call_back())
    seal()
    assert recalls.find(recall) == before and verify(today=now.date()).broken is None


def test_setting_aside_ends_a_task(stocked, shelf, site, lead, call_back, now) -> None:
    recall = call_back()
    aside = rules.account_id(site.id, rules.QUARANTINE)
    line = rules.Line(NALOXONE, 50, lot("A17"), "known")
    places.transfer(places.Transfer(uuid.uuid4(), site.id, now, shelf, aside, (line,)), by=lead, received_at=now)
    found = recalls.find(recall)
    assert found.tasks == [] and [(one.kind, one.units) for one in found.holdings] == [("quarantine", 50)]
    assert recalls.standing_at(site.id) == []


def test_recall_is_declared_once_with_its_reason_by_who_keeps_stock(
    stocked, call_back, outreach, site, lead, now
) -> None:
    draft = recalls.NewRecall(uuid.uuid4(), site.id, now, lot("B02"), "By the authority")
    assert [recalls.recall(draft, by=lead, received_at=now).already for _ in range(2)] == [False, True]
    recall = call_back()
    assert code(call_back) == "recalled-already" and code(call_back, "NONE") == "unknown-lot"
    assert code(call_back, reason=" ") == "bad-reason" and code(call_back, by=outreach) == "not-allowed"
    end = recalls.RecallEnd(uuid.uuid4(), site.id, now, recall)
    assert [recalls.end_recall(end, by=lead, received_at=now).already for _ in range(2)] == [False, True]
    again = recalls.RecallEnd(uuid.uuid4(), site.id, now, recall)
    assert code(recalls.end_recall, again, by=lead, received_at=now) == "no-such-recall"
    assert [one.ended is None for one in recalls.notices()] == [True, False] and call_back() != recall
    assert code(recalls.find, uuid.uuid4()) == "no-such-recall"


def test_recall_is_declared_at_a_desk_alone(take, act, lead) -> None:
    assert take(act(lead, {}, kind="supplies.recall")).code == "desk-only"


def test_recall_of_a_lot_that_never_was_here_leads_nowhere(site, call_back) -> None:
    models.Lot.objects.create(id=lot("Z9"), item_id=NALOXONE, code="Z9")
    actions._new_edition()
    assert queries.catalogue().item_of[lot("Z9")] == NALOXONE
    found = recalls.find(call_back("Z9"))
    assert (found.holdings, found.went, found.sites) == ([], [], [])
