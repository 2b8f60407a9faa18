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
        guards.register(
            models.Encounter, guards.ENDS_BY_PERMIT, ends=("seal", "retain"), by=("retain", "erase"),
            changes={"at": guards.EMPTIED, "person": guards.BLANKED},
        )  # fmt: skip
        guards.register(models.Stop, changes={"ended": guards.SET_ONCE})
        guards.register(models.Stood, guards.ENDS_BY_PERMIT, ends=("seal",))
        guards.register(models.Undone, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.Month, changes={"visits": guards.GROWS, "served": guards.GROWS}, by=("retain",))
        guards.register(
            models.Reached, changes={"people": guards.GROWS, "visits": guards.GROWS}, by=("retain", "erase")
        )
        guards.register(models.Member, guards.ENDS_BY_PERMIT, ends=("retain", "erase"))
