"""Org as a Django app."""

from django.apps import AppConfig


class OrgConfig(AppConfig):
    """Register org's kinds of act."""

    name = "handrail.core.org"
    label = "org"

    def ready(self) -> None:
        """Make org's acts known to the journal."""
        from handrail.core.journal import guards

        from . import acts, models

        acts.register()
        for table in (models.Installation, models.DemoVisits, models.Epoch, models.Copy):
            guards.register(table, guards.APPEND_ONLY)
