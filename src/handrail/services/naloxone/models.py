"""Rows of naloxone: projections of the journal, re-laid without order when their day is sealed."""

from django.db import models

from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site
from handrail.core.supplies.models import Item, Lot


class Dispense(models.Model):
    """Units of one naloxone product given out at an encounter. `lot_basis`: known was read off the open box, assumed was not."""

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lot_basis = models.CharField(max_length=8, blank=True)
    units = models.PositiveIntegerField()

    class Meta:
        """At least one unit."""

        constraints = [models.CheckConstraint(condition=models.Q(units__gte=1), name="naloxone_gives_some")]
        indexes = [models.Index(fields=["day"], name="naloxone_by_day")]


class Month(models.Model):
    """What is left of a month's dispenses after 13 months, by site, channel and product. `day` is the first of the month."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=20)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    units = models.PositiveIntegerField()
