"""Rows of encounters: a projection of the journal. Only a sealing (order) or retention (time) may touch them."""

from django.db import models

from handrail.core.org.models import Site
from handrail.core.people.models import Participant


class Encounter(models.Model):
    """One contact through one channel, with a code or none, possibly for several people. `at` is 15 minutes or coarser, UTC.

    `services` lists, by name and a space between, which services took part: a person is counted once by these marks,
    never by keys between services.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20)
    at = models.DateTimeField()
    day = models.DateField()
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="+", null=True)
    served_for = models.PositiveSmallIntegerField()
    services = models.CharField(max_length=80)

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
