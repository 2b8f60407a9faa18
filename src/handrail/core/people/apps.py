"""People as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Register the kinds of act about cards."""

    name = "handrail.core.people"
    label = "people"

    def ready(self) -> None:
        """Make card sheets known to the journal; let participants forget who came first."""
        from handrail.core.journal import tables

        from . import acts, models

        acts.register()
        tables.register(tables.relay_whole(models.Participant))
