"""A day is sealed; an attacker tries to bring back the order in which its people came."""

import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from handrail.core.common.ids import part_id
from handrail.core.encounters import actions
from handrail.core.journal import sealing
from handrail.core.journal.verify import verify
from handrail.core.people import rules as people
from handrail.core.supplies import actions as stock
from handrail.core.supplies import queries as supplies
from handrail.core.supplies import rules as stock_rules

from . import dump

ACTS, A_STEP = 200, 8
SIGMAS = 5  # of a rank correlation of unrelated orders; about 200 columns are looked at
STATED = {("encounters_encounter", "at"), ("journal_expiringtime", "text"), ("journal_expiringtime", "text.at")}


@dataclass
class Day:
    """What really happened: acts in their order, and the amount that only this act gave, by which its movement is known again."""

    acts: list[uuid.UUID]
    amounts: list[int]

    @cached_property
    def places(self) -> dict[str, int]:
        """The true place of every act, by its id and its encounter's."""
        ids = {act.hex: place for place, act in enumerate(self.acts)}
        return ids | {part_id(act, "encounter").hex: place for place, act in enumerate(self.acts)}


@pytest.fixture
def day(fresh_keys: None, visit: Any, outreach: Any, now: datetime) -> Day:
    """200 acts, one after the other, eight in each quarter of an hour; every third with a card."""
    chance = random.Random(24)
    told = Day([uuid.uuid4() for _ in range(ACTS)], chance.sample(range(1, ACTS + 1), ACTS))
    for place, (act, amount) in enumerate(zip(told.acts, told.amounts, strict=True)):
        at = now - timedelta(hours=8) + timedelta(minutes=15 * (place // A_STEP))
        body: dict[str, Any] = {"given": [{"item": "SYR-INS-28-1", "amount": amount}], "asked_for": ["other"]}
        body |= {"naloxone": [{"item": "NAL-NS-4", "amount": 1}]} | ({} if place % 3 else {"card": people.new_code()})
        actions.record_visit(visit(body, act_id=act, at=at), by=outreach, received_at=now)
    return told


def orders(day: Day, told: Mapping[str, list[dump.Row]]) -> Iterator[tuple[dump.Column, list[tuple[int, Any]]]]:
    """Yield, for each column of each table with rows of these acts, what stands there beside the act's true place."""
    of_amount = {amount: place for place, amount in enumerate(day.amounts)}
    for table, rows in told.items():
        found: dict[str, list[tuple[int, Any]]] = {}
        for row in rows:
            place = next((day.places[one] for one in map(dump.flat, row.values()) if one in day.places), None)
            if place is None and table.startswith("supplies_") and row.get("item_id") == "SYR-INS-28-1":
                place = of_amount.get(row.get("amount", 0))
            if place is not None:
                for name, value in dump.cells(row):
                    found.setdefault(name, []).append((place, value))
                found.setdefault("lies in the table", []).append((place, len(found.get("lies in the table", []))))
        yield from (((table, name), pairs) for name, pairs in found.items() if len(pairs) >= ACTS / 4)


def likeness(pairs: list[tuple[int, Any]]) -> float:
    """Return how far a column is sorted as the acts came: Spearman's rank correlation over what a chance order would show."""
    ranks = [np.unique(column, return_inverse=True)[1].ravel().astype(float) for column in _columns(pairs)]
    if min(len(set(rank)) for rank in ranks) == 1:
        return 0.0
    came, stands = map(_averaged, ranks)
    return float(abs(np.corrcoef(came, stands)[0, 1])) * (len(pairs) - 1) ** 0.5


def _columns(pairs: list[tuple[int, Any]]) -> tuple[list[int], list[Any]]:
    values = [value for _, value in pairs]
    numbers = [_number(value) for value in values]
    return [place for place, _ in pairs], values if None in numbers else numbers


def _number(value: Any) -> tuple[int, ...] | int | None:
    """Read a number or a place on a page as what it is: as text, 10 would stand before 9."""
    found = re.fullmatch(r"\(?(\d{1,15})(?:,(\d+)\))?", str(value))
    return int(found[1]) * 10_000 + int(found[2] or 0) if found else None


def _averaged(ranks: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Give ties the mean of the places that they share."""
    counts = np.bincount(ranks.astype(int))
    told: np.ndarray[Any, Any] = (np.cumsum(counts) - (counts - 1) / 2)[ranks.astype(int)]
    return told


def within_steps(pairs: list[tuple[int, Any]]) -> float:
    """Return how often an observer who knows who was the n-th of a quarter of an hour finds them as the n-th of its rows."""
    hits, steps = 0, {place // A_STEP for place, _ in pairs}
    for step in steps:
        mine = sorted(
            ((value, place) for place, value in pairs if place // A_STEP == step), key=lambda one: str(one[0]).zfill(40)
        )
        hits += sum(place == right for (_, place), right in zip(mine, sorted(place for _, place in mine), strict=True))
    return hits / len(pairs)


def worst(day: Day, *, without: set[dump.Column]) -> tuple[float, dump.Column]:
    """Return the column that comes nearest to the true order."""
    told = [(likeness(pairs), column) for column, pairs in orders(day, dump.tables()) if column not in without]
    assert len(told) > 50
    return max(told)


@pytest.mark.scenario("trust:24")
@pytest.mark.scenario("frontline:S4")
def test_nothing_orders_the_acts_of_a_sealed_day(day: Day, move: Any, now: datetime) -> None:
    """The attacker sorts by every column of every table, by what stands inside JSON, by rowid, or ctid and xmin, and by salts and hashes.

    One of them may follow the order in which people came: ids, places, batches, pages. Whole quarters of an hour are still stated for
    30 days; within them an observer who counted heads tries too. After 31 days nothing may follow the order at all.
    """
    before, where = worst(day, without=STATED)
    print(f"\nopen: {before:.1f} sigmas by {where}")
    assert before > 2 * SIGMAS
    sealing.seal_day(now.date())
    after, where = worst(day, without=STATED)
    print(f"sealed: {after:.1f} sigmas by {where}")
    assert after < SIGMAS
    seen = {column: within_steps(pairs) for column, pairs in orders(day, dump.tables()) if len(pairs) >= ACTS}
    print(f"n-th of a quarter: {max(seen.values()):.3f}, chance {1 / A_STEP:.3f}")
    assert len(seen) > 50 and max(seen.values()) < 1 / A_STEP + SIGMAS * (1 / A_STEP / ACTS) ** 0.5
    move(now + timedelta(days=31))
    after, where = worst(day, without=set())
    print(f"31 days later: {after:.1f} sigmas by {where}")
    assert after < SIGMAS


@pytest.mark.django_db(transaction=True)
@pytest.mark.scenario("trust:24")
@pytest.mark.scenario("frontline:S4")
def test_the_bytes_of_the_database_hold_nothing_of_the_open_day(day: Day, now: datetime, tmp_path: Path) -> None:
    """The attacker carves the raw file and its log: open rows, index entries and freed pages that deleting or splitting left behind.

    They count each act's id, and its encounter's, in the bytes, and again in a fresh copy that has only live rows: what is more is a
    remain, and a remain lies in the order of arrival. On PostgreSQL they ask pages and transactions as its own owner would.
    """
    sealing.seal_day(now.date())
    if connection.vendor != "sqlite":
        assert worst(day, without=STATED)[0] < SIGMAS
        xmins = {row["xmin"] for row in dump.tables()["journal_sealedentry"]}
        assert len(xmins) == 1
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(tmp_path / "fresh")])
    taken, fresh = dump.files(keys=False), (tmp_path / "fresh").read_bytes()
    assert taken.holding(b'Z","body":{"given"', b'"version":1,"device"') == []
    needles = [text.encode() for one in day.places for text in (one, str(uuid.UUID(one)))]
    remains = {
        needle: found - fresh.count(needle)
        for needle in needles
        if (found := sum(told.count(needle) for told in taken.of.values())) > fresh.count(needle)
    }
    free = freed_pages(taken.of[str(connection.settings_dict["NAME"])])
    print(f"\nremains of {len(remains)} of {len(needles)} ids; {len(free)} free pages")
    assert remains == {} and not any(map(any, free))


def freed_pages(told: bytes) -> list[bytes]:
    """Return the pages that a database file no longer uses, by its free list (SQLite file format 3, section 1.5)."""

    def number(at: int) -> int:
        return int.from_bytes(told[at : at + 4], "big")

    size, trunk, found = int.from_bytes(told[16:18], "big"), number(32), []
    while trunk:
        start = (trunk - 1) * size
        found += [number(start + 8 + 4 * n) for n in range(number(start + 4))]
        trunk = number(start)
    return [told[(page - 1) * size : page * size] for page in found]


@pytest.mark.scenario("trust:24")
def test_a_changed_byte_names_its_day_and_a_row_cut_in_the_open_day_shows_at_the_count(
    day: Day, now: datetime, site: Any, lead: Any, visit: Any, outreach: Any, tamper: Callable[..., int]
) -> None:
    """The attacker turns one byte of a sealed act, and cuts an open visit with its movement: no chain covers that yet, the shelf does."""
    sealing.seal_day(now.date())
    act = max(day.acts)
    stored = act.hex if connection.vendor == "sqlite" else act
    turned = ("UPDATE journal_sealedentry SET durable = replace(durable, %s, %s) WHERE id = %s",
              ('"served_for":1', '"served_for":2', stored))  # fmt: skip
    assert tamper(*turned) == 1
    broken = verify(today=now.date()).broken
    assert broken is not None and broken.day == now.date() and broken.entry == act
    tamper("UPDATE journal_sealedentry SET durable = replace(durable, %s, %s) WHERE id = %s",
           ('"served_for":2', '"served_for":1', stored))  # fmt: skip
    assert verify(today=now.date()).broken is None
    bought = stock_rules.Delivery(uuid.uuid4(), site.id, now, "SYR-INS-28-1", 30_000)
    stock.receive(bought, by=lead, received_at=now)
    lying = held(site, "shelf") - 10
    tomorrow = now + timedelta(days=1)
    cut = visit({"given": [{"item": "SYR-INS-28-1", "amount": 10}]}, at=tomorrow)
    actions.record_visit(cut, by=outreach, received_at=tomorrow)
    assert held(site, "shelf") == lying
    tamper("DELETE FROM supplies_openmovement WHERE day = %s", (tomorrow.date(),))
    counted = stock_rules.Count(
        uuid.uuid4(), site.id, tomorrow, "shelf", "SYR-INS-28-1", None, expected=held(site, "shelf"), found=lying
    )
    stock.count(counted, by=lead, received_at=tomorrow)
    assert held(site, "difference") == 10 and held(site, "shelf") == lying


def held(site: Any, account: str) -> int:
    where = stock_rules.account_id(site.id, account)
    return supplies.balances([where])[where, "SYR-INS-28-1", None]
