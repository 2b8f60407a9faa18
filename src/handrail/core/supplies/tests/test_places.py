"""Bags, boxes, machines, vehicles: stock of their own, restocked by transfers, counted; nothing is made and nothing lost."""

import uuid

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.supplies import actions, places, queries, rules

SYRINGE, NALOXONE = "SYR-INS-28-1", "NAL-NS-4"


@pytest.fixture
def open_place(site, lead, now):
    """Open a bag, or what is told; returns its id."""

    def make(name="Bag 7", *, kind=rules.BAG, at=None, by=lead):
        draft = places.NewPlace(uuid.uuid4(), (at or site).id, now, uuid.uuid4(), kind, name)
        places.open_place(draft, by=by, received_at=now)
        return draft.account_id

    return make


@pytest.fixture
def shelf(site):
    """The shelf's account."""
    return rules.account_id(site.id, rules.SHELF)


@pytest.fixture
def transfer(take, act, outreach):
    """Move lines between two stocks, as a device tells it; returns the answer."""

    def send(source, target, *lines, by=outreach, **told):
        body = {"from": str(source), "to": str(target), "lines": [{"item": item, "amount": n} for item, n in lines]}
        return take(act(by, body, kind="supplies.transfer", **told))

    return send


def code(call, *told, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def test_place_is_opened_once_under_a_name_of_its_own(open_place, site, lead, outreach, now) -> None:
    draft = places.NewPlace(uuid.uuid4(), site.id, now, uuid.uuid4(), rules.BOX, "Library box")
    assert [places.open_place(draft, by=lead, received_at=now).already for _ in range(2)] == [False, True]
    open_place("Bag 7")
    assert [(one.kind, one.name) for one in queries.opened(site.id)] == [("bag", "Bag 7"), ("box", "Library box")]
    assert code(open_place, "Bag 7") == "place-there" and code(open_place, " \n") == "bad-name"
    assert code(open_place, "Shelf 2", kind=rules.SHELF) == "unknown-account"
    assert code(open_place, "Bag 8", by=outreach) == "not-allowed"


def test_place_is_known_at_its_own_site_alone(open_place, site, other_site, add_worker) -> None:
    far = open_place("Bag 9", at=other_site, by=add_worker("sam", "stock", at=other_site))
    assert code(places.place, site.id, far) == "unknown-account" and places.place(other_site.id, far).name == "Bag 9"


def test_transfer_restocks_once_and_what_is_brought_back_is_another(open_place, transfer, shelf, site) -> None:
    bag, act_id = open_place(), str(uuid.uuid4())
    assert [transfer(shelf, bag, (SYRINGE, 500), ("COOK", 20), id=act_id).outcome for _ in range(2)] == [
        "saved",
        "already",
    ]
    assert transfer(bag, shelf, (SYRINGE, 40)).outcome == "saved"
    held = places.held(site.id)[0]
    assert {line.item: line.balance for line in held.lines} == {SYRINGE: 460, "COOK": 20}
    assert held.by_category == {"syringe": 460, "prep": 20} and not held.asks_for_count
    assert {line.item: line.balance for line in queries.on_shelf(site.id)} == {SYRINGE: -460, "COOK": -20}
    assert queries.plain_sum([bag, shelf]) == queries.balances([bag, shelf])


def test_transfer_has_happened_even_where_a_place_then_holds_less_than_nothing(
    open_place, transfer, shelf, site
) -> None:
    assert transfer(open_place(), shelf, (SYRINGE, 5)).outcome == "saved"
    assert places.held(site.id)[0].asks_for_count and places.held(site.id)[0].by_category == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to": "shelf"}, "not-an-act"), ({"lines": []}, "not-an-act"), ({"lines": [{"item": SYRINGE, "amount": 0}]}, "bad-amount"),
        ({"lines": [{"item": "NO-SUCH", "amount": 1}]}, "unknown-item"), ({"lines": [{"item": "USED", "amount": 1}]}, "unknown-item"),
        ({"lines": [{"item": SYRINGE, "amount": 1, "lot": str(uuid.uuid4())}]}, "unknown-lot"), ({"more": 1}, "not-an-act"),
        ({"to": str(uuid.uuid4())}, "unknown-account"),
    ],
)  # fmt: skip
def test_transfer_is_held_where_it_cannot_be(take, act, outreach, shelf, open_place, change, why) -> None:
    body = {"from": str(shelf), "to": str(open_place()), "lines": [{"item": SYRINGE, "amount": 1}]} | change
    assert take(act(outreach, body, kind="supplies.transfer")).code == why


def test_transfer_goes_from_one_stock_to_another_of_the_same_site(
    open_place, transfer, shelf, site, other_site
) -> None:
    assert transfer(shelf, shelf, (SYRINGE, 1)).code == "not-an-act"
    assert transfer(shelf, rules.account_id(other_site.id, rules.SHELF), (SYRINGE, 1)).code == "unknown-account"
    assert transfer(rules.account_id(site.id, rules.GIVEN), shelf, (SYRINGE, 1)).code == "unknown-account"
    assert transfer(shelf, rules.account_id(site.id, rules.QUARANTINE), (SYRINGE, 1)).outcome == "saved"


def test_place_is_counted_by_its_id_and_a_strangers_is_not(
    open_place, transfer, shelf, take, act, outreach, site
) -> None:
    bag = open_place()
    transfer(shelf, bag, (SYRINGE, 30))
    told = {"account": str(bag), "item": SYRINGE, "lot": "", "expected": 30, "found": 27}
    assert take(act(outreach, told, kind="supplies.count")).outcome == "saved"
    assert queries.in_accounts([bag])[bag][0].balance == 27
    assert take(act(outreach, told | {"account": str(uuid.uuid4())}, kind="supplies.count")).code == "unknown-account"
    assert take(act(outreach, told | {"account": "given"}, kind="supplies.count")).code == "unknown-account"


@pytest.mark.parametrize(
    "body",
    [{}, {"account": "x", "kind": "bag", "name": "Bag"}, {"account": str(uuid.uuid4()), "kind": 1, "name": "Bag"}],
)
def test_open_place_is_held_where_it_cannot_be_read(take, act, lead, body) -> None:
    assert take(act(lead, body, kind="supplies.open_place")).code == "not-an-act"


def test_open_place_comes_from_a_device_too(take, act, lead, site) -> None:
    body = {"account": str(uuid.uuid4()), "kind": "van", "name": "Van 2"}
    assert (
        take(act(lead, body, kind="supplies.open_place")).outcome == "saved"
        and queries.opened(site.id)[0].name == "Van 2"
    )


@pytest.mark.scenario("frontline:S9")
def test_peers_bag_balances_and_the_people_it_reached_are_as_they_said(
    open_place, transfer, shelf, take, act, outreach, lead, site, now
) -> None:
    from handrail.core.encounters import models as encounters
    from handrail.core.encounters import queries as visits

    delivery = rules.Delivery(uuid.uuid4(), site.id, now, SYRINGE, 600)
    actions.receive(delivery, by=lead, received_at=now)
    bag = open_place()
    assert transfer(shelf, bag, (SYRINGE, 500)).outcome == "saved"
    where = {"channel": "peer", "from": str(bag)}
    for people, units in ((8, 160), (5, 100), (20, 200)):
        body = where | {"served_for": people, "given": [{"item": SYRINGE, "amount": units}]}
        assert take(act(outreach, body)).outcome == "saved"
    back = where | {"returned": [{"method": "said", "amount": 160}]}
    assert take(act(outreach, back)).outcome == "saved"
    assert [line.balance for line in queries.in_accounts([bag])[bag]] == [40]
    assert [line.balance for line in queries.on_shelf(site.id)] == [100]
    assert [line.balance for line in queries.on_shelf(site.id, kind=rules.BIN)] == [160]
    assert (
        sum(row.served_for for row in encounters.Encounter.objects.filter(services="exchange", served_for__gt=1)) == 33
    )
    assert visits.count_day(site.id, now.date()).served == 34  # and the one who brought the 160 back
    assert set(encounters.Encounter.objects.values_list("channel", "person", "beyond")) == {("peer", "", "")}
    assert queries.plain_sum([bag, shelf]) == queries.balances([bag, shelf])
