"""Rows of encounters: a projection of the journal. Only a sealing (order), retention and an erasure may touch them."""

from django.db import models

from handrail.core.org.models import Site


class Stop(models.Model):
    """Where a van or a team stands on a route: a name the team knows and a coarse area, never a point on a map."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    route = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    area = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    ended = models.DateField(null=True)

    class Meta:
        """A name stands once on a route."""

        constraints = [models.UniqueConstraint(fields=["site", "route", "name"], name="encounters_stop_named_once")]


class Stood(models.Model):
    """A shift stood at a stop for so long, and went on: minutes in steps of 15, no time of day."""

    id = models.UUIDField(primary_key=True)
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    minutes = models.PositiveSmallIntegerField()


class Encounter(models.Model):
    """One contact through one channel, with a code or none, possibly for several people.

    `at` is 15 minutes or coarser, UTC; empty once retention has taken it. `person` is the month pseudonym of a card; blank for
    nobody, once retention or an erasure has taken it, and for what came too late. `services` lists, by name and a space between,
    which services took part: a person is counted once by these marks, never by keys between services. `beyond` names, likewise, facts
    that were told though the channel does not ask them; a card among them was not kept. `sealed`: its day's digest covers it.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20)
    at = models.DateTimeField(null=True)
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    person = models.CharField(max_length=32, blank=True)
    served_for = models.PositiveSmallIntegerField()
    services = models.CharField(max_length=80)
    stop = models.ForeignKey(Stop, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    beyond = models.CharField(max_length=80, blank=True)

    class Meta:
        """Read by site and day; for at least one person."""

        constraints = [models.CheckConstraint(condition=models.Q(served_for__gte=1), name="encounters_for_someone")]
        indexes = [models.Index(fields=["site", "day"], name="encounters_by_site_day")]


class Undone(models.Model):
    """An encounter that was taken back by a reversing act: it counts for nothing."""

    encounter = models.OneToOneField(
        Encounter, on_delete=models.DO_NOTHING, related_name="+", primary_key=True, db_constraint=False
    )
    day = models.DateField()
    sealed = models.BooleanField(default=False)


class Month(models.Model):
    """What is left of a month's encounters after 13 months: how many, by site, channel and the services that took part.

    `day` is the first of the month. Counts grow when something late is added, and never fall.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    channel = models.CharField(max_length=20)
    services = models.CharField(max_length=80)
    visits = models.PositiveIntegerField()
    served = models.PositiveIntegerField()


class Member(models.Model):
    """One card in the keyed set of a period, so that it is counted once there. It joins no other set, no month and no visit.

    `period` reads `2026-03`, `2026-Q1` or `2026`; `service` is blank for any. `id` is HMAC(the set's passing key, who), or random
    where the card was erased.
    """

    id = models.CharField(primary_key=True, max_length=32)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=7)
    service = models.CharField(max_length=20, blank=True)


class Reached(models.Model):
    """What was counted of cards before they were taken away: distinct people of a period whose set has ended, and (months) visits with a card."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    period = models.CharField(max_length=7)
    service = models.CharField(max_length=20, blank=True)
    people = models.PositiveIntegerField(default=0)
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        """One row a period and service of a site."""

        constraints = [models.UniqueConstraint(fields=["site", "period", "service"], name="encounters_reached_once")]
