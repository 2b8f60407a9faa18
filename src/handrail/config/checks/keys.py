"""Keys between rooms point down, leave no trace on the other side, and the journal has none."""

from collections.abc import Iterable, Iterator

from django.core.checks import CheckMessage, Error
from django.db import models
from django.db.models import Model

from . import rooms


def check(tables: Iterable[type[Model]]) -> list[CheckMessage]:
    """Name each key that points up or sideways, can be walked back, or leaves the journal."""
    return [error for model in tables for key, target in keys(model) for error in _errors(model, key, target)]


def keys(
    model: type[Model],
) -> Iterator[tuple["models.ForeignKey[Model, Model] | models.ManyToManyField[Model, Model]", type[Model]]]:
    """Yield each key that stands on a model's own table (many-to-many too), with what it points to."""
    for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
        target = field.remote_field.model if field.remote_field else None
        if isinstance(target, type):
            yield field, target  # type: ignore[misc]  # a field with a remote end is one of the two


def _errors(
    model: type[Model],
    key: "models.ForeignKey[Model, Model] | models.ManyToManyField[Model, Model]",
    target: type[Model],
) -> Iterator[Error]:
    if rooms.room(model) == rooms.room(target):
        return
    where = f"{model._meta.label}.{key.name} -> {target._meta.label}"
    if rooms.room(model) == "journal":
        yield Error(f"{where}: the journal has no keys out.", "Name the record by text.", key, "handrail.E003")
    elif not rooms.points_down(model, target):
        yield Error(
            f"{where}: keys point down.", "Move the noun down to core, or copy a sentence.", key, "handrail.E001"
        )
    if not str(key.remote_field.related_name or "").endswith("+"):
        yield Error(f"{where}: can be walked back.", 'Write related_name="+".', key, "handrail.E002")
