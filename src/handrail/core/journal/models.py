"""Rows of the journal. It has no keys out: worker, site and records are named by text, so a person can be erased."""

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
    """An act of a sealed period. Append-only. `durable` stays; what expires stands in `Expiring` under the same id.

    The leaf is SHA-256 over id, durable commitment and expiring commitment; a commitment is HMAC(journal key, salt + text).
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
    expiring_commitment = models.BinaryField(max_length=32)

    class Meta:
        """One row a place: a cut row leaves a gap that `verify` names."""

        constraints = [
            models.UniqueConstraint(fields=["journal", "batch", "position"], name="journal_sealed_place_once"),
        ]
        indexes = [models.Index(fields=["site", "day"], name="journal_sealed_by_day")]


class Expiring(models.Model):
    """What a sealed entry may lose: time below the date, worker, participant. Ends only by `retain`."""

    id = models.UUIDField(primary_key=True)
    salt = models.BinaryField(max_length=16)
    text = models.TextField()


class Batch(models.Model):
    """One sealing: a Merkle root over its leaves, what the rooms sealed with it, chained to the batch before. Append-only.

    `rooms` is a digest of the day tables sealed in the same transaction (stock movements, for one).
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
    """What a projection's day amounted to when a batch sealed it: a keyed digest of its rows. Append-only; the latest one counts."""

    id = models.UUIDField(primary_key=True)
    table = models.CharField(max_length=60)
    day = models.DateField()
    batch = models.PositiveIntegerField()
    digest = models.BinaryField(max_length=32)


class Permit(models.Model):
    """Stands only inside the transaction of a sealing or a retention run; some guards let a change pass while it does."""

    name = models.CharField(primary_key=True, max_length=12)


class Held(models.Model):
    """An act that could not be taken as it came. Its body is sealed to the reviewer key; screens show the rest."""

    id = models.UUIDField(primary_key=True)
    act = models.CharField(max_length=36)
    kind = models.CharField(max_length=60)
    site = models.CharField(max_length=36, blank=True)
    day = models.DateField()
    reason = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32, unique=True)
    sealed = models.TextField()
