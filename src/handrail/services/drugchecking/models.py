"""Rows of drug checking: projections of the journal. No row here reaches a visit, a participant or a device.

They have no arrival to forget, as encounters do: ids come from the file's own, and the order is the file's.
"""

from django.db import models

from handrail.core.org.models import Site

from . import rules
from .imports import drafts


class ImportBatch(models.Model):
    """A file that was imported: where from, under which licence, read by which parser. The file itself is not kept."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=120)
    licence = models.TextField()
    parser = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    rows = models.PositiveIntegerField()
    day = models.DateField()


class ImportIssue(models.Model):
    """A line of a file that was refused or noted: line, column, code. Never the cell."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=60, blank=True)
    code = models.CharField(max_length=40)


class Sample(models.Model):
    """Something that was brought in to be looked at: never a person. Empty means unknown, for the source did not say.

    `site` is the site that keeps the record. Where an imported sample was brought in is not known, but for a large `region`.
    `completed` is the day its source knew the result, `known_from` the day this house did: a replay goes by it.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=120)
    native_id = models.CharField(max_length=80)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    received = models.DateField(null=True)
    completed = models.DateField(null=True)
    known_from = models.DateField(null=True)
    expected = models.CharField(max_length=200, blank=True)
    region = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=16, blank=True)

    class Meta:
        """A source's own id is one sample; a kind is one of three, or unknown."""

        constraints = [
            models.UniqueConstraint(fields=["source", "native_id"], name="drugchecking_sample_once"),
            models.CheckConstraint(condition=models.Q(kind__in=("", *rules.KINDS)), name="drugchecking_sample_kind"),
        ]


class Test(models.Model):
    """One method applied once to a sample, looking for one target. Empty brand and lot mean unknown.

    `told` is the method in a laboratory's own words. A status (nothing of interest, pending) is an outcome, never a substance.
    """

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="tests")
    method = models.CharField(max_length=20)
    told = models.CharField(max_length=80, blank=True)
    target = models.CharField(max_length=40, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    lot = models.CharField(max_length=60, blank=True)
    outcome = models.CharField(max_length=20)

    class Meta:
        """An outcome belongs to its method: a strip reacts or does not, an instrument sees or does not."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(method=rules.STRIP, outcome__in=rules.OUTCOMES[rules.STRIP])
                | models.Q(method=rules.FTIR, outcome__in=rules.OUTCOMES[rules.FTIR])
                | models.Q(method=drafts.LABORATORY, outcome__in=drafts.OUTCOMES),
                name="drugchecking_outcome_of_method",
            ),
        ]


class Finding(models.Model):
    """A substance that a test found, and how firmly. A test that found nothing has none: an outcome is not a substance.

    `amount` is main or trace as told, `hundredths` of a percent by weight, `parts` of a ratio: each empty where not told.
    """

    id = models.UUIDField(primary_key=True)
    test = models.ForeignKey(Test, on_delete=models.PROTECT, related_name="findings")
    substance = models.CharField(max_length=80)
    basis = models.CharField(max_length=20)
    amount = models.CharField(max_length=8, blank=True)
    hundredths = models.PositiveIntegerField(null=True)
    parts = models.CharField(max_length=20, blank=True)

    class Meta:
        """A finding says how firmly it is known."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(basis__in=sorted(rules.BASIS.values())), name="drugchecking_basis"
            ),
            models.CheckConstraint(condition=models.Q(amount__in=drafts.AMOUNTS), name="drugchecking_amount"),
        ]


class ExternalCount(models.Model):
    """One cell of a table that someone else published: k of n over a span, in the unit it counts. Never a sample of ours.

    `n` is empty where the source tells no total. A replay goes by `known_from`.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=120)
    substance = models.CharField(max_length=80)
    stratum = models.CharField(max_length=60)
    since = models.DateField()
    until = models.DateField()
    k = models.PositiveIntegerField()
    n = models.PositiveIntegerField(null=True)
    unit = models.CharField(max_length=16)
    known_from = models.DateField()

    class Meta:
        """A part is no more than all."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(n__isnull=True) | models.Q(k__lte=models.F("n")), name="drugchecking_part_of_all"
            ),
        ]


from .bench import models as bench  # noqa: E402, F401  -- Django finds a room's tables through its `models`
