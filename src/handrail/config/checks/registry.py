"""The field registry: one row in `docs/fields.yml` for every column of every installed table, and no row for nothing."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from django.core.checks import CheckMessage, Error
from django.db.models import Model

from . import rooms

FILE = Path(__file__).resolve().parents[4] / "docs" / "fields.yml"
KEYS = frozenset({"room", "tier", "purpose", "feeds", "retention", "encrypted", "logged", "exported", "optional"})
TIERS = frozenset({"public", "sensitive", "identifying"})
YES_OR_NO = ("encrypted", "logged", "exported", "optional")

Registry = Mapping[str, Mapping[str, Mapping[str, Any]]]


def read(file: Path = FILE) -> Registry:
    """Read the registry: table, then column, then its row."""
    told: Registry = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return told


def check(models: Iterable[type[Model]], registry: Registry | None = None) -> list[CheckMessage]:
    """Name each column without a row, each row without a column, and each row that is not whole."""
    models, told = list(models), read() if registry is None else registry
    kept = {model._meta.db_table: model for model in models}
    return [
        *(error for table, model in kept.items() for error in _missing(table, model, told.get(table, {}))),
        *(error for table, rows in told.items() for error in _stale(table, kept.get(table), rows)),
    ]


def _missing(table: str, model: type[Model], rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Error]:
    for field in model._meta.local_concrete_fields:
        if field.name not in rows:
            yield Error(
                f"{table}.{field.name}: no row in docs/fields.yml.", "Say what it is kept for.", field, "handrail.E030"
            )


def _stale(table: str, model: type[Model] | None, rows: Mapping[str, Mapping[str, Any]]) -> Iterator[Error]:
    names = {field.name for field in model._meta.local_concrete_fields} if model else set()
    for name, row in rows.items():
        where = f"docs/fields.yml: {table}.{name}"
        if name not in names:
            yield Error(f"{where}: there is no such column.", "Take the row out.", id="handrail.E031")
        elif wrong := _wrong(row, rooms.room(model)) if model else "":
            yield Error(f"{where}: {wrong}.", "Mend the row.", id="handrail.E032")


def _wrong(row: Mapping[str, Any], room: str) -> str:
    """Return what is wrong with a row; empty when nothing is."""
    if set(row) != KEYS:
        return f"keys are not {', '.join(sorted(KEYS))}"
    if row["tier"] not in TIERS or row["room"] != room:
        return f"tier is not one of {', '.join(sorted(TIERS))}, or room is not {room}"
    if not all(isinstance(row[key], bool) for key in YES_OR_NO):
        return f"{', '.join(YES_OR_NO)} are true or false"
    if not all(isinstance(row[key], str) and row[key].strip() for key in ("purpose", "feeds", "retention")):
        return 'purpose, feeds and retention are sentences (feeds may be "-")'
    if row["tier"] == "identifying" and (row["logged"] or (row["exported"] and room in rooms.ANONYMOUS)):
        return "what identifies is never logged, and not exported from an anonymous room"
    return ""
