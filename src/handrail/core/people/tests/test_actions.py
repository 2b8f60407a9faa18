"""Cards are drawn once and kept nowhere; people are met once."""

import uuid
from typing import Any

import pytest
from django.db import connection

from handrail.core.common import keys
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.org import actions as org
from handrail.core.people import actions, models, queries, rules


@pytest.fixture
def sheets(site: Any, now: Any) -> Any:
    """Make the draft of so many sheets."""

    def make(amount: int = 1, act_id: uuid.UUID | None = None) -> rules.CardSheets:
        return rules.CardSheets(act_id or uuid.uuid4(), site.id, amount, now)

    return make


def test_issue_cards_draws_a_sheet_of_codes_that_all_differ(sheets, lead, now) -> None:
    entry, codes = actions.issue_cards(sheets(2), by=lead, received_at=now)
    assert not entry.already
    assert len(set(codes)) == 2 * rules.CARDS_ON_A_SHEET == models.Card.objects.count()


def test_issue_cards_keeps_no_code_in_any_table(sheets, lead, now, every_cell) -> None:
    _, codes = actions.issue_cards(sheets(), by=lead, received_at=now)
    cells = every_cell()
    assert [cell for cell in cells for code in codes if code in cell] == []
    assert sum(len(cell) == 32 for cell in cells) >= len(
        codes
    )  # their pseudonyms are there, so the search looks at something


def test_issue_cards_keeps_its_rows_in_an_order_that_the_sheet_has_not(sheets, lead, now, site) -> None:
    _, codes = actions.issue_cards(sheets(), by=lead, received_at=now)
    printed = [rules.pseudonym(code, site_id=site.id, ring=keys.ring()) for code in codes]
    with connection.cursor() as cursor:
        order = "rowid" if connection.vendor == "sqlite" else "ctid"
        cursor.execute(f"SELECT pseudonym FROM people_card ORDER BY {order}")
        laid = [row[0] for row in cursor.fetchall()]
    assert laid == sorted(printed) != printed


def test_issue_cards_repeated_draws_none(sheets, lead, now) -> None:
    draft = sheets()
    actions.issue_cards(draft, by=lead, received_at=now)
    entry, codes = actions.issue_cards(draft, by=lead, received_at=now)
    assert entry.already and codes == [] and models.Card.objects.count() == rules.CARDS_ON_A_SHEET


def test_issue_cards_with_another_number_under_the_same_id_is_a_conflict(sheets, lead, now) -> None:
    draft = sheets(1)
    actions.issue_cards(draft, by=lead, received_at=now)
    with pytest.raises(Conflict):
        actions.issue_cards(sheets(2, draft.id), by=lead, received_at=now)


def test_issue_cards_is_refused_in_a_demo(sheets, lead, now) -> None:
    org.install(demo=True)
    with pytest.raises(Refused) as refused:
        actions.issue_cards(sheets(), by=lead, received_at=now)
    assert refused.value.code == "demo-prints-no-cards" and models.Card.objects.count() == 0


def test_issue_cards_is_a_leads_business(sheets, outreach, now) -> None:
    with pytest.raises(Refused) as refused:
        actions.issue_cards(sheets(), by=outreach, received_at=now)
    assert refused.value.code == "not-allowed"


def test_issue_cards_never_draws_a_code_twice(sheets, lead, now, site, monkeypatch) -> None:
    _, codes = actions.issue_cards(sheets(), by=lead, received_at=now)
    shown = rules.new_code()
    actions.meet([rules.pseudonym(shown, site_id=site.id, ring=keys.ring())], site_id=site.id)
    fresh = [rules.new_code() for _ in range(rules.CARDS_ON_A_SHEET)]
    drawn = iter([codes[0], shown, fresh[0], *fresh])
    monkeypatch.setattr(rules, "new_code", lambda: next(drawn))
    _, second = actions.issue_cards(sheets(), by=lead, received_at=now)
    assert sorted(second) == sorted(fresh)


def test_issue_cards_cannot_come_in_a_batch(act, lead, take) -> None:
    answer = take(act(lead, {"sheets": 1}, kind="people.issue_cards"))
    assert (answer.outcome, answer.code) == ("held", "desk-only")


def test_meet_makes_those_who_are_new_and_finds_the_rest(site) -> None:
    actions.meet(["a" * 32], site_id=site.id)
    first = models.Participant.objects.get()
    actions.meet(["a" * 32, "b" * 32, "a" * 32], site_id=site.id)
    assert models.Participant.objects.filter(pk=first.pk).exists() and models.Participant.objects.count() == 2
    assert sorted(queries.known_at(site.id)) == ["a" * 32, "b" * 32]


def test_meet_of_nobody_asks_nothing(site, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        actions.meet([], site_id=site.id)


def test_is_known_once_a_card_was_shown_and_not_when_it_was_printed(sheets, lead, now, site) -> None:
    _, codes = actions.issue_cards(sheets(), by=lead, received_at=now)
    pseudonym = rules.pseudonym(codes[0], site_id=site.id, ring=keys.ring())
    assert not queries.is_known(pseudonym)
    actions.meet([pseudonym], site_id=site.id)
    assert queries.is_known(pseudonym)
