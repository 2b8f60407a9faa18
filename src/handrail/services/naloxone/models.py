"""Rows of naloxone: projections of the journal, re-laid without order when their day is sealed."""

from django.db import models

from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site
from handrail.core.supplies.models import Item, Lot

from . import rules


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


class ReversalReport(models.Model):
    """Somebody's account that an overdose was answered. It leads to no visit, card, worker, device or arrival.

    `area` is a site it was near, or none. `ago` is how long before the telling, roughly; `month` only of a death. `doses` is empty
    where it was not told; `at_least`: it may have been more. `flood`: so many came at once that it is not counted until staff say so.
    """

    id = models.UUIDField(primary_key=True)
    area = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    ago = models.CharField(max_length=8, blank=True)
    month = models.CharField(max_length=7, blank=True)
    doses = models.PositiveSmallIntegerField(null=True)
    at_least = models.BooleanField(default=False)
    outcome = models.CharField(max_length=8, blank=True)
    product = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    route = models.CharField(max_length=8, blank=True)
    ambulance = models.CharField(max_length=12, blank=True)
    setting = models.CharField(max_length=8, blank=True)
    breaths = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=60, blank=True)
    thought = models.CharField(max_length=60, blank=True)
    age = models.CharField(max_length=8, blank=True)
    told_by = models.CharField(max_length=8)
    flood = models.BooleanField(default=False)

    class Meta:
        """Of a death nothing but product, doses, month and area is kept; a dose that was told is at least one."""

        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome=rules.DIED)
                | models.Q(ago="", route="", ambulance="", setting="", breaths="", after="", thought="", age=""),
                name="naloxone_of_a_death_little",
            ),
            models.CheckConstraint(
                condition=models.Q(doses__isnull=True) | models.Q(doses__gte=1), name="naloxone_doses_told_are_some"
            ),
        ]
        indexes = [models.Index(fields=["day"], name="naloxone_report_by_day")]


class ReversalMonth(models.Model):
    """What is left of a month's reports after 13 months. `stated` told their doses, `doses` adds those up."""

    id = models.UUIDField(primary_key=True)
    area = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()
    outcome = models.CharField(max_length=8, blank=True)
    ambulance = models.CharField(max_length=12, blank=True)
    flood = models.BooleanField(default=False)
    reports = models.PositiveIntegerField()
    stated = models.PositiveIntegerField()
    doses = models.PositiveIntegerField()
