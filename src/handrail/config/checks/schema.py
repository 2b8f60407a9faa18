"""Every check over every installed table, as Django system checks under the tag `house`."""

from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.core import checks
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from . import columns, joins, keys, registry

TAG = "house"
TOPICS: tuple[Callable[[list[type[Model]]], list[checks.CheckMessage]], ...] = (
    keys.check,
    joins.check,
    columns.check,
    registry.check,
)


def tables() -> list[type[Model]]:
    """Return a model for every installed table: ours, other packages', the ones Django makes by itself."""
    made = [
        model for model in apps.get_models(include_auto_created=True) if model._meta.managed and not model._meta.proxy
    ]
    return [*made, MigrationRecorder.Migration]


def register() -> None:
    """Make the checks known to Django, under their tag. Only the schema part and tests call this."""
    for topic in TOPICS:
        checks.register(_over_all_tables(topic), TAG)


def _over_all_tables(
    topic: Callable[[list[type[Model]]], list[checks.CheckMessage]],
) -> Callable[..., list[checks.CheckMessage]]:
    def over_all_tables(app_configs: Sequence[Any] | None, **_: Any) -> list[checks.CheckMessage]:
        return topic(tables())

    return over_all_tables


def run() -> list[checks.CheckMessage]:
    """Return what is wrong with the tables, in the order of the topics."""
    register()
    return checks.run_checks(tags=[TAG])
