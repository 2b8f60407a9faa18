"""Release as a Django app."""

from django.apps import AppConfig


class ReleaseConfig(AppConfig):
    """Register release's acts and the guards on its ledger."""

    name = "handrail.evidence.release"
    label = "release"

    def ready(self) -> None:
        """Make release's acts known to the journal and keep its ledger from being edited."""
        from handrail.core.journal import guards

        from . import acts, models
        from .alerts import models as alerts

        acts.register()
        ours = (models.Snapshot, models.Release, models.Approval, models.Retraction)
        for table in (
            *ours,
            models.Ceiling,
            models.CeilingSigned,
            models.Region,
            alerts.Alert,
            alerts.AlertStep,
            alerts.Notice,
            alerts.NoticeEnded,
        ):
            guards.register(table, guards.APPEND_ONLY)
