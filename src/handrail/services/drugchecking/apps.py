"""Drug checking as a Django app."""

from django.apps import AppConfig


class DrugcheckingConfig(AppConfig):
    """Register the room's kinds of act."""

    name = "handrail.services.drugchecking"
    label = "drugchecking"

    def ready(self) -> None:
        """Make imports known to the journal and keep their rows from being edited."""
        from handrail.core.journal import guards

        from . import acts, models
        from .bench import acts as bench

        acts.register()
        bench.register()
        for table in (
            models.ImportBatch,
            models.ImportIssue,
            models.Sample,
            models.Test,
            models.Finding,
            models.ExternalCount,
        ):
            guards.register(table, guards.ENDS_BY_PERMIT)
