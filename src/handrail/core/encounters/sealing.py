"""Encounters at the end of their day: laid down anew in the order of their random ids, so that nothing tells who came first."""

from handrail.core.journal import sealing

from . import models


def register() -> None:
    """Seal encounters with each anonymous day."""
    sealing.register(sealing.relay(models.Encounter))
    sealing.register(sealing.relay(models.Undone))
