"""Supplies as a Django app."""

from django.apps import AppConfig


class SuppliesConfig(AppConfig):
    """Register the ledger's acts, its guards and its day table."""

    name = "handrail.core.supplies"
    label = "supplies"

    def ready(self) -> None:
        """Make the ledger known to the journal and to the sealer."""
        from handrail.core.journal import guards

        from . import acts, models, sealing

        acts.register()
        sealing.register()
        guards.register(models.OpenMovement, guards.MOVES, into=models.Movement)
        guards.register(models.Movement, guards.ENDS_BY_PERMIT, ends=("seal",))
        guards.register(models.BalanceMark)
        guards.register(models.KitVersion)
        guards.register(models.Recall, changes={"ended": guards.SET_ONCE})
