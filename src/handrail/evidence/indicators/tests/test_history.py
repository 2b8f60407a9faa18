"""One history, told three ways: SQL of a site's month, Polars over the export, and plain counting. All agree."""

import os
import random
import uuid
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from handrail.core.encounters import models as encounters
from handrail.evidence.indicators import frames, history
from handrail.services.exchange import models as exchange
from handrail.services.naloxone import models as naloxone

VISITS = 200_000 if os.environ.get("1") == "1" else 8_000
TODAY = date(2026, 3, 10)
FIRST = date(2025, 11, 1)
ITEMS = (("SYR-INS-28-1", 1), ("NDL-25-1", 0), ("SYR-BRL-1", 1), ("COOK", 0))

Told = dict[tuple[str, str], Counter[str]]


def invent(sites: list[uuid.UUID], visits: int) -> Told:
    """Write so many visits of four months straight into the tables, a tenth of them taken back; return what they amount to."""
    chance, told = random.Random(4), dict[tuple[str, str], Counter[str]]()
    met: dict[tuple[str, str], set[str]] = {}
    rows, lines, doses, undone = [], [], [], []
    for _ in range(visits):
        site, day = chance.choice(sites), FIRST + timedelta(days=chance.randrange(120))
        person = f"{day:%m}{chance.randrange(300):030}" if chance.random() < 0.5 else ""
        row = encounters.Encounter(
            id=uuid.UUID(int=chance.getrandbits(128), version=4), site_id=site, channel="window", day=day,
            person=person, served_for=chance.choice((1, 1, 2, 5)), services="exchange",
        )  # fmt: skip
        rows.append(row)
        (item, sets), amount = chance.choice(ITEMS), chance.randint(1, 40)
        lines.append(
            exchange.Line(id=uuid.uuid4(), encounter=row, day=day, direction="out", item_id=item, amount=amount)
        )
        units = 1 if chance.random() < 0.2 else 0
        if units:
            doses.append(naloxone.Dispense(id=uuid.uuid4(), encounter=row, day=day, item_id="NAL-NS-4", units=units))
        if chance.random() < 0.1:
            undone.append(encounters.Undone(encounter=row, day=day))
            continue
        key = (str(site), f"{day:%Y-%m}")
        told.setdefault(key, Counter()).update(
            visits=1, served=row.served_for, with_code=int(person != ""), sets_out=amount * sets, doses_out=2 * units
        )
        met.setdefault(key, set()).update({person} - {""})
    for table, made in (
        (encounters.Encounter, rows),
        (exchange.Line, lines),
        (naloxone.Dispense, doses),
        (encounters.Undone, undone),
    ):
        table.objects.bulk_create(made, batch_size=2000)
    for key, people in met.items():
        told[key]["people"] = len(people)
    return told


@pytest.fixture
def told(site: Any, other_site: Any) -> Told:
    return invent([site.id, other_site.id], VISITS)


@pytest.mark.faults
@pytest.mark.django_db
def test_sql_polars_and_plain_counting_agree(told: Told, tmp_path: Path) -> None:
    history.export(tmp_path, today=TODAY)
    frame = frames.by_site_and_month(tmp_path).to_dicts()
    people = {
        (one["site"], one["month"]): one["people"] for one in frames.people_by_site_and_month(tmp_path).to_dicts()
    }
    assert {(one["site"], one["month"]) for one in frame} == set(told)
    for one in frame:
        key = (one.pop("site"), one.pop("month"))
        by_sql = vars(history.site_month(uuid.UUID(key[0]), date.fromisoformat(f"{key[1]}-01")))
        assert by_sql == one | {"people": people[key]} == dict(told[key])


@pytest.mark.django_db
def test_export_writes_what_changed_and_lets_go_what_is_too_old(told: Told, tmp_path: Path, site: Any) -> None:
    first = history.export(tmp_path, today=TODAY)
    assert (first.written, first.kept, first.ended) == (len(told), 0, 0)
    seen: list[str] = []
    assert history.export(tmp_path, today=TODAY, note=seen.append) == history.Exported(0, len(told), 0)
    assert seen == []
    encounters.Encounter.objects.create(
        id=uuid.uuid4(), site=encounters.Encounter._meta.get_field("site").related_model.objects.get(pk=site.id),
        channel="window", day=FIRST, served_for=1, services="exchange",
    )  # fmt: skip
    assert history.export(tmp_path, today=TODAY, note=seen.append) == history.Exported(1, len(told) - 1, 0)
    assert seen == [f"site={site.id}/month=2025-11"]
    later = history.export(tmp_path, today=date(2027, 1, 15))
    assert (later.written, later.ended) == (0, 2)
    assert not (tmp_path / f"site={site.id}/month=2025-11").exists()


@pytest.mark.django_db
def test_no_file_holds_a_person_beside_a_day_and_two_exports_join_nothing(
    told: Told, tmp_path: Path, site: Any
) -> None:
    import polars as pl

    numbers = []
    for name in ("one", "two"):
        history.export(tmp_path / name, today=TODAY)
        folder = tmp_path / name / f"site={site.id}/month=2026-01"
        assert set(pl.read_parquet(folder / "visits.parquet", hive_partitioning=False).columns) == {
            "day", "served_for", "with_code", "sets_out", "doses_out",
        }  # fmt: skip
        people = pl.read_parquet(folder / "people.parquet", hive_partitioning=False)
        assert people.columns == ["person", "visits"]
        numbers.append(set(people["person"]))
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert len(numbers[0] & numbers[1]) <= 1  # by chance alone


def test_oldest_and_next_month_step_over_the_year() -> None:
    assert history.oldest(TODAY) == date(2025, 2, 1)
    assert history.oldest(date(2026, 12, 31)) == date(2025, 11, 1)
    assert [history.next_month(date(2026, month, 1)) for month in (11, 12)] == [date(2026, 12, 1), date(2027, 1, 1)]
