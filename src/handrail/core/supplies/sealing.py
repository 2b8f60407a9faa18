"""The ledger's day table: movements move to the sealed table in the order of their random ids, and a mark is written for each balance they touched.

A movement does not say which batch sealed it: a day that gets something late is laid down anew, so that the late row hides.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import QuerySet

from handrail.core.common.ids import part_id
from handrail.core.journal import tables

from . import models, queries

ROWS_AT_ONCE = 500
COLUMNS = ("id", "day", "item_id", "lot_id", "source_id", "target_id", "amount")


def register() -> None:
    """Seal movements with each anonymous day."""
    tables.register(tables.DayTable(models.Movement, seal=seal, rows=models.Movement.objects.all, digest=marks))


def seal(batch: int, days: Collection[date]) -> None:
    """Move the movements of these days and mark the balances they changed."""
    rows = list(models.OpenMovement.objects.filter(day__in=days).order_by("id"))
    changed: dict[queries.Key, int] = defaultdict(int)
    for row in rows:
        changed[row.target_id, row.item_id, row.lot_id] += row.amount
        changed[row.source_id, row.item_id, row.lot_id] -= row.amount
    before = {account: queries.marked(account) for account, _, _ in changed}
    _lay({row.day for row in rows}, rows)
    models.BalanceMark.objects.bulk_create(
        (
            models.BalanceMark(id=part_id(account, f"{item}|{lot}|{batch}"), batch=batch, account_id=account,
                               item_id=item, lot_id=lot, balance=before[account].get((item, lot), 0) + change)
            for (account, item, lot), change in sorted(changed.items(), key=str)
        ),
        batch_size=ROWS_AT_ONCE,
    )  # fmt: skip
    _delete(models.OpenMovement.objects.all(), rows)


def _lay(days: Collection[date], arriving: list[models.OpenMovement]) -> None:
    """Lay the movements of these days down in the order of their ids, those already there among those that arrive."""
    there = list(models.Movement.objects.filter(day__in=days))
    if there:
        tables.stand_alone(models.Movement)
        _delete(models.Movement.objects.all(), there)
    laid = sorted([*there, *arriving], key=lambda row: row.id)
    models.Movement.objects.bulk_create(
        (models.Movement(**{name: getattr(row, name) for name in COLUMNS}) for row in laid), batch_size=ROWS_AT_ONCE
    )


def _delete(table: QuerySet[models.MovementRow], rows: Sequence[models.MovementRow]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        table.filter(id__in=[row.id for row in rows[start : start + ROWS_AT_ONCE]]).delete()


def marks(batch: int) -> str:
    """Tell the marks of one batch: a changed balance shows in `verify`."""
    rows = models.BalanceMark.objects.filter(batch=batch).values_list()
    return "\n".join(sorted("\x1f".join(map(str, row)) for row in rows))
