"""Rows of release, all append-only: what was frozen, what was drafted from it, who approved it, what was taken back."""

from django.db import models


class Snapshot(models.Model):
    """The exact cells of one indicator and period as they were when it was first drafted. Later news goes into a later period.

    `body` is encrypted: it holds the small numbers that are never shown, to check later releases against. `digest` is of what
    it says.
    """

    id = models.UUIDField(primary_key=True)
    indicator = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    period = models.CharField(max_length=8)
    day = models.DateField()
    digest = models.CharField(max_length=64)
    body = models.BinaryField()

    class Meta:
        """A period is frozen once."""

        constraints = [models.UniqueConstraint(fields=["indicator", "period"], name="release_frozen_once")]


class Release(models.Model):
    """A table as it would leave: numbers, blanks and why. It leaves once an approval stands beside it. `by`: its axes, comma-joined."""

    id = models.UUIDField(primary_key=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=80)
    day = models.DateField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    drafted_by = models.CharField(max_length=36)
    drafted_in = models.CharField(max_length=64)


class Approval(models.Model):
    """A second person let a release out."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="+", primary_key=True)
    day = models.DateField()
    approved_by = models.CharField(max_length=36)


class Retraction(models.Model):
    """A release was taken back; its address says so. It still counts as printed: what was read cannot be unread."""

    release = models.OneToOneField(Release, on_delete=models.PROTECT, related_name="+", primary_key=True)
    day = models.DateField()
    why = models.CharField(max_length=20)
    retracted_by = models.CharField(max_length=36)


class Ceiling(models.Model):
    """The most visits without a code that one person makes in a period, as somebody proposes it; it holds once a signing stands beside it.

    `visits` is for one span of the indicator's grid. `basis` is how it is known. It holds for spans that lie wholly from `since`
    to `until` (not included).
    """

    id = models.UUIDField(primary_key=True)
    indicator = models.CharField(max_length=40)
    visits = models.PositiveSmallIntegerField()
    basis = models.CharField(max_length=10)
    since = models.DateField()
    until = models.DateField()
    day = models.DateField()
    proposed_by = models.CharField(max_length=36)
    proposed_in = models.CharField(max_length=64)


class CeilingSigned(models.Model):
    """A second person signed a ceiling."""

    ceiling = models.OneToOneField(Ceiling, on_delete=models.PROTECT, related_name="+", primary_key=True)
    day = models.DateField()
    signed_by = models.CharField(max_length=36)


class Region(models.Model):
    """A site was placed in a region; the latest row of a site counts. `name` is blank where it was taken out of any. `number` orders them."""

    id = models.UUIDField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)
    site = models.UUIDField()
    name = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    placed_by = models.CharField(max_length=36)


from .alerts import models as alerts  # noqa: E402, F401  -- Django finds a room's tables through its `models`
