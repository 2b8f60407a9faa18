"""A tally: one record of so many people, with exact items, no card and no row a person."""

import pytest

from handrail.core.encounters import models, queries
from handrail.core.supplies import queries as stock

BODY = {
    "people": 31,
    "given": [{"item": "SYR-INS-28-1", "amount": 580}],
    "naloxone": [{"item": "NAL-NS-4", "amount": 9}],
    "returned": [{"method": "said", "amount": 220}],
    "asked_for": ["FTS"],
}


@pytest.fixture
def tally(act, outreach):
    """Make a tally as a device sends it."""
    return lambda body=BODY: act(outreach, body, kind="window.tally")


def test_tally_is_one_encounter_of_many_people_with_exact_items(tally, take, site, now) -> None:
    assert take(tally()).outcome == "saved"
    row = models.Encounter.objects.get()
    assert (row.channel, row.served_for, row.person, row.services) == ("tally", 31, "", "exchange naloxone")
    assert {one.item: one.balance for one in stock.on_shelf(site.id)} == {"NAL-NS-4": -9, "SYR-INS-28-1": -580}
    assert queries.count_day(site.id, row.day) == queries.DayCount(visits=1, with_code=0, served=31)


def test_tally_sent_again_counts_once_and_another_telling_is_held(tally, take) -> None:
    one = tally()
    assert [take(one).outcome for _ in range(2)] == ["saved", "already"]
    assert take(one | {"body": BODY | {"people": 32}}).code == "conflict"


def test_tally_is_taken_back_whole(tally, take, act, outreach, site) -> None:
    one = tally()
    take(one)
    assert take(act(outreach, {"visit": one["id"]}, kind="window.undo")).outcome == "saved"
    assert [row.balance for row in stock.on_shelf(site.id) if row.balance] == []
    assert queries.standing().count() == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"people": 0}, "bad-amount"), ({"people": 10_001}, "bad-amount"), ({"people": "31"}, "bad-amount"),
        ({"card": "JG7MCT"}, "not-an-act"), ({"served_for": 2}, "not-an-act"), ({"given": 5}, "not-an-act"),
    ],
)  # fmt: skip
def test_tally_holds_what_it_cannot_be(tally, take, change, code) -> None:
    assert take(tally(BODY | change)).code == code


def test_tally_needs_people_something_to_save_and_a_site(tally, take) -> None:
    assert take(tally({"given": BODY["given"]})).code == "bad-amount"
    assert take(tally({"people": 3})).code == "nothing-to-save"
    assert take(tally() | {"site": ""}).code == "not-an-act"
