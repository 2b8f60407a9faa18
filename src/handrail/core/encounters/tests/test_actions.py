"""Visits: once, whole, for a card or nobody, and taken back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.core.common import keys
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.encounters import actions, models, queries, rules
from handrail.core.journal import guards
from handrail.core.journal.verify import verify
from handrail.core.org import actions as org
from handrail.core.people import models as people_models
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules

SYRINGES = {"item": "SYR-INS-28-1", "amount": 10}
CARDS = ("JG7MCT", "NK11MM", "CS05DF")
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "given": st.lists(st.fixed_dictionaries({"item": st.sampled_from(["SYR-INS-28-1", "COOK"]), "amount": st.integers(1, 99)}), min_size=1, max_size=2),
        "returned": st.just([{"method": "said", "amount": 4}]) | st.just([{"method": "weight", "gross_g": 900, "tare_g": 100}]),
        "asked_for": st.just(["other"]), "naloxone": st.just([{"item": "NAL-NS-4", "amount": 2}]),
        "served_for": st.integers(1, 5), "card": st.sampled_from(CARDS),
    },
).filter(lambda body: set(body) & {"given", "returned", "asked_for", "naloxone"})  # fmt: skip


class RolledBackError(Exception):
    """Ends one telling without a trace."""


@pytest.fixture
def undo(site: Any, now: Any) -> Any:
    """Take a visit back; returns the entry."""

    def run(visit_id: uuid.UUID, *, by: Any, act_id: uuid.UUID | None = None, site_id: Any = None) -> Any:
        draft = rules.Undo(act_id or uuid.uuid4(), site_id or site.id, now, visit_id)
        return actions.undo_visit(draft, by=by, received_at=now)

    return run


def refusal(call: Any, *told: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table; a participant's random id stands as its pseudonym."""
    names = {str(one.id).replace("-", ""): one.pseudonym for one in people_models.Participant.objects.all()}
    tables = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = (tuple(names.get(str(cell).replace("-", ""), cell) for cell in row) for row in cursor.fetchall())
            tables[table] = sorted(rows, key=str)
    return tables


def test_record_visit_once_however_often_it_is_sent(visit, outreach, now, site) -> None:
    draft = visit()
    first = actions.record_visit(draft, by=outreach, received_at=now)
    again = [actions.record_visit(draft, by=outreach, received_at=now) for _ in range(3)]
    assert not first.already and all(entry.already for entry in again)
    assert models.Encounter.objects.count() == 1
    shelf = stock_rules.account_id(site.id, "shelf")
    assert stock.balances([shelf]) == {(shelf, "SYR-INS-28-1", None): -10}
    assert guards.missing(connection) == []
    assert verify(today=now.date()).broken is None


def test_record_visit_writes_what_was_said(visit, outreach, now, site) -> None:
    actions.record_visit(
        visit({"given": [SYRINGES], "naloxone": [{"item": "NAL-NS-4", "amount": 1}], "served_for": 3}),
        by=outreach,
        received_at=now,
    )
    row = models.Encounter.objects.get()
    assert (row.site_id, row.channel, row.at, row.day, row.served_for) == (site.id, "window", now, now.date(), 3)
    assert (row.services, row.person, row.sealed) == ("exchange naloxone", "", False)


def test_record_visit_counts_under_the_sites_own_day(visit, outreach, now) -> None:
    actions.record_visit(
        visit(at=now.replace(hour=4)), by=outreach, received_at=now
    )  # 21:00 the day before in Vancouver
    assert models.Encounter.objects.get().day == now.date() - timedelta(days=1)


@pytest.mark.scenario("frontline:S4")
def test_record_visit_without_a_code_belongs_to_nobody(visit, outreach, now, seal, every_cell) -> None:
    for _ in range(3):
        actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    assert people_models.Participant.objects.count() == 0
    assert set(models.Encounter.objects.values_list("person", flat=True)) == {""}
    assert not any('"person"' in cell for cell in every_cell() if cell.startswith("{"))


def test_record_visit_with_a_card_meets_one_participant(visit, outreach, now) -> None:
    for card in ("JG7MCT", "jg7-mct", "NK11MM"):
        actions.record_visit(visit({"given": [SYRINGES], "card": card}), by=outreach, received_at=now)
    assert people_models.Participant.objects.count() == 2
    assert models.Encounter.objects.exclude(person="").count() == 3
    assert models.Encounter.objects.values("person").distinct().count() == 2


def test_record_visit_keeps_a_pseudonym_and_no_code(visit, outreach, now, seal, every_cell, site) -> None:
    card = people.new_code()
    draft = visit({"given": [SYRINGES], "card": card})
    actions.record_visit(draft, by=outreach, received_at=now)
    pseudonym = people.pseudonym(card, site_id=site.id, ring=keys.ring())
    for moment in ("open", "sealed"):
        cells = every_cell()
        assert [cell for cell in cells if card in cell] == [], moment
        assert [cell for cell in cells if pseudonym in cell], moment
        seal()


@pytest.mark.scenario("trust:25")
def test_record_visit_of_one_card_at_two_sites_makes_two_pseudonyms(visit, add_worker, other_site, site, now) -> None:
    for place in (site, other_site):
        by = add_worker(f"at {place.name}", "outreach", at=place)
        actions.record_visit(visit({"given": [SYRINGES], "card": "JG7MCT"}, site_id=place.id), by=by, received_at=now)
    assert len(set(people_models.Participant.objects.values_list("pseudonym", flat=True))) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "nothing-to-save"), ({"given": [{"item": "NO-SUCH", "amount": 1}]}, "unknown-item"), ({"asked_for": ["a yacht"]}, "unknown-item"),
        ({"given": [SYRINGES | {"lot": str(uuid.UUID(int=9))}]}, "unknown-lot"), ({"given": [{"item": "NAL-NS-4", "amount": 1}]}, "naloxone-apart"),
        ({"naloxone": [SYRINGES]}, "not-naloxone"), ({"given": [{"item": "A\x00", "amount": 1}]}, "not-canonical"),
    ],
)  # fmt: skip
def test_record_visit_refuses_and_leaves_nothing(visit, outreach, now, body, code) -> None:
    assert refusal(actions.record_visit, visit(body), by=outreach, received_at=now) == code
    assert models.Encounter.objects.count() == 0 and stock.plain_sum([]) == {}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"given": [{"item": "SYR-INS-28-1", "amount": -1}]}, "bad-amount"), ({"given": [{"item": "SYR-INS-28-1", "amount": 10**9}]}, "bad-amount"),
        ({"served_for": 0, "given": [SYRINGES]}, "bad-amount"), ({"card": "000000"}, "not-a-code"), ({"card": 5}, "not-an-act"),
        ({"participant": "x"}, "not-an-act"), ({"person": "x"}, "not-an-act"), ({"given": "ten"}, "not-an-act"), ({"note": "x"}, "not-an-act"),
    ],
)  # fmt: skip
def test_parse_visit_refuses(site, visit, body, code) -> None:
    assert refusal(visit, body) == code


@pytest.mark.parametrize("body", [{}, {"visit": "x"}, {"visit": str(uuid.UUID(int=1)), "why": "x"}], ids=str)
def test_parse_undo_refuses_what_names_no_visit(act, take, lead, body) -> None:
    assert take(act(lead, body, kind="window.undo")).code == "not-an-act"


def test_record_visit_needs_the_role_of_each_part_at_that_site(visit, outreach, add_worker, other_site, now) -> None:
    stocker = add_worker("kit", "stock")
    assert refusal(actions.record_visit, visit(), by=stocker, received_at=now) == "not-allowed"
    assert refusal(actions.record_visit, visit(site_id=other_site.id), by=outreach, received_at=now) == "not-allowed"
    half = type(outreach)(outreach.id, "half", frozenset(one for one in outreach.grants if one[0] != "naloxone.record"))
    both = visit({"given": [SYRINGES], "naloxone": [{"item": "NAL-NS-4", "amount": 1}]})
    assert refusal(actions.record_visit, both, by=half, received_at=now) == "not-allowed"
    assert models.Encounter.objects.count() == 0


def test_record_visit_is_full_at_the_fifty_first_of_ones_own_in_a_demo(visit, outreach, now) -> None:
    org.install(demo=True)
    actions.record_visits([visit() for _ in range(7)], by=outreach, received_at=now)
    org.note_demo_visits(7)
    drafts = [visit() for _ in range(50)]
    actions.record_visits(drafts[:49], by=outreach, received_at=now)
    actions.record_visit(drafts[49], by=outreach, received_at=now)
    assert refusal(actions.record_visit, visit(), by=outreach, received_at=now) == "demo-full"
    assert actions.record_visit(drafts[0], by=outreach, received_at=now).already  # a repeat is no new visit


def test_record_visits_takes_no_batch_that_would_overfill_a_demo(visit, outreach, now) -> None:
    org.install(demo=True)
    org.note_demo_visits(0)
    assert refusal(actions.record_visits, [visit() for _ in range(51)], by=outreach, received_at=now) == "demo-full"
    assert models.Encounter.objects.count() == 0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bodies=st.lists(BODIES, min_size=1, max_size=6), twice=st.booleans())
def test_record_visits_leaves_what_one_by_one_leaves(visit, outreach, now, bodies, twice) -> None:
    drafts = [visit(body) for body in bodies]
    drafts += drafts[:1] if twice else []
    told, left = [], []

    def record(many: bool) -> None:
        if many:
            told.append(actions.record_visits(drafts, by=outreach, received_at=now))
        else:
            told.append([actions.record_visit(draft, by=outreach, received_at=now) for draft in drafts])
        left.append(every_row())
        raise RolledBackError

    for many in (True, False):
        with pytest.raises(RolledBackError), transaction.atomic():
            record(many)
    assert left[0] == left[1] and told[0] == told[1]


def test_record_visits_of_nothing_is_nothing(outreach, now) -> None:
    assert actions.record_visits([], by=outreach, received_at=now) == []


def test_record_visits_takes_all_or_none(visit, outreach, now) -> None:
    drafts = [visit(), visit({"given": [{"item": "NO-SUCH", "amount": 1}]})]
    assert refusal(actions.record_visits, drafts, by=outreach, received_at=now) == "unknown-item"
    assert models.Encounter.objects.count() == 0


def test_record_visits_of_known_acts_asks_for_no_role(visit, outreach, add_worker, now) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    assert actions.record_visits([draft], by=add_worker("kit", "stock"), received_at=now)[0].already


def test_undo_visit_counts_for_nothing_and_puts_stock_back(visit, outreach, now, site, undo) -> None:
    body = {
        "given": [SYRINGES],
        "returned": [{"method": "said", "amount": 4}],
        "naloxone": [{"item": "NAL-NS-4", "amount": 1}],
        "card": "JG7MCT",
    }
    draft = visit(body)
    actions.record_visit(draft, by=outreach, received_at=now)
    undo(draft.id, by=outreach)
    assert set(stock.balances(stock.accounts_of(site.id)).values()) == {0}
    assert models.Encounter.objects.count() == 1 and queries.standing().count() == 0
    assert queries.count_day(site.id, now.date()) == queries.DayCount(0, 0, 0)


def test_undo_visit_repeated_undoes_once(visit, outreach, now, site, undo) -> None:
    draft, act_id = visit(), uuid.uuid4()
    actions.record_visit(draft, by=outreach, received_at=now)
    told = [undo(draft.id, by=outreach, act_id=act_id).already for _ in range(3)]
    assert told == [False, True, True]
    assert stock.on_shelf(site.id)[0].balance == 0


def test_undo_visit_is_refused_when_it_was_taken_back_before(visit, outreach, now, site, undo) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    undo(draft.id, by=outreach)
    assert refusal(undo, draft.id, by=outreach) == "undone-already"
    assert stock.on_shelf(site.id)[0].balance == 0


def test_undo_visit_of_anothers_is_a_leads_business(visit, outreach, lead, add_worker, now, undo) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    assert refusal(undo, draft.id, by=add_worker("kit", "outreach")) == "not-yours-to-undo"
    assert not undo(draft.id, by=lead).already


def test_undo_visit_needs_the_role_of_its_parts(visit, outreach, now, undo, add_worker) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    assert refusal(undo, draft.id, by=add_worker("kit", "stock")) == "not-allowed"


def test_undo_visit_comes_too_late_once_its_day_is_sealed(visit, outreach, now, undo, seal) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    seal()
    assert refusal(undo, draft.id, by=outreach) == "too-late-to-undo"


def test_undo_visit_knows_no_visit_of_another_site(visit, outreach, add_worker, other_site, now, undo) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    there = add_worker("kit", "lead", at=other_site)
    assert refusal(undo, draft.id, by=there, site_id=other_site.id) == "nothing-to-undo"


def test_undo_visit_undoes_nothing_but_visits(visit, outreach, now, undo) -> None:
    draft = visit()
    actions.record_visit(draft, by=outreach, received_at=now)
    entry = undo(draft.id, by=outreach)
    assert refusal(undo, entry.id, by=outreach) == "nothing-to-undo"
    assert refusal(undo, uuid.uuid4(), by=outreach) == "nothing-to-undo"


def test_undo_visit_with_another_visit_under_the_same_id_is_a_conflict(visit, outreach, now, undo) -> None:
    first, second = visit(), visit()
    actions.record_visits([first, second], by=outreach, received_at=now)
    entry = undo(first.id, by=outreach)
    with pytest.raises(Conflict):
        undo(second.id, by=outreach, act_id=entry.id)


def test_undo_visit_comes_in_a_batch_too(act, take, outreach, site) -> None:
    told = act(outreach)
    take(told)
    back = act(outreach, {"visit": told["id"]}, kind="window.undo")
    assert [take(back).outcome, take(back).outcome] == ["saved", "already"]
    assert stock.on_shelf(site.id)[0].balance == 0


def test_count_day_counts_visits_codes_and_people(visit, outreach, now, site, other_site) -> None:
    bodies: list[dict[str, Any]] = [{"served_for": 3}, {"card": "JG7MCT"}, {"card": "JG7MCT", "served_for": 2}]
    actions.record_visits([visit({"given": [SYRINGES]} | body) for body in bodies], by=outreach, received_at=now)
    assert queries.count_day(site.id, now.date()) == queries.DayCount(visits=3, with_code=2, served=6)
    assert (
        queries.count_day(site.id, now.date() - timedelta(days=1))
        == queries.count_day(other_site.id, now.date())
        == queries.DayCount(0, 0, 0)
    )
