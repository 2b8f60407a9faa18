"""The journal as a Django app: installs the guards after every migrate."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class JournalConfig(AppConfig):
    """Wire the guards."""

    name = "handrail.core.journal"
    label = "journal"

    def ready(self) -> None:
        """Name the journal's own append-only tables and put the triggers back after every migrate."""
        from . import guards, held, holds, models, reviewing

        holds.register()
        for table in (models.Batch, models.SealedTable, models.Ending, models.Pruned):
            guards.register(table)
        guards.register(models.SealedEntry, guards.ENDS_BY_PERMIT, ends=("retain",))
        guards.register(models.ExpiringTime, guards.ENDS_BY_PERMIT, ends=("retain",))
        guards.register(models.ExpiringPerson, guards.ENDS_BY_PERMIT, ends=("retain", "erase"))
        guards.register(
            models.OpenEntry,
            guards.MOVES,
            into=models.SealedEntry,
            changes={"stated": guards.LOSES_PERSON},
            by=("erase",),
        )
        guards.register(models.Hold, changes={"lifted_on": guards.SET_ONCE})
        guards.register(models.Settled, guards.ENDS_BY_PERMIT, ends=(held.PERMIT,))
        reviewing.register()
        post_migrate.connect(_install_guards, dispatch_uid="handrail.journal.guards")


def _install_guards(using: str, **_: Any) -> None:
    from . import guards

    guards.install(connections[using])
