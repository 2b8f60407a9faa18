"""Rows of exchange: projections of the journal, re-laid without order when their day is sealed."""

from django.db import models

from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site
from handrail.core.supplies.models import Item, Lot

from . import rules


class Line(models.Model):
    """One item given out, or one return, at an encounter. `amount` is empty where the method gives none yet."""

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    direction = models.CharField(max_length=3)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lot_basis = models.CharField(max_length=8, blank=True)
    amount = models.PositiveIntegerField(null=True)
    method = models.CharField(max_length=10, blank=True)
    fill_percent = models.PositiveSmallIntegerField(null=True)
    gross_g = models.PositiveIntegerField(null=True)
    tare_g = models.PositiveIntegerField(null=True)

    class Meta:
        """Out has an item and an amount; in has a method."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(direction="out", item__isnull=False, amount__gte=1)
                | models.Q(direction="in", method__in=rules.METHODS),
                name="exchange_line_out_or_in",
            ),
        ]
        indexes = [models.Index(fields=["day", "direction"], name="exchange_line_by_day")]


class AskedFor(models.Model):
    """Asked for, we had none: an item's code or one of a few other words. No code, no person."""

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    what = models.CharField(max_length=40)


class Month(models.Model):
    """What is left of a month's lines after 13 months, by site, channel, item and method. `day` is the first of the month.

    `units` adds up amounts, `fill_percent` containers, `net_g` weights (gross less tare); `lines` counts them.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=20)
    direction = models.CharField(max_length=3)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    method = models.CharField(max_length=10, blank=True)
    lines = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    fill_percent = models.PositiveIntegerField()
    net_g = models.PositiveIntegerField()


class MonthAsked(models.Model):
    """What is left of a month's requests that we could not meet, by site, channel and what was asked for."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=20)
    what = models.CharField(max_length=40)
    times = models.PositiveIntegerField()
