"""Consumption as a Django app."""

from django.apps import AppConfig


class ConsumptionConfig(AppConfig):
    """Register the floor's acts, and the guards on what is kept."""

    name = "handrail.services.consumption"
    label = "consumption"

    def ready(self) -> None:
        """Make the floor known to the journal and keep what is over from being edited."""
        from handrail.core.journal import guards

        from . import acts, models

        acts.register()
        guards.register(models.Stay, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.LateStamp, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.Incident, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(
            models.Overdose, guards.ENDS_BY_PERMIT, ends=("seal", "retain"), by=("retain", "erase"),
            changes={"person": guards.BLANKED},
        )  # fmt: skip
        guards.register(models.Month, changes={"visits": guards.GROWS}, by=("retain",))
        guards.register(
            models.OverdoseMonth, by=("retain",),
            changes=dict.fromkeys(("events", "naloxone", "oxygen_only", "ambulance"), guards.GROWS),
        )  # fmt: skip
