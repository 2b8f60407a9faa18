"""Exchange as a Django app."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Register exchange's part in a visit."""

    name = "handrail.services.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Let visits hold what was given, returned and asked for."""
        from handrail.core.journal import guards

        from . import acts, models

        acts.register()
        guards.register(models.Line, guards.ENDS_BY_PERMIT)
        guards.register(models.AskedFor, guards.ENDS_BY_PERMIT)
