"""Somebody asked to disappear; an attacker tries to tie two of their old visits together again."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime
from math import comb
from typing import Any

import pytest
from django.db import connection

from handrail.core.common import keys, passing
from handrail.core.common.ids import part_id
from handrail.core.encounters import models, sketch
from handrail.core.journal import models as journal
from handrail.core.journal.verify import verify
from handrail.core.people import months
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock
from handrail.services.exchange import facts

from . import dump
from .conftest import House

FALSE_ALARM = 1e-9  # how often this test may fail by chance alone
FEWEST = 20  # visits that share a thing, if one of the erased person's does


def sharing() -> Iterator[set[str]]:
    """Yield visits with something in common: a value that they share in a column, or a table in which their rows are missing."""
    told = dump.tables()
    days = {dump.flat(row["id"]): row["day"] for row in told["encounters_encounter"]}
    here: dict[str, set[str]] = {}
    for (table, _), groups in dump.shared(told, days).items():
        for group in groups.values():
            visits = {one for some in group.values() for one in some}
            here.setdefault(table, set()).update(visits)
            if len({days[one] for one in visits}) > 1:
                yield visits
    yield from (days.keys() - visits for visits in here.values())


def chance(one: set[str], mine: set[str], of: set[str]) -> float:
    """Return how likely as many of `mine` share this by chance, had they been drawn from `of` (hypergeometric tail)."""
    sharing, hits, rest = len(one & of), len(one & mine), len(of) - len(one & of)
    ways = (comb(sharing, n) * comb(rest, len(mine) - n) for n in range(hits, min(sharing, len(mine)) + 1))
    return sum(ways) / comb(len(of), len(mine))


def asked(client: Any, site: Any, card: str) -> float:
    """Show the card and ask that it be forgotten; return how many seconds it took."""
    form = {"id": str(uuid.uuid4()), "at": "2026-03-10T18:00:00Z", "card": card, "asked": "1"}
    began = time.perf_counter()
    assert client.post(f"/desk/removal/{site.id}/card", form).status_code == 200
    return time.perf_counter() - began


def figures(site: Any) -> list[Any]:
    march = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    told: list[Any] = [sketch.people_in(one, site_id=site.id) for one in ("2026-02", "2026-03", "2026-Q1", "2026")]
    return [*told, sketch.visits(**march), facts.contributors(**march), stock.balances(stock.accounts_of(site.id))]


def visits_of(house: House, card: str) -> set[str]:
    return {part_id(act, "encounter").hex for act in house.acts[card]}


@pytest.mark.scenario("frontline:S22")
@pytest.mark.scenario("trust:10")
def test_two_old_visits_of_an_erased_person_cannot_be_tied_together(
    house: Callable[..., House], signed_in: Any, outreach: Any, site: Any, move: Any, now: datetime
) -> None:
    """The attacker has the dump and the key folder, with its list of who was erased.

    They look for anything that two of the visits have in common and others have not: a value of any column or JSON key (chain, batch,
    hash, id, salt, place), or a gap, a table in which just these rows are missing. They make every pseudonym and member that the living
    keys make of the erased card. What they find is held against what as many of nobody's visits would share by chance, in all things
    that are shared together once in a thousand million runs. On PostgreSQL page and transaction of each row are looked at too.
    """
    told = house(people_count=12, days=30, a_day=8)
    move(now)
    card = max(told.cards, key=lambda one: len(told.acts[one]))
    mine, gone = visits_of(told, card), people.pseudonym(card, site_id=site.id, ring=keys.ring())
    marks = {gone, *months.persons(gone).values()}
    shared, visits = list(sharing()), {row.hex for row in models.Encounter.objects.values_list("pk", flat=True)}
    assert min(chance(one, mine, visits) for one in shared) < FALSE_ALARM / len(shared)
    before, took = figures(site), asked(signed_in(outreach), site, card)
    assert took <= 2 and figures(site) == before
    shared, nobodys = list(sharing()), {row.pk.hex for row in models.Encounter.objects.filter(person="")}
    least = min(chance(one, mine, nobodys) for one in shared)
    print(f"\nthe least likely of {len(shared)} things in common: {least:.3f}; {took:.2f} s")
    assert mine < nobodys and least > FALSE_ALARM / len(shared)
    assert min(len(one) for one in shared if one & mine) >= FEWEST
    for span in passing.spans():
        key, period = passing.find(span), span.rpartition(":")[2]
        assert key
        marks |= {sketch.Set(site.id, period, one).member(key, who) for one in ("", "exchange") for who in set(marks)}
    cells = {value for rows in dump.tables().values() for row in rows for _, value in dump.cells(row)}
    assert not cells & marks and not any(card in cell for cell in cells)
    anew = journal.SealedTable.objects.filter(table="encounters.encounter").order_by("-batch")
    days = {row.day for row in anew if row.batch == anew[0].batch}
    assert days == set(models.Encounter.objects.values_list("day", flat=True))  # not the days on which the card came
    entry = journal.OpenEntry.objects.get(kind="encounters.erase_card")
    assert '"body":{}' in entry.stated and verify(today=now.date()).broken is None


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_the_database_hold_no_pseudonym_of_the_erased_after_the_next_daily_run(
    house: Callable[..., House], signed_in: Any, outreach: Any, site: Any, move: Any, now: datetime
) -> None:
    """The attacker carves the raw file and its log for the card's own pseudonym and those of its months."""
    if connection.vendor != "sqlite":
        pytest.skip("NOT RUN: what a server keeps on its disk cannot be read from here")
    told = house(people_count=12, days=30, a_day=8)
    card = max(told.cards, key=lambda one: len(told.acts[one]))
    gone = people.pseudonym(card, site_id=site.id, ring=keys.ring())
    marks = [mark.encode() for mark in (gone, *months.persons(gone).values())]
    assert len(dump.files(keys=False).holding(*marks)) >= len(marks)
    asked(signed_in(outreach), site, card)
    print(f"\nremains right after: {len(dump.files(keys=False).holding(*marks))}")
    move(now)
    assert dump.files(keys=False).holding(*marks) == []
