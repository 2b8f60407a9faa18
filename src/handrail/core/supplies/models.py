"""Rows of the ledger. Every movement has a source and a target; amounts are whole numbers of the item's unit."""

from django.db import models

from handrail.core.org.models import Site


class Item(models.Model):
    """Something that is given out or used up. `code` is the catalogue's; product facts stand here for every service.

    `counts_as_syringe`: 1 for a fixed-needle syringe or a barrel, 0 for a separate needle and all else.
    `doses_per_unit`: naloxone only, doses in one unit.
    """

    code = models.CharField(primary_key=True, max_length=40)
    name = models.CharField(max_length=120)
    category = models.CharField(max_length=40)
    unit = models.CharField(max_length=20)
    counts_as_syringe = models.PositiveSmallIntegerField(default=0)
    needs_lot = models.BooleanField(default=False)
    doses_per_unit = models.PositiveSmallIntegerField(default=0)


class Lot(models.Model):
    """Units of one item made together, with the maker's code and last day of use."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    expires = models.DateField(null=True)

    class Meta:
        """A maker's code names one lot of an item."""

        constraints = [models.UniqueConstraint(fields=["item", "code"], name="supplies_lot_named_once")]


class Edition(models.Model):
    """Which edition of items, lots and presets stands: one row, whose random mark is new with every change of any of them."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    mark = models.UUIDField()


class Account(models.Model):
    """Where units can be: on a shelf, in a bin, given out. `supplier`, `given`, `returned`, `waste` and `difference` stand for the world outside."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=80)


class MovementRow(models.Model):
    """What a movement says, open or sealed. Never an encounter, a participant or a client; the day and no time."""

    id = models.UUIDField(primary_key=True)
    day = models.DateField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.PositiveIntegerField()

    class Meta:
        """Shared by both tables."""

        abstract = True


class OpenMovement(MovementRow):
    """A movement of a day not yet sealed. Append-only: a row may go only once its sealed twin stands."""

    class Meta:
        """An amount is at least 1 and goes somewhere else."""

        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=1), name="supplies_open_moves_some"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="supplies_open_moves_away"),
        ]


class Movement(MovementRow):
    """A sealed movement. Append-only, but for a sealing that lays its day down anew. It does not say when it arrived."""

    class Meta:
        """Read by day, to verify."""

        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gte=1), name="supplies_moves_some"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="supplies_moves_away"),
        ]
        indexes = [models.Index(fields=["day"], name="supplies_movement_by_day")]


class BalanceMark(models.Model):
    """What an account held of an item and lot when a batch was sealed. Append-only; the latest mark is where counting starts."""

    id = models.UUIDField(primary_key=True)
    batch = models.PositiveIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    balance = models.BigIntegerField()

    class Meta:
        """One mark a key and batch; the index is walked to the latest."""

        constraints = [
            models.UniqueConstraint(fields=["account", "item", "lot", "batch"], name="supplies_mark_once"),
            models.UniqueConstraint(  # two, because SQLite knows no NULLS NOT DISTINCT and Django then leaves the index out
                fields=["account", "item", "batch"], condition=models.Q(lot=None), name="supplies_mark_without_lot_once"
            ),
        ]


class KitVersion(models.Model):
    """What a kit held from a day on, until its next version. Append-only: what was packed stays told. `lines` reads `CODE=amount CODE=amount`."""

    id = models.UUIDField(primary_key=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    day = models.DateField()
    lines = models.CharField(max_length=1000)

    class Meta:
        """A version stands once."""

        constraints = [models.UniqueConstraint(fields=["item", "number"], name="supplies_kit_version_once")]


class Box(models.Model):
    """The box of an item that is open at a place, its lot read; none: the one that was open is empty. One row a place and item."""

    id = models.UUIDField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", null=True)
    day = models.DateField()

    class Meta:
        """One box of an item is open at a place."""

        constraints = [models.UniqueConstraint(fields=["account", "item"], name="supplies_box_open_once")]


class Recall(models.Model):
    """A lot that is called back. `reason` is what the maker or the authority says; `ended` empty while it stands."""

    id = models.UUIDField(primary_key=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    reason = models.CharField(max_length=200)
    ended = models.DateField(null=True)

    class Meta:
        """A lot is called back once at a time."""

        constraints = [
            models.UniqueConstraint(fields=["lot"], condition=models.Q(ended=None), name="supplies_recalled_once")
        ]


class Preset(models.Model):
    """What a site often gives, as one tap: the site's habit, never a person's past. `lines` reads `CODE=amount CODE=amount`."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    lines = models.CharField(max_length=400)

    class Meta:
        """Shown in the site's order."""

        constraints = [models.UniqueConstraint(fields=["site", "position"], name="supplies_preset_placed_once")]
