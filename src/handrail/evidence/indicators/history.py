"""Long histories across sites: months of visits as Parquet, a folder a site and month, read with Polars; one site's month is plain SQL.

A file of person and day never exists: `visits` knows the day and no person, `people` knows how often each of a month's people came
and no day. Their numbers are drawn anew in each export, so that two exports join nothing. Months older than the age limit go.
"""

import json
import secrets
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from handrail.core.encounters import queries as encounters
from handrail.services.exchange import facts as exchange
from handrail.services.naloxone import facts as naloxone

MONTHS_KEPT = 13  # older rows are aggregates in the database too (privacy reference, section 2.5)
MANIFEST = "manifest.json"
NUMBERS = 2**31  # a person's number in one export is drawn below this


@dataclass(frozen=True)
class Exported:
    """What an export did: months written, months left as they were, months that were too old and went."""

    written: int
    kept: int
    ended: int


@dataclass(frozen=True)
class Month:
    """One site's month: visits that were not taken back, people served as they said, visits with a code, people, sets, doses."""

    visits: int
    served: int
    with_code: int
    people: int
    sets_out: int
    doses_out: int


def export(folder: Path, *, today: date, note: Callable[[str], None] = lambda _: None) -> Exported:
    """Write the months that are new or changed since the last export into this folder; take away those that are too old."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    manifest = folder / MANIFEST
    before: dict[str, list[int]] = json.loads(manifest.read_text()) if manifest.exists() else {}
    marks = {
        f"site={site}/month={month:%Y-%m}": (site, month) for site, month in encounters.months(since=oldest(today))
    }
    now: dict[str, list[int]] = {}
    for name, (site, month) in marks.items():
        now[name] = [*vars(site_month(site, month)).values()]
        if now[name] != before.get(name) or not (folder / name).exists():
            note(name)
            _write(folder / name, site, month)
    gone = [name for name in before if name not in marks]
    for name in gone:
        shutil.rmtree(folder / name, ignore_errors=True)
    manifest.write_text(json.dumps(now, indent=1))
    written = sum(now[name] != before.get(name) for name in now)
    return Exported(written, len(now) - written, len(gone))


def oldest(today: date) -> date:
    """Return the first day of the oldest month that is exported."""
    months = today.year * 12 + today.month - 1 - MONTHS_KEPT
    return date(months // 12, months % 12 + 1, 1)


def site_month(site_id: uuid.UUID, month: date) -> Month:
    """Return one site's month, by plain SQL."""
    span = {"since": month, "until": next_month(month)}
    told = encounters.count_span(site_id, **span)
    sets = exchange.sets_out(site_id=site_id, **span)
    return Month(
        told.visits, told.served, told.with_code, told.people, sets, naloxone.doses_at(site_id=site_id, **span)
    )


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _write(folder: Path, site_id: uuid.UUID, month: date) -> None:
    import polars as pl  # half a second to load; only an export waits for it

    span: dict[str, Any] = {"since": month, "until": next_month(month), "site_id": site_id}
    sets, doses = exchange.sets_by_encounter(**span), naloxone.doses_by_encounter(**span)
    rows, people = [], dict[str, int]()
    of_visits, of_people = _schemas()
    for one in encounters.rows(**span):
        rows.append((one.day, one.served_for, bool(one.person), sets.get(one.id, 0), doses.get(one.id, 0)))
        if one.person:
            people[one.person] = people.get(one.person, 0) + 1
    folder.mkdir(parents=True, exist_ok=True)
    visits = pl.DataFrame(rows, schema=of_visits, orient="row")
    visits.sort(visits.columns).write_parquet(folder / "visits.parquet")
    numbered = sorted((secrets.randbelow(NUMBERS), visits) for visits in people.values())
    pl.DataFrame(numbered, schema=of_people, orient="row").write_parquet(folder / "people.parquet")


def _schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    import polars as pl

    visits = {
        "day": pl.Date,
        "served_for": pl.Int32,
        "with_code": pl.Boolean,
        "sets_out": pl.Int32,
        "doses_out": pl.Int32,
    }
    return visits, {"person": pl.Int64, "visits": pl.Int32}
