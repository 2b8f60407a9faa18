"""Rows of alerts, all append-only: what was drafted, each step of it, notices and their early end."""

from django.db import models


class Alert(models.Model):
    """A public alert as it would read. `document` is all that leaves; `evidence` is what its signers saw, encrypted, and never leaves.

    `place` is its address for good: a correction is another alert of the same place.
    """

    id = models.UUIDField(primary_key=True)
    place = models.UUIDField()
    site = models.CharField(max_length=36)
    document = models.TextField()
    digest = models.CharField(max_length=64)
    evidence = models.BinaryField()
    day = models.DateField()
    drafted_by = models.CharField(max_length=36)
    drafted_in = models.CharField(max_length=64)


class AlertStep(models.Model):
    """A step of an alert: verified by a second person, published, retracted. `sequence` numbers what the feed told, without a gap."""

    id = models.UUIDField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=10)
    day = models.DateField()
    taken_by = models.CharField(max_length=36)
    why = models.CharField(max_length=20, blank=True)
    sequence = models.PositiveIntegerField(null=True, unique=True)

    class Meta:
        """Each step is taken once."""

        constraints = [models.UniqueConstraint(fields=["alert", "step"], name="release_alert_step_once")]


class Notice(models.Model):
    """A first result that one technician put up at a site. It ends by itself."""

    id = models.UUIDField(primary_key=True)
    site = models.CharField(max_length=36)
    document = models.TextField()
    until = models.DateTimeField()
    put_up_by = models.CharField(max_length=36)


class NoticeEnded(models.Model):
    """A notice was taken down early."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="+", primary_key=True)
    day = models.DateField()
    ended_by = models.CharField(max_length=36)
