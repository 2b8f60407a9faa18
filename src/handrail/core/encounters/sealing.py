"""Encounters at the end of their day: laid down anew in the order of their random ids, so that nothing tells who came first."""

from handrail.core.journal import tables

from . import models


def register() -> None:
    """Seal encounters with each anonymous day."""
    tables.register(tables.relay(models.Encounter))
    tables.register(tables.relay(models.Undone))
    tables.register(tables.relay(models.Stood))
    tables.register(tables.DayTable(models.Month, rows=models.Month.objects.all))
