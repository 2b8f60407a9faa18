"""The ledger: nothing made, nothing lost, whatever happens and however often it is told."""

import random
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.core.common.refusals import Conflict, Refused
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as visits
from handrail.core.journal import kinds, sealing
from handrail.core.supplies import actions, models, queries, rules

SYRINGE, NALOXONE = "SYR-INS-28-1", "NAL-NS-4"
STEP = st.one_of(
    st.tuples(st.just("deliver"), st.integers(1, 500)),
    st.tuples(st.just("visit"), st.integers(1, 60), st.integers(0, 40)),
    st.tuples(st.just("count"), st.integers(0, 400)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
    st.tuples(st.just("seal")),
    st.tuples(st.just("again"), st.integers(0, 9)),
)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rolled_back(example: Callable[[], None]) -> Callable[[], None]:
    """Run an example and leave no trace of it."""

    def run() -> None:
        before = transaction.savepoint()
        try:
            example()
        finally:
            transaction.savepoint_rollback(before)

    return run


@pytest.fixture
def deliver(site: Any, lead: Any, now: Any) -> Any:
    """Take a delivery of syringes, or of what is told."""

    def make(
        amount: int = 100,
        item: str = SYRINGE,
        lot: str = "",
        expires: date | None = None,
        act_id: uuid.UUID | None = None,
    ) -> Any:
        draft = rules.Delivery(act_id or uuid.uuid4(), site.id, now, item, amount, lot, expires)
        return actions.receive(draft, by=lead, received_at=now)

    return make


@pytest.fixture
def count(site: Any, lead: Any, now: Any) -> Any:
    """Count the shelf's syringes."""

    def make(
        expected: int, found: int, lot_id: uuid.UUID | None = None, item: str = SYRINGE, account: str = "shelf"
    ) -> Any:
        draft = rules.Count(uuid.uuid4(), site.id, now, account, item, lot_id, expected, found)
        return actions.count(draft, by=lead, received_at=now)

    return make


@pytest.fixture
def shelf(site: Any) -> Any:
    """Return what the shelf holds of an item, all lots together."""
    return lambda item=SYRINGE: sum(row.balance for row in queries.on_shelf(site.id) if row.item == item)


def refusal(call: Any, *told: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def test_receive_puts_a_delivery_on_the_shelf_once(deliver, shelf) -> None:
    act_id = uuid.uuid4()
    told = [deliver(act_id=act_id).already for _ in range(3)]
    assert told == [False, True, True] and shelf() == 100


def test_receive_of_the_same_id_with_another_amount_is_a_conflict(deliver, shelf) -> None:
    entry = deliver(100)
    with pytest.raises(Conflict):
        deliver(101, act_id=entry.id)
    assert shelf() == 100


def test_receive_keeps_lots_apart_and_the_one_that_expires_first_before(deliver, site) -> None:
    deliver(10, NALOXONE, "B02", date(2027, 6, 1))
    deliver(5, NALOXONE, "A17", date(2026, 4, 1))
    deliver(5, NALOXONE, "A17", date(2026, 4, 1))
    rows = [(row.lot_code, row.expires, row.balance) for row in queries.on_shelf(site.id)]
    assert rows == [("A17", date(2026, 4, 1), 10), ("B02", date(2027, 6, 1), 10)]
    assert [one.code for one in queries.lots()[NALOXONE]] == ["A17", "B02"]


def test_receive_refuses_a_known_lot_with_another_last_day(deliver) -> None:
    deliver(5, NALOXONE, "A17", date(2026, 4, 1))
    with pytest.raises(Refused, match="lot-differs"):
        deliver(5, NALOXONE, "A17", date(2030, 1, 1))
    assert models.Lot.objects.get().expires == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"amount": -1}, "bad-amount"), ({"amount": 10**9}, "bad-amount"), ({"amount": 0}, "bad-amount"), ({"item": "NO-SUCH"}, "unknown-item"),
        ({"item": "USED"}, "unknown-item"), ({"lot": "A17", "expires": date(2002, 1, 1)}, "bad-expiry"),
        ({"lot": "A17", "expires": date(2099, 1, 1)}, "bad-expiry"), ({"lot": "A\u200b17"}, "bad-lot"), ({"lot": "AB\u202eCD"}, "bad-lot"),
        ({"item": NALOXONE}, "lot-needed"), ({"lot": "x" * 41}, "bad-lot"), ({"lot": "A\n17"}, "bad-lot"), ({"lot": "A\x0017"}, "not-canonical"),
        ({"item": "A\x00"}, "not-canonical"),
    ],
)  # fmt: skip
def test_receive_refuses_and_leaves_nothing(deliver, told, code) -> None:
    assert refusal(deliver, **told) == code
    assert models.OpenMovement.objects.count() == models.Lot.objects.count() == 0


def test_receive_needs_the_stock_role_at_that_site(site, other_site, lead, outreach, now) -> None:
    here = rules.Delivery(uuid.uuid4(), site.id, now, SYRINGE, 5)
    there = rules.Delivery(uuid.uuid4(), other_site.id, now, SYRINGE, 5)
    assert refusal(actions.receive, here, by=outreach, received_at=now) == "not-allowed"
    assert refusal(actions.receive, there, by=lead, received_at=now) == "not-allowed"


def test_count_corrects_by_the_difference_it_states(deliver, count, shelf) -> None:
    deliver(100)
    count(100, 93)
    assert shelf() == 93
    count(93, 95)
    assert shelf() == 95


def test_count_that_agrees_moves_nothing(deliver, count) -> None:
    deliver(100)
    count(100, 100)
    assert models.OpenMovement.objects.count() == 1


def test_count_is_written_under_the_lot_it_names(deliver, count, site) -> None:
    deliver(10, NALOXONE, "A17")
    count(10, 8, rules.lot_id(NALOXONE, "A17"), NALOXONE)
    assert [(row.lot_code, row.balance) for row in queries.on_shelf(site.id)] == [("A17", 8)]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"found": -1}, "bad-amount"), ({"found": 10**9}, "bad-amount"), ({"item": "NO-SUCH"}, "unknown-item"),
        ({"lot_id": uuid.UUID(int=9)}, "unknown-lot"), ({"account": "given"}, "unknown-account"), ({"item": "A\x00"}, "not-canonical"),
    ],
)  # fmt: skip
def test_count_refuses(count, told, code) -> None:
    assert refusal(count, **({"expected": 0, "found": 1} | told)) == code


def test_count_refuses_a_lot_of_another_item(deliver, count) -> None:
    deliver(10, NALOXONE, "A17")
    assert refusal(count, 0, 1, rules.lot_id(NALOXONE, "A17"), SYRINGE) == "unknown-lot"


def test_count_needs_its_role(site, now, add_worker) -> None:
    kit = add_worker("kit", "importer")
    draft = rules.Count(uuid.uuid4(), site.id, now, "shelf", SYRINGE, None, 0, 1)
    assert refusal(actions.count, draft, by=kit, received_at=now) == "not-allowed"


def test_count_repeated_counts_once(site, lead, now, shelf) -> None:
    draft = rules.Count(uuid.uuid4(), site.id, now, "shelf", SYRINGE, None, 0, 5)
    assert [actions.count(draft, by=lead, received_at=now).already for _ in range(3)] == [False, True, True]
    assert shelf() == 5


def test_on_shelf_goes_below_zero_and_asks_for_a_count(visit, outreach, now, site) -> None:
    encounters.record_visit(visit(), by=outreach, received_at=now)
    row = queries.on_shelf(site.id)[0]
    assert (row.item, row.balance, row.asks_for_count) == (SYRINGE, -10, True)


def test_on_shelf_leaves_out_a_lot_that_is_used_up(deliver, count, site) -> None:
    deliver(5, NALOXONE, "A17")
    count(5, 0, rules.lot_id(NALOXONE, "A17"), NALOXONE)
    assert queries.on_shelf(site.id) == []


def test_is_past_begins_the_day_after_the_last_day_of_use(deliver, site, now) -> None:
    deliver(5, NALOXONE, "A17", now.date())
    row = queries.on_shelf(site.id)[0]
    assert not row.is_past(now.date()) and row.is_past(now.date() + timedelta(days=1)) and not row.asks_for_count


def test_items_returns_the_catalogue_by_code(site) -> None:
    items = queries.items()
    assert len(items) > 40 and items[SYRINGE].counts_as_syringe == 1 and "NO-SUCH" not in items


def test_catalogue_is_read_once_while_it_stands(site, django_assert_num_queries) -> None:
    first = queries.catalogue()
    with django_assert_num_queries(1):
        assert queries.catalogue() is first


def test_catalogue_knows_a_lot_as_soon_as_it_is_received(deliver) -> None:
    queries.catalogue()
    deliver(5, NALOXONE, "A17")
    lot = rules.lot_id(NALOXONE, "A17")
    assert queries.catalogue().item_of == {lot: NALOXONE} and queries.lots()[NALOXONE][0].id == lot


def test_catalogue_forgets_a_lot_whose_delivery_was_rolled_back(deliver) -> None:
    before = transaction.savepoint()
    deliver(5, NALOXONE, "A17")
    assert queries.catalogue().item_of
    transaction.savepoint_rollback(before)
    assert queries.catalogue().item_of == {}
    assert queries.catalogue().items


def test_open_accounts_and_items_of_one_site_are_not_those_of_another(visit, other_site, site, outreach, now) -> None:
    encounters.record_visit(visit(), by=outreach, received_at=now)
    assert queries.on_shelf(other_site.id) == [] != queries.on_shelf(site.id)


def test_set_presets_replaces_what_was_there_in_the_order_told(site) -> None:
    actions.set_presets(site.id, [("Two", {SYRINGE: 2, "A=B": 1}), ("One", {SYRINGE: 1})])
    assert [(one.name, one.lines) for one in queries.presets(site.id)] == [
        ("Two", ((SYRINGE, 2), ("A=B", 1))), ("One", ((SYRINGE, 1),)),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["supplies.receive", "supplies.count"])
def test_parse_keeps_times_to_fifteen_minutes(site, kind) -> None:
    body = (
        {"item": SYRINGE, "amount": 5}
        if kind == "supplies.receive"
        else {"account": "shelf", "item": SYRINGE, "expected": 0, "found": 1}
    )
    found = kinds.kind(kind, 1)
    at = date_at("2026-03-10T18:07:13Z")
    draft = found.parse(kinds.Envelope(uuid.uuid4(), kind, 1, site.id, at, body))
    assert draft.stated.at == date_at("2026-03-10T18:00:00Z")


def date_at(text: str) -> Any:
    from handrail.core.common.periods import parse_moment

    return parse_moment(text)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("supplies.receive", {"item": SYRINGE}, "bad-amount"), ("supplies.receive", {"item": SYRINGE, "amount": -1}, "bad-amount"),
        ("supplies.receive", {"item": SYRINGE, "amount": 10**9}, "bad-amount"), ("supplies.receive", {"amount": 5}, "not-an-act"),
        ("supplies.receive", {"item": SYRINGE, "amount": 5, "lot": 17}, "not-an-act"),
        ("supplies.receive", {"item": SYRINGE, "amount": 5, "person": "x"}, "not-an-act"),
        ("supplies.receive", {"item": SYRINGE, "amount": 5, "expires": "soon"}, "not-an-act"),
        ("supplies.receive", {"item": SYRINGE, "amount": 5, "expires": 2026}, "not-an-act"),
        ("supplies.receive", {"item": NALOXONE, "amount": 5}, "lot-needed"), ("supplies.receive", {"item": "NO-SUCH", "amount": 5}, "unknown-item"),
        ("supplies.count", {"account": "shelf", "item": SYRINGE, "expected": 0}, "not-an-act"),
        ("supplies.count", {"account": "shelf", "item": SYRINGE, "expected": 0, "found": 1, "person": "x"}, "not-an-act"),
        ("supplies.count", {"account": "shelf", "item": SYRINGE, "expected": 0, "found": 1, "lot": "A17"}, "not-an-act"),
        ("supplies.count", {"account": "given", "item": SYRINGE, "expected": 0, "found": 1}, "unknown-account"),
        ("supplies.count", {"account": "shelf", "item": SYRINGE, "expected": 0, "found": -1}, "bad-amount"),
        ("supplies.count", {"account": "shelf", "item": SYRINGE, "expected": 0, "found": 1, "lot": str(uuid.UUID(int=9))}, "unknown-lot"),
    ],
)  # fmt: skip
def test_receive_holds_stock_acts_that_cannot_be(act, take, lead, kind, body, code) -> None:
    answer = take(act(lead, body, kind=kind))
    assert (answer.outcome, answer.code) == ("held", code)


def test_receive_takes_stock_acts_of_a_batch(act, take, lead, site) -> None:
    delivery = {"item": NALOXONE, "amount": 5, "lot": "A17", "expires": "2027-01-31"}
    assert take(act(lead, delivery, kind="supplies.receive")).outcome == "saved"
    counted = {
        "account": "shelf",
        "item": NALOXONE,
        "lot": str(rules.lot_id(NALOXONE, "A17")),
        "expected": 5,
        "found": 4,
    }
    assert take(act(lead, counted, kind="supplies.count")).outcome == "saved"
    assert [(row.lot_code, row.balance) for row in queries.on_shelf(site.id)] == [("A17", 4)]


class Story:
    """Carries out steps and keeps, in plain Python, what the shelf must hold."""

    def __init__(self, site: Any, lead: Any, now: Any, visit: Any) -> None:
        self.site, self.lead, self.now, self.visit = site, lead, now, visit
        self.shelf = self.bin = 0
        self.done: list[Any] = []
        self.open: list[tuple[Any, int, int]] = []

    def run(self, draft: Any, action: Any) -> None:
        action(draft, by=self.lead, received_at=self.now)
        self.done.append((draft, action))

    def step(self, name: str, *told: int) -> None:
        getattr(self, name)(*told)

    def deliver(self, amount: int) -> None:
        self.run(rules.Delivery(uuid.uuid4(), self.site.id, self.now, SYRINGE, amount), actions.receive)
        self.shelf += amount

    def visit_(self, given: int, returned: int) -> None:
        body: dict[str, Any] = {"given": [{"item": SYRINGE, "amount": given}]}
        body |= {"returned": [{"method": "said", "amount": returned}]} if returned else {}
        draft = self.visit(body)
        self.run(draft, encounters.record_visit)
        self.open.append((draft, given, returned))
        self.shelf, self.bin = self.shelf - given, self.bin + returned

    def count(self, found: int) -> None:
        self.run(
            rules.Count(uuid.uuid4(), self.site.id, self.now, "shelf", SYRINGE, None, self.shelf, found), actions.count
        )
        self.shelf = found

    def undo(self, which: int) -> None:
        if self.open:
            draft, given, returned = self.open.pop(which % len(self.open))
            self.run(visits.Undo(uuid.uuid4(), self.site.id, self.now, draft.id), encounters.undo_visit)
            self.shelf, self.bin = self.shelf + given, self.bin - returned

    def seal(self) -> None:
        sealing.seal_day(self.now.date())
        self.open.clear()

    def again(self, which: int) -> None:
        if self.done:
            draft, action = self.done[which % len(self.done)]
            assert action(draft, by=self.lead, received_at=self.now).already


@FEW
@given(st.lists(STEP, max_size=14))
def test_ledger_makes_and_loses_no_unit_whatever_happens(site, lead, now, visit, steps) -> None:
    @rolled_back
    def tell() -> None:
        story = Story(site, lead, now, visit)
        for name, *told in steps:
            story.step("visit_" if name == "visit" else name, *told)
        held, accounts = queries.balances(queries.accounts_of(site.id)), queries.accounts_of(site.id)
        plain = queries.plain_sum(accounts)
        assert {key: n for key, n in held.items() if n} == {key: n for key, n in plain.items() if n}
        assert sum(held.values()) == 0
        assert held.get((rules.account_id(site.id, "shelf"), SYRINGE, None), 0) == story.shelf
        assert held.get((rules.account_id(site.id, "bin"), rules.USED_SYRINGE, None), 0) == story.bin
        assert queries.unbalanced_marks() == []

    tell()


@FEW
@given(order=st.randoms(use_true_random=False), sent=st.integers(1, 4), sealed=st.booleans())
def test_ledger_does_not_depend_on_order_or_on_how_often_it_is_told(
    site, lead, now, visit, order: random.Random, sent: int, sealed: bool
) -> None:
    drafts: list[Any] = [
        (visit({"given": [{"item": SYRINGE, "amount": n}]}), encounters.record_visit) for n in (1, 2, 3)
    ]
    drafts += [(rules.Delivery(uuid.uuid4(), site.id, now, SYRINGE, 50), actions.receive)]
    drafts += [(rules.Count(uuid.uuid4(), site.id, now, "shelf", SYRINGE, None, 50, 48), actions.count)]
    told = drafts * sent
    order.shuffle(told)

    @rolled_back
    def tell() -> None:
        for n, (draft, action) in enumerate(told):
            action(draft, by=lead, received_at=now)
            if sealed and n == len(told) // 2:
                sealing.seal_day(now.date())
        shelf = rules.account_id(site.id, "shelf")
        assert queries.balances([shelf]) == {(shelf, SYRINGE, None): 50 - 2 - 6} == queries.plain_sum([shelf])

    tell()
