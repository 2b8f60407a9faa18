"""Rows of the sample table: projections of the anonymous journal, laid down anew with their day. None names a person.

Guarded: only a sealing and retention may touch them.
"""

from django.db import models

from handrail.core.org.models import Site
from handrail.services.drugchecking.statements.readings import METHODS

from . import rules


class Kit(models.Model):
    """A bag's label and a slip, printed as a pair. `bench` is what stands on the bag; it opens nothing outside."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    bench = models.CharField(max_length=8, unique=True)
    day = models.DateField()


class LookUp(models.Model):
    """What is kept of a look-up code: an HMAC with a key that is not in the database. The code is on the slip and nowhere else."""

    mark = models.CharField(primary_key=True, max_length=32)
    kit = models.OneToOneField(Kit, on_delete=models.CASCADE, related_name="look_up")


class Box(models.Model):
    """A box of strips that was opened on a table: it serves until another of its panel is."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    turn = models.PositiveSmallIntegerField()
    panel = models.CharField(max_length=20)
    product = models.CharField(max_length=40, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    ug_per_ml = models.PositiveIntegerField()

    class Meta:
        """Asked for by site and day."""

        indexes = [models.Index(fields=["site", "day"], name="drugchecking_box_by_day")]


class BenchSample(models.Model):
    """Something that was brought to the table. Blank means unknown. `at` orders the queue of an open day; sealing takes it.

    `expected` lists slugs with a space between. At 13 months `kit`, `imprint`, `place` and `note` go.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    kit = models.OneToOneField(Kit, on_delete=models.PROTECT, related_name="sample", null=True)
    day = models.DateField()
    at = models.DateTimeField(null=True)
    sealed = models.BooleanField(default=False)
    kind = models.CharField(max_length=16, blank=True)
    expected = models.CharField(max_length=600, blank=True)
    form = models.CharField(max_length=16, blank=True)
    colour = models.CharField(max_length=16, blank=True)
    imprint = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=60, blank=True)
    overdose = models.CharField(max_length=16, blank=True)
    note = models.TextField(blank=True)
    paper = models.BooleanField(default=False)

    class Meta:
        """A kind and an overdose are one of a few words, or unknown."""

        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=("", *rules.KINDS)), name="drugchecking_bench_kind"),
            models.CheckConstraint(
                condition=models.Q(overdose__in=("", *rules.OVERDOSE)), name="drugchecking_bench_overdose"
            ),
        ]
        indexes = [models.Index(fields=["site", "day"], name="drugchecking_by_site_day")]


class BenchTest(models.Model):
    """One method applied once. A strip has panel and mark; an instrument has findings, none when it saw nothing it knows."""

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(BenchSample, on_delete=models.PROTECT, related_name="tests")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    method = models.CharField(max_length=16)
    panel = models.CharField(max_length=20, blank=True)
    mark = models.CharField(max_length=16, blank=True)
    product = models.CharField(max_length=40, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    ug_per_ml = models.PositiveIntegerField(default=0)
    instrument = models.CharField(max_length=60, blank=True)

    class Meta:
        """A strip has a mark, an instrument has none."""

        constraints = [
            models.CheckConstraint(condition=models.Q(method__in=METHODS), name="drugchecking_bench_method"),
            models.CheckConstraint(
                condition=models.Q(method="strip") ^ models.Q(mark=""), name="drugchecking_strip_has_a_mark"
            ),
        ]


class BenchFinding(models.Model):
    """A substance that an instrument or a laboratory found; a slug of the registry. Tenths of a per cent, 0: not measured."""

    id = models.UUIDField(primary_key=True)
    test = models.ForeignKey(BenchTest, on_delete=models.PROTECT, related_name="findings")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    substance = models.CharField(max_length=60)
    amount = models.CharField(max_length=8)
    percent_tenths = models.PositiveIntegerField(default=0)
    give_or_take_tenths = models.PositiveIntegerField(default=0)


class WithdrawnTest(models.Model):
    """A test that was taken back, and why. Its sentence goes; that it was there is said."""

    id = models.UUIDField(primary_key=True)
    test = models.OneToOneField(BenchTest, on_delete=models.PROTECT, related_name="withdrawn")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    why = models.CharField(max_length=16)


class Statement(models.Model):
    """What a holder reads, as it was let out: never edited. `said` is JSON, its sentences by language; `tests` are their ids.

    `version` counts the sample's statements; `rules` names the edition of rules and wording. `final`: nothing was pending.
    """

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(BenchSample, on_delete=models.PROTECT, related_name="statements")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    version = models.PositiveSmallIntegerField()
    why = models.CharField(max_length=16)
    rules = models.CharField(max_length=24)
    final = models.BooleanField()
    hazards = models.CharField(max_length=600, blank=True)
    tests = models.TextField()
    said = models.TextField()

    class Meta:
        """A version is let out once; what was told today is asked for."""

        constraints = [
            models.UniqueConstraint(fields=["sample", "version"], name="drugchecking_statement_version_once")
        ]
        indexes = [models.Index(fields=["day"], name="drugchecking_told_by_day")]


class Handed(models.Model):
    """A statement was told in person, or printed on a slip."""

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(BenchSample, on_delete=models.PROTECT, related_name="handed")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    how = models.CharField(max_length=8)


class Handling(models.Model):
    """What became of a sample itself: for people's and the site's protection, without identity."""

    id = models.UUIDField(primary_key=True)
    sample = models.ForeignKey(BenchSample, on_delete=models.PROTECT, related_name="handling")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    state = models.CharField(max_length=16)
    note = models.TextField(blank=True)


class LabBatch(models.Model):
    """Samples that went to a laboratory together."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    laboratory = models.CharField(max_length=60)


class Sent(models.Model):
    """One sample of a batch."""

    id = models.UUIDField(primary_key=True)
    batch = models.ForeignKey(LabBatch, on_delete=models.PROTECT, related_name="sent")
    sample = models.ForeignKey(BenchSample, on_delete=models.PROTECT, related_name="sent")
    day = models.DateField()
    sealed = models.BooleanField(default=False)


OF_A_DAY = (Box, BenchSample, BenchTest, BenchFinding, WithdrawnTest, Statement, Handed, Handling, LabBatch, Sent)
