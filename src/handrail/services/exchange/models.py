"""Rows of exchange: projections of the journal, re-laid without order when their day is sealed."""

from django.db import models

from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site
from handrail.core.supplies.models import Item, Lot

from . import rules
from .care import rules as care
from .returns import rules as returns


class Calibration(models.Model):
    """The programme's own factor, a version: grams a syringe (`of` is `weight`) or syringes in a full container (`of` is its item).

    `mean`, `sd` and `n` are of containers whose content was known. It counts from its day on; past estimates keep theirs.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    of = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    mean = models.FloatField()
    sd = models.FloatField()
    n = models.PositiveSmallIntegerField()

    class Meta:
        """One container is no calibration."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(n__gte=returns.FEWEST, mean__gt=0, sd__gte=0), name="exchange_calibration_of_some"
            )
        ]


class Line(models.Model):
    """One item given out, or one return, at an encounter. `amount` is empty where the method gives none yet.

    `kit` names, as `CODE:version`, the kit that it was given in. An estimate keeps its calibration, and between what numbers it lies with 95 %.
    """

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    direction = models.CharField(max_length=3)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lot_basis = models.CharField(max_length=8, blank=True)
    kit = models.CharField(max_length=48, blank=True)
    amount = models.PositiveIntegerField(null=True)
    method = models.CharField(max_length=10, blank=True)
    fill_percent = models.PositiveSmallIntegerField(null=True)
    gross_g = models.PositiveIntegerField(null=True)
    tare_g = models.PositiveIntegerField(null=True)
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)

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


class Weighing(models.Model):
    """The site bin was weighed and emptied. `amount` is what it held, between `low` and `high` with 95 %, by that calibration."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    gross_g = models.PositiveIntegerField()
    tare_g = models.PositiveIntegerField()
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="+")
    amount = models.PositiveIntegerField()
    low = models.PositiveIntegerField()
    high = models.PositiveIntegerField()


class AreaReturn(models.Model):
    """Syringes that came back to an area: a community bin, a sweep, a needle that was found. `amount` is empty without a calibration."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    source = models.CharField(max_length=16)
    method = models.CharField(max_length=10)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    fill_percent = models.PositiveSmallIntegerField(null=True)
    gross_g = models.PositiveIntegerField(null=True)
    tare_g = models.PositiveIntegerField(null=True)
    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="+", null=True)
    amount = models.PositiveIntegerField(null=True)
    low = models.PositiveIntegerField(null=True)
    high = models.PositiveIntegerField(null=True)


class Policy(models.Model):
    """How much a site gives from a day on, a version. Append-only. Of a law: `each` for each one returned, and `plus` more."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    number = models.PositiveIntegerField()
    basis = models.CharField(max_length=8)
    each = models.PositiveSmallIntegerField(default=0)
    plus = models.PositiveSmallIntegerField(default=0)
    law = models.CharField(max_length=60, blank=True)

    class Meta:
        """Only a law limits, and a limit names its law."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(basis__in=("need", "supply"), each=0, plus=0, law="")
                | (models.Q(basis="law") & ~models.Q(law="")),
                name="exchange_only_a_law_limits",
            )
        ]


class GaveMore(models.Model):
    """Why more was given than a law limits. It leads to no visit and no person: the site, the day, the reason."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    because = models.CharField(max_length=16)


class CareAct(models.Model):
    """Care of one kind at an encounter, so many times: offered or done, given or sent on. What a test showed is told and kept nowhere."""

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)
    amount = models.PositiveIntegerField()

    class Meta:
        """A kind is one of those there are: no result can be written as one."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=care.KINDS, amount__gte=1), name="exchange_care_of_a_kind"
            )
        ]
        indexes = [models.Index(fields=["day"], name="exchange_care_by_day")]


class MonthCare(models.Model):
    """What is left of a month's care acts after 13 months, by site, channel and kind. `day` is the first of the month."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=20)
    amount = models.PositiveIntegerField()
