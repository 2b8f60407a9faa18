"""Naloxone as a Django app."""

from django.apps import AppConfig


class NaloxoneConfig(AppConfig):
    """Register naloxone's part in a visit and the reports of its use."""

    name = "handrail.services.naloxone"
    label = "naloxone"

    def ready(self) -> None:
        """Let visits hold naloxone, and people tell of its use."""
        from handrail.core.journal import guards

        from . import acts, models

        acts.register()
        guards.register(models.Dispense, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.Month, changes={"units": guards.GROWS}, by=("retain",))
        guards.register(models.ReversalReport, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        grows = dict.fromkeys(("reports", "stated", "doses"), guards.GROWS)
        guards.register(models.ReversalMonth, changes=grows, by=("retain",))
