"""Encounters as a Django app."""

from django.apps import AppConfig


class EncountersConfig(AppConfig):
    """Register the visit, its undoing, and the guard on encounters."""

    name = "handrail.core.encounters"
    label = "encounters"

    def ready(self) -> None:
        """Make visits known to the journal and keep encounters from being edited."""
        from handrail.core.journal import guards

        from . import acts, models, sealing

        acts.register()
        sealing.register()
        guards.register(models.Encounter, guards.ENDS_BY_PERMIT)
        guards.register(models.Undone, guards.ENDS_BY_PERMIT)
