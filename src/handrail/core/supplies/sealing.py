"""The ledger's day table: movements move to the sealed table in the order of their random ids, and a mark is written for each balance they touched."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from handrail.core.common import keys
from handrail.core.common.ids import part_id
from handrail.core.journal import kinds
from handrail.core.journal.sealing import DayTable
from handrail.core.journal.sealing import register as register_day_table

from . import models, queries

ROWS_AT_ONCE = 500
COLUMNS = ("id", "day", "item_id", "lot_id", "source_id", "target_id", "amount")


def register() -> None:
    """Seal movements with each anonymous day."""
    register_day_table(DayTable("supplies.movement", seal=seal, digest=digest))


def seal(batch: int, days: Collection[date]) -> None:
    """Move the movements of these days and mark the balances they changed."""
    rows = list(models.OpenMovement.objects.filter(day__in=days).order_by("id"))
    changed: dict[queries.Key, int] = defaultdict(int)
    for row in rows:
        changed[row.target_id, row.item_id, row.lot_id] += row.amount
        changed[row.source_id, row.item_id, row.lot_id] -= row.amount
    before = {account: queries.marked(account) for account, _, _ in changed}
    sealed = (models.Movement(batch=batch, **{name: getattr(row, name) for name in COLUMNS}) for row in rows)
    models.Movement.objects.bulk_create(sealed, batch_size=ROWS_AT_ONCE)
    models.BalanceMark.objects.bulk_create(
        (
            models.BalanceMark(id=part_id(account, f"{item}|{lot}|{batch}"), batch=batch, account_id=account,
                               item_id=item, lot_id=lot, balance=before[account].get((item, lot), 0) + change)
            for (account, item, lot), change in sorted(changed.items(), key=str)
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    for start in range(0, len(rows), ROWS_AT_ONCE):
        models.OpenMovement.objects.filter(id__in=[row.id for row in rows[start : start + ROWS_AT_ONCE]]).delete()


def digest(batch: int) -> bytes:
    """Read a batch's movements and marks back as one keyed hash: a changed amount shows in `verify`."""
    movements = models.Movement.objects.filter(batch=batch).values_list(*COLUMNS)
    marks = models.BalanceMark.objects.filter(batch=batch).values_list("account_id", "item_id", "lot_id", "balance")
    told = sorted("|".join(map(str, row)) for rows in (movements, marks) for row in rows)
    return keys.ring().commit(kinds.ANONYMOUS, b"movements", "\n".join(told))
