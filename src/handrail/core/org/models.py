"""Rows of the organisation. A worker has a handle and nothing that names a person."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from handrail.core.common.ids import new_id


class Installation(models.Model):
    """The data folder: real or demo, for life. One row, append-only."""

    id = models.UUIDField(primary_key=True)
    demo = models.BooleanField()


class DemoVisits(models.Model):
    """How many visits a demo came with; one's own are counted from there. Append-only: one row, and one more for each year replayed."""

    id = models.UUIDField(primary_key=True)
    visits = models.PositiveIntegerField()


class Epoch(models.Model):
    """One life of the data, from a copy brought back to the next. Append-only; a folder that was never brought back has no row.

    Devices that meet another epoch offer again what the copy lacks.
    """

    id = models.UUIDField(primary_key=True)
    number = models.PositiveIntegerField(unique=True)


class Copy(models.Model):
    """A copy of the data was begun, or is whole. Append-only, two rows a copy that came to its end."""

    id = models.UUIDField(primary_key=True)
    number = models.PositiveIntegerField()
    day = models.DateField()
    done = models.BooleanField()

    class Meta:
        """A copy is begun once and done once."""

        constraints = [models.UniqueConstraint(fields=["number", "done"], name="org_copy_step_once")]


class Site(models.Model):
    """A place that offers services, with the time zone its day is reckoned in."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=64)
    opened = models.DateField()


class Worker(AbstractBaseUser):
    """Someone who signs in: a handle and what proves that it is they. `stamp` ends every session when it changes.

    `one_time`: the password was given by the console and must be replaced. `totp`: the secret that a phone makes codes from,
    encrypted. `pin`: Argon2 of a keyed digest, so that it cannot be guessed with the database alone.
    """

    id = models.UUIDField(primary_key=True)
    handle = models.CharField(max_length=80, unique=True)
    stamp = models.UUIDField(default=new_id)
    active = models.BooleanField(default=True)
    one_time = models.BooleanField(default=False)
    totp = models.BinaryField(max_length=100)
    pin = models.CharField(max_length=128, blank=True)
    last_login = None

    USERNAME_FIELD = "handle"


class Passkey(models.Model):
    """A worker's passkey, bound to the name under which this house was reached. `counter` grows where the authenticator counts."""

    id = models.UUIDField(primary_key=True)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=253)
    credential = models.BinaryField(max_length=2000)
    counter = models.PositiveBigIntegerField()
    added = models.DateField()


class Role(models.Model):
    """What a worker may do, at one site or (site empty) at all of them; since when, and by whose grant (a worker's id)."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="roles")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=40)
    since = models.DateField()
    granted_by = models.CharField(max_length=36)

    class Meta:
        """A role is held once at a place."""

        constraints = [
            models.UniqueConstraint(fields=["worker", "site", "name"], name="org_role_held_once"),
            models.UniqueConstraint(
                fields=["worker", "name"], condition=models.Q(site__isnull=True), name="org_role_everywhere_once"
            ),  # SQLite gets no index of a constraint that joins nulls
        ]


class SignInGuard(models.Model):
    """Wrong passwords in a row, by what was typed as the handle (a keyed pseudonym of it, known or not: both wait alike).

    No address, no agent, no path: who tried is not kept. Rows end a day after the last try.
    """

    handle = models.CharField(primary_key=True, max_length=32)
    day = models.DateField()
    failures = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(null=True)


class SpentCode(models.Model):
    """A code or challenge that was used: a keyed digest of it, so that nobody uses it again. Rows end the day after."""

    code = models.CharField(primary_key=True, max_length=32)
    day = models.DateField()


class Device(models.Model):
    """A tablet or phone that signs its batches with a key it cannot give away. `revoked`: the day; its acts are held from then."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    public_key = models.TextField()
    enrolled = models.DateField()
    revoked = models.DateField(null=True)


class Invitation(models.Model):
    """A sheet that lets one device in, once, for half an hour. `token` is a keyed digest: the token itself is on the sheet only."""

    token = models.CharField(primary_key=True, max_length=32)
    device = models.UUIDField()
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    spent = models.BooleanField(default=False)


class DeviceDay(models.Model):
    """What came from a device on one day: how many acts that were new, and the highest running number among them.

    It is what stays of a device's traffic, so that a gap is seen; which act came from which device is not kept here.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    new = models.PositiveBigIntegerField()
    highest = models.PositiveBigIntegerField()

    class Meta:
        """One row a device and day."""

        constraints = [models.UniqueConstraint(fields=["device", "day"], name="org_device_day_once")]


class Shift(models.Model):
    """A worker's shift: its id signs what is recorded. `worker_sealed` says whose it is, to who has the key, for 30 days.

    `until` is when it ends, to a quarter of an hour; no other time of it is kept.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", null=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()
    method = models.CharField(max_length=12)
    until = models.DateTimeField()
    worker_sealed = models.BinaryField(max_length=200)

    class Meta:
        """An index for the two readers: what is open, and what is old enough to be forgotten."""

        indexes = [
            models.Index(fields=["until"], name="org_shift_until"),
            models.Index(fields=["day"], name="org_shift_day"),
        ]
