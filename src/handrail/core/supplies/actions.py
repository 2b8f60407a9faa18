"""The only writers of the ledger. What has happened is written even when a shelf goes below zero; then it asks for a count."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.ids import new_id, part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models, queries, rules

ACCOUNT_KINDS = (rules.SHELF, rules.BIN, *rules.OUTSIDE, rules.QUARANTINE)


def move(moves: Iterable[rules.Move]) -> None:
    """Write movements, in one statement.

    Their ids are veiled: an act's id is known to the journal, and a movement must lead to no encounter (join matrix).
    """
    ring = keys.ring()
    models.OpenMovement.objects.bulk_create(
        models.OpenMovement(
            id=ring.veiled(one.id), day=one.day, item_id=one.item, lot_id=one.lot_id, source_id=one.source, target_id=one.target,
            amount=one.amount,
        )
        for one in moves
    )  # fmt: skip


def open_accounts(site_id: uuid.UUID, *, name: str) -> None:
    """Make a site's accounts. Called once, when the site is opened."""
    models.Account.objects.bulk_create(
        models.Account(id=rules.account_id(site_id, kind), site_id=site_id, kind=kind, name=f"{name} · {kind}"[:80])
        for kind in ACCOUNT_KINDS
    )


def _new_edition() -> None:
    """Say that items, lots or presets change. Said first: two changes at once then stand in line instead of in each other's way."""
    models.Edition.objects.update_or_create(pk=1, defaults={"mark": new_id()})


@transaction.atomic
def add_items(rows: Iterable[Mapping[str, Any]]) -> None:
    """Put items (column to value) into the catalogue; those already there stay as they are."""
    _new_edition()
    models.Item.objects.bulk_create((models.Item(**row) for row in rows), ignore_conflicts=True)


@transaction.atomic
def set_presets(site_id: uuid.UUID, presets: Iterable[tuple[str, dict[str, int]]]) -> None:
    """Say what a site often gives: name, then units by item, in the order of the screen."""
    _new_edition()
    models.Preset.objects.filter(site_id=site_id).delete()
    models.Preset.objects.bulk_create(
        models.Preset(
            id=part_id(site_id, f"preset:{n}"), site_id=site_id, position=n, name=name,
            lines=" ".join(f"{item}={amount}" for item, amount in lines.items()),
        )
        for n, (name, lines) in enumerate(presets)
    )  # fmt: skip


@journal.one_act
def receive(draft: rules.Delivery, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take a delivery onto the shelf."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "supplies.receive", site_id=draft.site_id)
    rules.check_amount(draft.amount)
    item = queries.check_known([rules.Line(draft.item, draft.amount)])[draft.item]
    if item.category in {rules.USED, rules.KIT}:
        raise Refused("unknown-item")
    if item.needs_lot and not draft.lot_code:
        raise Refused("lot-needed")
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    rules.check_expires(draft.expires, day=day)
    entry = journal.enter(draft.stated, by=by, day=day)
    if draft.lot_code:
        _open_lot(draft)
    move([draft.move(day)])
    return entry


def _open_lot(draft: rules.Delivery) -> None:
    """Make the lot of a delivery, or make sure that the one known says the same day. Raises Refused: `bad-lot`, `lot-differs`."""
    code = rules.check_lot_code(draft.lot_code)
    _new_edition()
    lot = models.Lot(id=rules.lot_id(draft.item, code), item_id=draft.item, code=code, expires=draft.expires)
    models.Lot.objects.bulk_create([lot], ignore_conflicts=True)
    known = models.Lot.objects.get(pk=lot.id)
    if draft.expires and known.expires != draft.expires:
        raise Refused("lot-differs", expires=known.expires.isoformat() if known.expires else "-")


@journal.one_act
def count(draft: rules.Count, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record a count; where it differs from what was expected, a correcting movement follows."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "supplies.count", site_id=draft.site_id)
    rules.check_count(draft)
    if draft.account not in rules.INSIDE:
        queries.check_stock(draft.site_id, (draft.account_id,))
    queries.check_known([rules.Line(draft.item, 1, draft.lot_id)])
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    if correction := draft.move(day):
        move([correction])
    return entry
