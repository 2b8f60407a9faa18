"""One history, told three ways: SQL of a site's month, Polars over the export, and plain counting. All agree."""

import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from handrail.core.encounters import models as encounters
from handrail.evidence.indicators import frames, history

from .invented import FIRST, TODAY, VISITS, Told, invent


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
