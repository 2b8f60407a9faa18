"""Recording an encounter over HTTP, beside a floor in the same server and session, on both databases."""

import contextlib
import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC
from statistics import median
from urllib.parse import urlencode

from handrail.core.common import clock
from handrail.fronts.console import cluster, trial

from . import GIVEN, load
from .figures import Figure, faster, sooner

SETTINGS = "handrail.fronts.console.benches.settings"
CLIENTS, TURNS = 8, 3
TURN_SECONDS, WARM_SECONDS = 4.0, 1.5
BARE_ACTS, SYNCS = 400, 300
FLOOR = "bare SQL inserts of the same rows, same server and session"


def http_8_sqlite() -> Iterator[Figure]:
    """Encounters a second with 8 clients, on SQLite."""
    with trial.house(settings=SETTINGS) as house:
        yield from _many(house, "sqlite")


def http_8_postgres() -> Iterator[Figure]:
    """Encounters a second with 8 clients, on PostgreSQL."""
    with _on_postgres() as house:
        if house:
            yield from _many(house, "postgres")


def http_1_sqlite() -> Iterator[Figure]:
    """Milliseconds an encounter takes alone, on SQLite."""
    with trial.house(settings=SETTINGS) as house:
        yield _alone(house, "sqlite")


def http_1_postgres() -> Iterator[Figure]:
    """Milliseconds an encounter takes alone, on PostgreSQL."""
    with _on_postgres() as house:
        if house:
            yield _alone(house, "postgres")


@contextlib.contextmanager
def _on_postgres() -> Iterator[trial.House | None]:
    with cluster.running() as url:
        if url is None:
            yield None
            return
        with trial.house(settings=SETTINGS, url=url) as house:
            yield house


def _many(house: trial.House, database: str) -> Iterator[Figure]:
    house.up()
    ours, floor = _requests(house)
    for make in (ours, floor):
        load.drive(house.port, make, clients=CLIENTS, seconds=WARM_SECONDS)
    runs = [
        [load.drive(house.port, make, clients=CLIENTS, seconds=TURN_SECONDS) for make in (ours, floor)]
        for _ in range(TURNS)
    ]
    _prove(house, ours.made, floor.made)
    mine, other = ([run.rate for run in turns] for turns in zip(*runs, strict=True))
    n = sum(turn[0].answers for turn in runs)
    yield faster(f"encounter-http-8-{database}", mine, other, unit="acts/s", n=n, against=FLOOR)
    house.down()
    told = json.loads(house.run("-m", __name__, house.site, house.workers["ash"]).splitlines()[-1])
    yield Figure(f"bare-sql-{database}", round(told["rate"], 1), "acts/s", BARE_ACTS)
    yield Figure("disk-syncs", round(syncs(), 1), "syncs/s", SYNCS)


def _alone(house: trial.House, database: str) -> Figure:
    house.up()
    ours, floor = _requests(house)
    for make in (ours, floor):
        load.drive(house.port, make, clients=1, seconds=WARM_SECONDS)
    runs = [
        [load.drive(house.port, make, clients=1, seconds=TURN_SECONDS / 2) for make in (ours, floor)]
        for _ in range(TURNS)
    ]
    _prove(house, ours.made, floor.made)
    mine, other = ([1000 * median(run.latencies) for run in turns] for turns in zip(*runs, strict=True))
    return sooner(f"encounter-http-1-{database}", mine, other, n=sum(turn[0].answers for turn in runs), against=FLOOR)


class _Requests:
    """Makes one request after the other, each with an act id of its own, in one signed-in session."""

    def __init__(self, path: str, client: trial.Client, edition: str) -> None:
        """Keep what all have in common: `edition` is the catalogue's, as the window's form says it."""
        fields = {"served_for": "1", "edition": edition, "returned_by": "said", "csrfmiddlewaretoken": client.token}
        fields |= {f"give.{item}": str(amount) for item, amount in GIVEN}
        fields |= {"at": clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        self.rest = "&" + urlencode(fields)
        length = len("id=") + len(str(uuid.UUID(int=0))) + len(self.rest)
        self.head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {client.cookie}\r\nHX-Request: true\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\nid="
        )
        self.made = 0

    def __call__(self) -> bytes:
        """Make the next."""
        self.made += 1
        return f"{self.head}{uuid.uuid4()}{self.rest}".encode()


def _requests(house: trial.House) -> tuple[_Requests, _Requests]:
    with contextlib.closing(house.client("ash")) as client:
        page = client.get(f"/desk/window/{house.site}/")[1]
        edition = page.partition('name="edition" value="')[2].partition('"')[0]
        return (
            _Requests(f"/desk/window/{house.site}/visit", client, edition),
            _Requests(f"/desk/floor/{house.site}/visit", client, edition),
        )


def _prove(house: trial.House, ours: int, floor: int) -> None:
    """Make sure that every answer was an act in the database. Raises RuntimeError."""
    kept = json.loads(house.run("-m", __name__, "count").splitlines()[-1])["kept"]
    if kept != [ours + floor] * len(kept):
        raise RuntimeError(f"{ours} + {floor} answers, but the database holds {kept}")


def syncs() -> float:
    """Return how often a second this disk makes a small write durable."""
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for _ in range(SYNCS):
            file.write(b"x" * 512)
            file.flush()
            os.fdatasync(file.fileno())
        return SYNCS / (time.perf_counter() - began)


def _inside(words: list[str]) -> dict[str, object]:
    """Run in a house's own process: count what is kept, or insert visits by bare SQL without HTTP."""
    import django

    django.setup()
    from django.db import connection

    from . import floor

    if words == ["count"]:
        tables = ("journal_openentry WHERE kind = 'window.visit'", "encounters_encounter")
        kept = []
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  -- our own two tables
                kept.append(cursor.fetchone()[0])
        return {"kept": kept}
    site, worker = words
    began = time.perf_counter()
    for _ in range(BARE_ACTS):
        floor.insert(str(uuid.uuid4()), site=uuid.UUID(site), worker=worker)
    return {"rate": BARE_ACTS / (time.perf_counter() - began)}


Bench = Callable[[], Iterator[Figure]]
BENCHES: dict[str, Bench] = {
    "encounter-http-8-sqlite": http_8_sqlite,
    "encounter-http-8-postgres": http_8_postgres,
    "encounter-http-1-sqlite": http_1_sqlite,
    "encounter-http-1-postgres": http_1_postgres,
}

if __name__ == "__main__":
    print(json.dumps(_inside(sys.argv[1:])))
