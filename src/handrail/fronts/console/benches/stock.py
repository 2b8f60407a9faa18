"""The stock screen over HTTP with a million movements behind it, beside the plain sum of the shelf's movements."""

import contextlib
import json
import random
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median
from typing import Any

from handrail.core.common import clock
from handrail.fronts.console import trial

from . import load
from .figures import Figure, sooner

MOVEMENTS, DAYS, ITEMS, LOTS = 1_000_000, 250, 60, 300
A_DAY = MOVEMENTS // DAYS
TURNS, SUMS = 3, 3
TURN_SECONDS = 2.0
SEED = 17
PLAIN = (
    "SELECT item_id, lot_id, SUM(CASE WHEN target_id = %s THEN amount ELSE -amount END) FROM ("
    "SELECT item_id, lot_id, source_id, target_id, amount FROM supplies_movement UNION ALL "
    "SELECT item_id, lot_id, source_id, target_id, amount FROM supplies_openmovement) AS moved "
    "WHERE source_id = %s OR target_id = %s GROUP BY item_id, lot_id"
)
Key = tuple[str, str, str]  # account, item, lot
Rows = list[tuple[str | int, ...]]
SEALED = (
    "INSERT INTO supplies_movement (id, day, item_id, lot_id, source_id, target_id, amount) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
OPEN = (
    "INSERT INTO supplies_openmovement (id, day, item_id, lot_id, source_id, target_id, amount) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s)"
)
MARKS = (
    "INSERT INTO supplies_balancemark (id, batch, account_id, item_id, lot_id, balance) VALUES (%s, %s, %s, %s, %s, %s)"
)


def stock_1m() -> Iterator[Figure]:
    """Milliseconds until the stock screen is there, at a million movements."""
    with trial.house() as house:
        told = json.loads(house.run("-m", __name__, "load", house.site).splitlines()[-1])
        house.up()
        make = _request(house)
        load.drive(house.port, make, clients=1, seconds=TURN_SECONDS)
        ours, theirs, n = [], [], 0
        for _ in range(TURNS):
            run = load.drive(house.port, make, clients=1, seconds=TURN_SECONDS)
            ours.append(1000 * median(run.latencies))
            n += run.answers
            theirs.append(median(json.loads(house.run("-m", __name__, "sum", house.site).splitlines()[-1])))
        against = f"plain SUM of the shelf's movements ({told['movements']} rows, no HTTP)"
        yield sooner("stock-1m", ours, theirs, n=n, against=against)


def _request(house: trial.House) -> Any:
    with contextlib.closing(house.client("robin")) as client:
        path = f"/desk/stock/{house.site}/"
        text = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {client.cookie}\r\n\r\n".encode()
    return lambda: text


def _load(site: uuid.UUID) -> dict[str, int]:
    """Load sealed days, their marks and an open day; prove that the marks are the plain sums."""
    from django.db import connection, transaction

    from handrail.core.supplies import queries as supplies

    shelves = _accounts(site)
    keys = _catalogue()
    chance = random.Random(SEED)  # noqa: S311  -- invented amounts, no secret
    held: dict[Key, int] = defaultdict(int)
    first = clock.now().date() - timedelta(days=DAYS)
    with transaction.atomic(), connection.cursor() as cursor:
        for number in range(1, DAYS + 1):
            rows, touched = _day(chance, keys, shelves, day=first + timedelta(days=number - 1), held=held)
            cursor.executemany(SEALED, rows)
            marks: Rows = [(uuid.uuid4().hex, number, *key, held[key]) for key in touched]
            cursor.executemany(MARKS, marks)
        rows, _ = _day(chance, keys, shelves, day=first + timedelta(days=DAYS), held=held)
        cursor.executemany(OPEN, rows)
        cursor.execute("SELECT COUNT(*) FROM supplies_movement")
        loaded = cursor.fetchone()[0]
    accounts = [uuid.UUID(account) for pair in shelves for account in pair]
    if supplies.balances(accounts) != supplies.plain_sum(accounts) or supplies.unbalanced_marks():
        raise RuntimeError("the marks that were loaded are not the plain sums")
    return {"movements": loaded}


def _accounts(site: uuid.UUID) -> list[tuple[str, str]]:
    """Return shelf and given of the site and of a second one: a shelf is in half of the movements."""
    from handrail.core.common.ids import new_id
    from handrail.core.supplies import rules as stock
    from handrail.fronts.console import programme

    sites = (site, programme._open_site("Second trial house", "America/Vancouver", new_id=new_id))
    return [(stock.account_id(one, stock.SHELF).hex, stock.account_id(one, stock.GIVEN).hex) for one in sites]


def _catalogue() -> list[tuple[str, str]]:
    """Bring the catalogue to so many items and lots; return the item and lot of each."""
    from django.db import connection

    from handrail.core.supplies import actions, queries
    from handrail.core.supplies import rules as stock

    lacking = ITEMS - len(queries.items())
    actions.add_items(
        {"code": f"BENCH-{n}", "name": f"Item {n}", "category": "care", "unit": "each"} for n in range(max(0, lacking))
    )
    codes = sorted(queries.items())[:ITEMS]
    keys = [(codes[n % ITEMS], stock.lot_id(codes[n % ITEMS], f"L{n}").hex) for n in range(LOTS)]
    last_day = (clock.now().date() + timedelta(days=400)).isoformat()
    with connection.cursor() as cursor:
        rows = [(lot, item, f"L{n}", last_day) for n, (item, lot) in enumerate(keys)]
        cursor.executemany("INSERT INTO supplies_lot (id, item_id, code, expires) VALUES (%s, %s, %s, %s)", rows)
    return keys


def _day(
    chance: random.Random,
    keys: list[tuple[str, str]],
    shelves: list[tuple[str, str]],
    *,
    day: date,
    held: dict[Key, int],
) -> tuple[Rows, set[Key]]:
    rows: Rows = []
    touched: set[Key] = set()
    said = day.isoformat()
    for n in range(A_DAY):
        (item, lot), (shelf, given), amount = chance.choice(keys), shelves[n % 2], chance.randint(1, 20)
        rows.append((uuid.UUID(int=chance.getrandbits(128), version=4).hex, said, item, lot, shelf, given, amount))
        for account, change in ((shelf, -amount), (given, amount)):
            held[account, item, lot] += change
            touched.add((account, item, lot))
    return rows, touched


def _sum(site: uuid.UUID) -> list[float]:
    """Add the shelf's movements up, so many times; return the milliseconds of each."""
    from django.db import connection

    from handrail.core.supplies import rules as stock

    shelf, took = stock.account_id(site, stock.SHELF).hex, []
    with connection.cursor() as cursor:
        for _ in range(SUMS):
            began = time.perf_counter()
            cursor.execute(PLAIN, [shelf] * 3)
            cursor.fetchall()
            took.append(1000 * (time.perf_counter() - began))
    return took


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps({"load": _load, "sum": _sum}[sys.argv[1]](uuid.UUID(sys.argv[2]))))
