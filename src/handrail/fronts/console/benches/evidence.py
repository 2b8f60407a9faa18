"""Indicators of five million visits beside a hand-written query and SQLite, one site's month by SQL, and the gate on 2,000 cells."""

import json
import math
import random
import sqlite3
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from handrail.fronts.console import trial

from .figures import Figure, sooner

VISITS, SITES, MONTHS = 5_000_000, 60, 24
TURNS, SEED = 5, 5
ROWS, COLUMNS, MEAN = 40, 50, 200  # people a cell, on average: an eighth of the cells is small
HOUSE_VISITS, HOUSE_MONTHS = 200_000, 22  # some 300 visits a day, the design load of an exchange
GATE_SECONDS = 10


def indicators() -> Iterator[Figure]:
    """Yield every row: `indicator-5m`, `indicator-5m-sqlite`, `site-month`, `gate-2000`."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _five_million(Path(folder))
    with trial.house() as house:
        told = json.loads(house.run("-m", __name__, house.site).splitlines()[-1])
    yield Figure("site-month", round(told["ms"], 2), "ms", told["visits"], "at most", 100.0, round(100 / told["ms"], 2))
    yield _gate()


def _five_million(folder: Path) -> Iterator[Figure]:
    from handrail.evidence.indicators import frames

    _write(folder)
    ours, hand = [], []
    for _ in range(TURNS):
        ours.append(_milliseconds(lambda: frames.by_site_and_month(folder)))
        hand.append(_milliseconds(lambda: _by_hand(folder)))
    if not frames.by_site_and_month(folder).equals(_by_hand(folder)):
        raise RuntimeError("the two queries do not agree")
    yield sooner("indicator-5m", ours, hand, n=VISITS, against="hand-written Polars query, same Parquet")
    database = _to_sqlite(folder)
    theirs = [_milliseconds(lambda: database.execute(IN_SQLITE).fetchall())]
    yield sooner(
        "indicator-5m-sqlite", [median(ours)], theirs, n=VISITS, against="SQLite, one flat table of the same rows"
    )


IN_SQLITE = (
    "SELECT site, substr(day, 1, 7), COUNT(*), SUM(served_for), SUM(with_code), SUM(sets_out), SUM(doses_out) "
    "FROM visits GROUP BY 1, 2 ORDER BY 1, 2"
)


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began)


def _write(folder: Path) -> None:
    """Write invented months in the export's own form."""
    import numpy as np
    import polars as pl

    chance, each = np.random.default_rng(SEED), VISITS // (SITES * MONTHS)
    for site in range(SITES):
        for month in range(MONTHS):
            first = date(2024 + month // 12, month % 12 + 1, 1)
            where = folder / f"site={uuid.UUID(int=site)}" / f"month={first:%Y-%m}"
            where.mkdir(parents=True)
            days = [first.replace(day=int(day)) for day in range(1, 29)]
            pl.DataFrame({
                "day": pl.Series([days[n] for n in chance.integers(0, 28, each)], dtype=pl.Date),
                "served_for": pl.Series(chance.integers(1, 6, each), dtype=pl.Int32),
                "with_code": pl.Series(chance.random(each) < 0.5),  # noqa: PLR2004  -- half of the visits
                "sets_out": pl.Series(chance.integers(0, 41, each), dtype=pl.Int32),
                "doses_out": pl.Series(chance.integers(0, 3, each), dtype=pl.Int32),
            }).sort("day").write_parquet(where / "visits.parquet")  # fmt: skip


def _by_hand(folder: Path) -> Any:
    """Ask as an analyst would who knows the files."""
    import polars as pl

    frame = pl.scan_parquet(f"{folder}/site=*/month=*/visits.parquet", hive_partitioning=True)
    sums = [pl.col(name).sum() for name in ("served_for", "with_code", "sets_out", "doses_out")]
    told = frame.group_by("site", "month").agg(pl.len().alias("visits"), *sums).sort("site", "month").collect()
    return told.rename({"served_for": "served"})


def _to_sqlite(folder: Path) -> sqlite3.Connection:
    import polars as pl

    database = sqlite3.connect(folder / "visits.sqlite3")
    database.execute(
        "CREATE TABLE visits (site TEXT, day TEXT, served_for INT, with_code INT, sets_out INT, doses_out INT)"
    )
    for file in sorted(folder.glob("site=*/month=*/visits.parquet")):
        site = file.parts[-3].removeprefix("site=")
        rows = pl.read_parquet(file, hive_partitioning=False).with_columns(pl.col("day").cast(pl.String)).iter_rows()
        database.executemany("INSERT INTO visits VALUES (?, ?, ?, ?, ?, ?)", ((site, *row) for row in rows))
    database.commit()
    return database


def _gate() -> Figure:
    """Measure choosing and auditing what is blank in a table of 2,000 cells and their sums."""
    import numpy as np

    from handrail.evidence.release.gate import hiding, judging, system, tables

    chance = np.random.default_rng(SEED)
    spread = np.exp(chance.normal(0, 1, (ROWS, 1))) * np.exp(chance.normal(0, 1, (1, COLUMNS))) * MEAN / math.e
    drawn = chance.poisson(spread)
    axes = [
        tables.flat(name, [f"{name}{n}" for n in range(size)], tells=False)
        for name, size in (("r", ROWS), ("c", COLUMNS))
    ]
    table = tables.people_table(
        axes, {(f"r{r}", f"c{c}"): int(drawn[r, c]) for r in range(ROWS) for c in range(COLUMNS)}
    )
    began = time.perf_counter()
    pattern = hiding.choose(system.build([table], rule=judging.Rule(11)))
    if hiding.audit(pattern):
        raise RuntimeError("the audit found a cell that is too narrow")
    took = time.perf_counter() - began
    return Figure(
        "gate-2000", round(took, 2), "s", ROWS * COLUMNS, "at most", GATE_SECONDS, round(GATE_SECONDS / took, 2)
    )


def _day(chance: random.Random) -> str:
    month = chance.randrange(HOUSE_MONTHS)
    return f"{2025 + month // 12}-{month % 12 + 1:02}-{chance.randint(1, 28):02}"


def _inside(site: str) -> dict[str, float]:
    """Load visits into a house's own database and ask for one site's month by SQL."""
    import django

    django.setup()
    from django.db import connection, transaction

    from handrail.evidence.indicators import history

    chance, one = random.Random(SEED), uuid.UUID(site).hex  # noqa: S311  -- invented visits, no secret
    with transaction.atomic(), connection.cursor() as cursor:
        for _ in range(0, HOUSE_VISITS, 10_000):
            visits = [(uuid.UUID(int=chance.getrandbits(128), version=4).hex, _day(chance)) for _ in range(10_000)]
            of_visits = (
                {"id": row, "site_id": one, "day": day, "person": f"{chance.randrange(400):032}"} for row, day in visits
            )
            _insert(cursor, "encounters_encounter", VISIT, of_visits)
            of_lines = (
                {"id": uuid.uuid4().hex, "encounter_id": row, "day": day, "amount": chance.randint(1, 40)}
                for row, day in visits
            )
            _insert(cursor, "exchange_line", LINE, of_lines)
    took = [_milliseconds(lambda: history.site_month(uuid.UUID(site), date(2026, 3, 1))) for _ in range(TURNS)]
    return {"ms": median(took), "visits": HOUSE_VISITS}


VISIT = {"channel": "window", "served_for": 1, "services": "exchange"}
LINE = {"direction": "out", "item_id": "SYR-INS-28-1"}


def _insert(cursor: Any, table: str, told: dict[str, Any], rows: Iterator[dict[str, Any]]) -> None:
    """Write rows straight into a table of the embedded database; a column that must be filled and that nobody names is empty or 0."""
    cursor.execute(f"PRAGMA table_info({table})")
    must = {
        name: "" if "char" in kind.lower() else 0
        for _, name, kind, needed, default, _ in cursor.fetchall()
        if needed and default is None
    }
    full = [must | told | row for row in rows]
    names = list(full[0])
    values = ", ".join(["%s"] * len(names))
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"  # noqa: S608  -- names of this file and of the schema
    cursor.executemany(sql, [[row[name] for name in names] for row in full])


if __name__ == "__main__":
    print(json.dumps(_inside(sys.argv[1])))
