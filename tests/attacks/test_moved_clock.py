"""The clock is moved 31, 91 and 400 days on; an attacker tries to find times again, and to join the visits of one card."""

import random
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from handrail.core.common import keys, passing
from handrail.core.common.canonical import canonical
from handrail.core.common.ids import part_id
from handrail.core.encounters import models, parts, sketch
from handrail.core.journal import leaves
from handrail.core.journal import models as journal
from handrail.core.journal.verify import verify
from handrail.core.people import models as people
from handrail.core.people import months
from handrail.core.people import rules as codes

from . import dump
from .conftest import House

KNOWN_DAYS = 5  # that the attacker saw the person come
OWN_MARKS = {"people_participant", "people_card", "encounters_member"}  # rows that lead to no visit


def visit_days(house: House) -> dict[str, date]:
    """Return every visit with a card, by its encounter: what the attacker is after."""
    return {
        part_id(act, "encounter").hex: day
        for card in house.cards
        for act, day in zip(house.acts[card], house.came[card], strict=True)
    }


def targets(house: House) -> list[tuple[set[date], set[str]]]:
    """Return, for everyone who came often enough in one month, five of their days and all of their visits."""
    chance, found = random.Random(23), []
    for card in house.cards:
        by_month: dict[int, set[date]] = defaultdict(set)
        for day in house.came[card]:
            by_month[day.month].add(day)
        most = sorted(max(by_month.values(), key=len, default=set[date]()))
        if len(most) >= KNOWN_DAYS:
            mine = {part_id(act, "encounter").hex for act in house.acts[card]}
            found.append((set(chance.sample(most, KNOWN_DAYS)), mine))
    return found


def hit(days: Mapping[date, list[str]], known: set[date], mine: set[str]) -> float:
    """Return how often a visit drawn among these, on each of the known days, is the target's."""
    return sum(sum(one in mine for one in days[day]) / len(days[day]) for day in known) / len(known)


def intersect(house: House, told: Mapping[str, list[dump.Row]]) -> tuple[float, float, dump.Column]:
    """Run the intersection attack by every column; return chance, the best hit rate and the column that gave it."""
    days = visit_days(house)
    every: dict[date, list[str]] = defaultdict(list)
    for row in told["encounters_encounter"]:
        every[_day(row["day"])].append(dump.flat(row["id"]))
    asked = targets(house)
    chance = sum(hit(every, *one) for one in asked) / len(asked)
    everyone = {dump.flat(row["id"]): _day(row["day"]) for row in told["encounters_encounter"]} | days
    best, where = 0.0, ("", "")
    for column, groups in dump.shared(told, everyone).items():
        wide = [group for group in groups.values() if len(group) >= KNOWN_DAYS]
        rate = sum(_by(wide, chance, *one) for one in asked) / len(asked)
        best, where = max((best, where), (rate, column))
    return chance, best, where


def _by(groups: list[dict[date, list[str]]], chance: float, known: set[date], mine: set[str]) -> float:
    """Draw among the groups that were there on every known day; where none was, guess."""
    left = [group for group in groups if known <= group.keys()]
    return sum(hit(group, known, mine) for group in left) / len(left) if left else chance


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def derived(site_id: Any) -> set[str]:
    """Return all that the present keys make of every card known here: its month pseudonyms, its members of every set."""
    cards = {row.pseudonym for row in people.Participant.objects.all()}
    services = [sketch.ANY, *(part.service for part in parts.registered())]
    made = set()
    for span in passing.spans():
        key, period = passing.find(span), span.rpartition(":")[2]
        assert key
        who = {passing.keyed(key, card) for card in cards}
        named = who if span.startswith("month:") else cards
        made |= who | {sketch.Set(site_id, period, one).member(key, w) for one in services for w in named}
    return made


def led_to(told: Mapping[str, list[dump.Row]], marks: set[str]) -> set[str]:
    """Return the tables, but for those of the marks themselves, in which a cell is or holds one of these marks."""
    found = set()
    for table, rows in told.items():
        cells = {value for row in rows for _, value in dump.cells(row)}
        if table not in OWN_MARKS and cells & marks:
            found.add(table)
    return found


def opened(day: date, marks: set[str]) -> int:
    """Guess what a day's person commitments hide, with the journal key and every salt that is left; return how many fell."""
    ring, fell = keys.ring(), 0
    for row in journal.SealedEntry.objects.filter(kind="window.visit", day=day)[:20]:
        person = journal.ExpiringPerson.objects.filter(pk=row.pk).first()
        salts = [bytes(row.durable_salt), bytes(leaves.SALT_BYTES), b"", *([bytes(person.salt)] if person else [])]
        texts = [canonical({"person": mark}) for mark in marks]
        tried = (ring.commit(row.journal, salt, text) for salt in salts for text in texts)
        fell += bytes(row.person_commitment) in tried
    return fell


def distinct(site: Any) -> list[int]:
    return [sketch.people_in(period, site_id=site.id) for period in ("2026-Q1", "2026")]


def timed(house: House, told: Mapping[str, list[dump.Row]]) -> set[str]:
    """Return the tables in which a time stands beside a day on which somebody came: as text, in JSON, or in seconds."""
    days = {day.isoformat() for came in house.came.values() for day in came}
    clock = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d")
    return {
        table
        for table, rows in told.items()
        for row in rows
        if any(set(clock.findall(value)) & days for _, value in dump.cells(row))
    }


@pytest.mark.scenario("frontline:S26", "trust:23")
def test_nothing_joins_two_visits_once_90_days_have_passed_and_the_attack_is_real_before(
    house: Callable[..., House], move: Any, site: Any, now: datetime
) -> None:
    """The attacker has the dump and the whole key folder, and knows five days of each of 400 people.

    They group visits by every value that any column of any table shares (batches, places, salts, commitments, what stands in JSON)
    and keep the groups that were there on all five days; they make every pseudonym and member that a living key can make, of every
    card known here, and look for it in every cell; they guess at commitments with every salt that is left. Then an older copy is
    brought back, and they do it again.
    """
    told = house(people_count=400, days=36, a_day=80)
    marks = derived(site.id)
    chance, best, where = intersect(told, dump.tables())
    print(f"\nday 0: chance {chance:.3f}, best {best:.3f} by {where}; {len(targets(told))} people")
    assert len(targets(told)) > 100 and best > 0.5 > 10 * chance
    assert led_to(dump.tables(), marks) == {"encounters_encounter", "journal_expiringperson"}
    assert opened(now.date() - timedelta(days=2), marks) > 0
    came = sum(bool(days) for days in told.came.values())
    assert timed(told, dump.tables()) == {"encounters_encounter", "journal_expiringtime"}
    move(now + timedelta(days=31))
    assert timed(told, dump.tables()) == set()
    move(now + timedelta(days=61))
    copy = transaction.savepoint()
    for _ in ("by itself", "after a copy of a month before was brought back"):
        move(now + timedelta(days=91))
        marks = derived(site.id)
        assert passing.find("month:2026-03") and marks  # a key lives, and leads nowhere
        chance, best, where = intersect(told, dump.tables())
        print(f"day 91: chance {chance:.3f}, best {best:.3f} by {where}")
        assert best <= chance * 1.25
        assert led_to(dump.tables(), marks) == set() and opened(now.date() - timedelta(days=2), marks) == 0
        assert not models.Encounter.objects.exclude(person="").exists() and distinct(site) == [came, came]
        assert timed(told, dump.tables()) == set() and verify(today=now.date()).broken is None
        transaction.savepoint_rollback(copy)
    move(now + timedelta(days=400))
    assert dump.tables()["encounters_encounter"] == [] and distinct(site) == [came, came]
    assert not journal.SealedEntry.objects.filter(kind="window.visit").exists()
    assert sum(row.visits for row in models.Month.objects.all()) == 36 * 80


@pytest.mark.django_db(transaction=True)
@pytest.mark.scenario("frontline:S26")
def test_no_file_holds_a_time_after_31_days_nor_a_month_pseudonym_after_91(
    house: Callable[..., House], move: Any, site: Any, now: datetime
) -> None:
    """The attacker reads the raw bytes of the database, its log, the data folder and the key folder, free pages and all."""
    if connection.vendor != "sqlite":
        pytest.skip("NOT RUN: what a server keeps on its disk cannot be read from here")
    told = house(people_count=20, days=40, a_day=6)
    days = sorted({day.isoformat() for came in told.came.values() for day in came})
    clock = re.compile(rf"(?:{'|'.join(days)})[T ]\d\d:\d\d".encode())
    cards = [codes.pseudonym(card, site_id=site.id, ring=keys.ring()) for card in told.cards]
    marks = [mark.encode() for card in cards for mark in months.persons(card).values()]
    assert dump.files(keys=True).holding(*marks) and any(map(clock.search, dump.files(keys=True).of.values()))
    move(now + timedelta(days=31))
    assert not any(map(clock.search, dump.files(keys=True).of.values()))
    move(now + timedelta(days=61))
    connection.ensure_connection()
    copy = sqlite3.connect(":memory:")
    connection.connection.backup(copy)
    for _ in ("by itself", "after a copy of a month before was brought back"):
        move(now + timedelta(days=91))
        assert dump.files(keys=True).holding(*marks) == []
        assert not any(map(clock.search, dump.files(keys=True).of.values()))
        copy.backup(connection.connection)
        assert dump.files(keys=True).holding(*marks)  # the copy that was brought back still had them
    copy.close()
