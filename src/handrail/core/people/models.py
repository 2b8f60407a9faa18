"""Rows about people: a pseudonym and nothing else."""

from django.db import models

from handrail.core.common.ids import new_id
from handrail.core.org.models import Site


class Participant(models.Model):
    """A card that was shown at a visit: known, and nothing more. `pseudonym` is keyed with a pepper that is not in the database.

    No visit carries it; encounters hold another pseudonym each month, and only a key that passes leads from this one to those.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    pseudonym = models.CharField(max_length=32, unique=True)


class Card(models.Model):
    """A code that has been printed, as its pseudonym, so that it is never printed twice. Says nothing of its use."""

    pseudonym = models.CharField(primary_key=True, max_length=32)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
