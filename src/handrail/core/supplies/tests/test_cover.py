"""Days of cover: by weekday, over four weeks; what expires unused; what to order."""

import uuid
from datetime import date, timedelta

import pytest

from handrail.core.supplies import actions, cover, queries, rules

TUESDAY = date(2026, 3, 10)
EVERY_DAY = dict.fromkeys(range(7), 10.0)


def lot(balance: int, days: int | None) -> queries.OnShelf:
    expires = TUESDAY + timedelta(days=days) if days is not None else None
    return queries.OnShelf("NAL-NS-4", "Naloxone", "each", "naloxone", uuid.uuid4(), "A", expires, balance)


@pytest.mark.parametrize(
    ("on_hand", "use", "days"),
    [
        (0, EVERY_DAY, 0), (-5, EVERY_DAY, 0), (9, EVERY_DAY, 0), (10, EVERY_DAY, 1), (100, EVERY_DAY, 10), (100, {}, None),
        (3640, EVERY_DAY, 364), (3650, EVERY_DAY, None), (5, dict.fromkeys(range(7), 0.0) | {4: 5.0}, 10),  # Fridays only: lasts until the second
    ],
)  # fmt: skip
def test_days_left_walks_through_the_weekdays(on_hand, use, days) -> None:
    assert cover.days_left(on_hand, use, today=TUESDAY) == days


def test_expiring_is_what_use_does_not_reach_in_time() -> None:
    assert cover.expiring([lot(100, 4), lot(30, 5), lot(500, None), lot(-5, 1)], EVERY_DAY, today=TUESDAY) == 50 + 20
    assert cover.expiring([lot(100, 4)], {}, today=TUESDAY) == 100
    assert cover.expiring([lot(7, -1)], EVERY_DAY, today=TUESDAY) == 7  # past its date already


def test_cover_is_of_what_left_the_shelf_and_leaves_out_what_was_taken_back(
    site, lead, outreach, take, act, now, seal
) -> None:
    delivery = rules.Delivery(uuid.uuid4(), site.id, now, "SYR-INS-28-1", 400)
    actions.receive(delivery, by=lead, received_at=now)
    body = {"given": [{"item": "SYR-INS-28-1", "amount": 70}]}
    for day in range(3, 10):  # one week of seven days
        assert take(act(outreach, body, at=f"2026-03-{day:02}T18:00:00Z")).outcome == "saved"
    back = act(outreach, body, at="2026-03-09T18:00:00Z")
    assert (
        take(back).outcome
        == take(act(outreach, {"visit": back["id"]}, kind="window.undo", at="2026-03-09T18:00:00Z")).outcome
        == "saved"
    )
    assert take(act(outreach, body)).outcome == "saved"  # today is not over: it counts for nothing yet
    found = cover.cover(site.id, today=now.date())
    assert [(one.item, one.on_hand, one.a_day) for one in found] == [("SYR-INS-28-1", -160, 17.5)]
    assert found[0].is_out and found[0].is_low and found[0].order == 735  # 42 days at 17.5 a day
    seal()
    assert cover.cover(site.id, today=now.date()) == found


def test_cover_names_what_lasts_and_what_nobody_used_last(site, lead, now) -> None:
    actions.receive(rules.Delivery(uuid.uuid4(), site.id, now, "COOK", 5), by=lead, received_at=now)
    found = cover.cover(site.id, today=now.date())
    assert [(one.item, one.days, one.is_low, one.is_out, one.order) for one in found] == [
        ("COOK", None, False, False, 0)
    ]
