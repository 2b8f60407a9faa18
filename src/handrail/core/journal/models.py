"""Rows of the journal. It has no keys out: worker, site and records are named by text, so a person can be erased."""

from datetime import date, timedelta

from django.db import models


class OpenEntry(models.Model):
    """An act of a period not yet sealed. Append-only: a row may go only once its sealed twin stands."""

    id = models.UUIDField(primary_key=True)
    journal = models.CharField(max_length=12)
    kind = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    worker = models.CharField(max_length=36)
    stated = models.TextField()

    class Meta:
        """Indexes follow the two readers: the sealer, and the list of a day."""

        indexes = [models.Index(fields=["journal", "day"], name="journal_open_by_day")]


class SealedEntry(models.Model):
    """An act of a sealed period. Append-only. `durable` stays; what ends stands in `ExpiringTime` and `ExpiringPerson` under the same id.

    The leaf is SHA-256 over id and the three commitments; a commitment is HMAC(journal key, salt + text). A part that this kind
    of act never has is committed to as the hash of nothing.
    """

    id = models.UUIDField(primary_key=True)
    journal = models.CharField(max_length=12)
    batch = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    durable = models.TextField()
    durable_salt = models.BinaryField(max_length=16)
    durable_commitment = models.BinaryField(max_length=32)
    time_commitment = models.BinaryField(max_length=32)
    person_commitment = models.BinaryField(max_length=32)

    class Meta:
        """One row a place: a cut row leaves a gap that `verify` names."""

        constraints = [
            models.UniqueConstraint(fields=["journal", "batch", "position"], name="journal_sealed_place_once"),
        ]
        indexes = [models.Index(fields=["site", "day"], name="journal_sealed_by_day")]


class ExpiringPart(models.Model):
    """A part of a sealed entry that ends before the entry does, with the salt of its commitment."""

    id = models.UUIDField(primary_key=True)
    salt = models.BinaryField(max_length=16)
    text = models.TextField()

    class Meta:
        """Shared by both parts."""

        abstract = True


class ExpiringTime(ExpiringPart):
    """Time below the date, and worker. Ends only by `retain`, after 30 days."""


class ExpiringPerson(ExpiringPart):
    """What points to a person: the month pseudonym, or that there was none. Ends by `retain` after 90 days, or by an erasure."""


class Ending(models.Model):
    """A part of every act of one site and day has ended, by the run that is this batch. Append-only: absence without it is tampering.

    It names no act. An erasure ends the part for everybody of a site, so that nothing tells whose it was.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.PositiveIntegerField()
    part = models.CharField(max_length=6)
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()

    class Meta:
        """Read by batch, to verify; looked up by site and day."""

        indexes = [
            models.Index(fields=["batch"], name="journal_ending_by_batch"),
            models.Index(fields=["site", "day"], name="journal_ending_by_day"),
        ]


class Pruned(models.Model):
    """Acts of a batch whose ids are no longer kept: their places and leaves, so that the root still holds. Append-only.

    `leaves` holds 36 bytes an act: its place (big endian, 4) and its leaf (32). `batch` is the run that took them.
    """

    id = models.UUIDField(primary_key=True)
    batch = models.PositiveIntegerField()
    of_batch = models.PositiveIntegerField()
    leaves = models.BinaryField()

    class Meta:
        """Read by batch, to verify."""

        indexes = [models.Index(fields=["batch"], name="journal_pruned_by_batch")]


class Batch(models.Model):
    """One sealing: a Merkle root over its leaves, what the rooms sealed with it, chained to the batch before. Append-only.

    `rooms` is a digest of what the rooms sealed, ended and digested in the same transaction. A batch without leaves is a run of
    retention or an erasure: it stands in the chain like a sealing.
    """

    journal = models.CharField(max_length=12)
    number = models.PositiveIntegerField()
    day = models.DateField()
    leaves = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    rooms = models.BinaryField(max_length=32)
    chain = models.BinaryField(max_length=32)

    class Meta:
        """Numbers run without a gap, one chain a journal."""

        constraints = [models.UniqueConstraint(fields=["journal", "number"], name="journal_batch_number_once")]


class SealedTable(models.Model):
    """What a day of a room's table amounted to after this batch: a keyed digest of its sealed rows. Append-only; the latest one counts."""

    id = models.UUIDField(primary_key=True)
    table = models.CharField(max_length=60)
    day = models.DateField()
    batch = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        """Read by batch, to verify; the latest of a table and day is looked up."""

        indexes = [
            models.Index(fields=["batch"], name="journal_table_by_batch"),
            models.Index(fields=["table", "day"], name="journal_table_by_day"),
        ]


class Hold(models.Model):
    """A legal hold: retention and erasure wait at this site for these days (`until` not included). Ends only by being lifted.

    `reference` is counsel's, and names no participant. Who set and lifted it stands in the confidential journal.
    """

    id = models.UUIDField(primary_key=True)
    site = models.CharField(max_length=36)
    since = models.DateField()
    until = models.DateField()
    reference = models.CharField(max_length=80)
    set_on = models.DateField()
    lifted_on = models.DateField(null=True)

    @property
    def last(self) -> date:
        """The last day that is kept."""
        return self.until - timedelta(days=1)

    class Meta:
        """It covers at least one day."""

        constraints = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="journal_hold_covers_a_day")
        ]


class Permit(models.Model):
    """Stands only inside the transaction of a sealing or a retention run; some guards let a change pass while it does."""

    name = models.CharField(primary_key=True, max_length=12)


class Held(models.Model):
    """An act that could not be taken as it came. Its body is sealed to the reviewer key; screens show the rest.

    `sender` is a pseudonym of the device for that day alone: it groups what one device brought and says no more.
    """

    id = models.UUIDField(primary_key=True)
    act = models.CharField(max_length=36, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    reason = models.CharField(max_length=40)
    sender = models.CharField(max_length=32, blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.TextField()

    class Meta:
        """Indexes follow the questions: is there room for this device, what is held of this act."""

        indexes = [
            models.Index(fields=["sender"], name="journal_held_by_sender"),
            models.Index(fields=["act"], name="journal_held_by_act"),
        ]


class Settled(models.Model):
    """What is left of a held act whose body is destroyed: a line to count, and keyed digests that tell it when it comes again."""

    digest = models.BinaryField(primary_key=True, max_length=32)
    act = models.BinaryField(max_length=32)
    kind = models.CharField(max_length=60, blank=True)
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    reason = models.CharField(max_length=40)
    outcome = models.CharField(max_length=12)

    class Meta:
        """One index: was this act held before."""

        indexes = [models.Index(fields=["act"], name="journal_settled_by_act")]


class Opening(models.Model):
    """One worker asks to open a held body, another confirms, the first sees it once. It goes with the body."""

    id = models.UUIDField(primary_key=True)
    held = models.ForeignKey(Held, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=120)
    asked_by = models.CharField(max_length=36)
    asked_in = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=36, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    shown = models.BooleanField(default=False)

    class Meta:
        """Nobody confirms what they asked for themselves, and nothing is shown that was not confirmed."""

        constraints = [
            models.CheckConstraint(
                condition=~models.Q(confirmed_by=models.F("asked_by")), name="journal_opening_by_two"
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by="", shown=False)
                | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by="")),
                name="journal_opening_shown_once_confirmed",
            ),
        ]
