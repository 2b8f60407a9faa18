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
        guards.register(models.Line, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.CareAct, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        guards.register(models.MonthCare, changes={"amount": guards.GROWS}, by=("retain",))
        guards.register(models.AskedFor, guards.ENDS_BY_PERMIT, ends=("seal", "retain"))
        grows = dict.fromkeys(("lines", "units", "fill_percent", "net_g"), guards.GROWS)
        guards.register(models.Month, changes=grows, by=("retain",))
        guards.register(models.MonthAsked, changes={"times": guards.GROWS}, by=("retain",))
        guards.register(models.Policy)
        guards.register(models.GaveMore, guards.ENDS_BY_PERMIT, ends=("seal",))
        for table in (models.Calibration, models.Weighing, models.AreaReturn):
            guards.register(table, guards.ENDS_BY_PERMIT, ends=("seal",))
