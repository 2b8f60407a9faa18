"""What naloxone writes of a visit."""

import uuid
from collections.abc import Sequence

from django.db.models import Sum

from handrail.core.common.ids import part_id
from handrail.core.encounters.counts import add, in_turn
from handrail.core.encounters.parts import Past, Place
from handrail.core.supplies import actions as supplies
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as stock_rules
from handrail.services.naloxone import models, rules


def check(placed: Sequence[tuple[Place, rules.Naloxone]]) -> None:
    """Ask what only the ledger knows. Raises Refused: `unknown-item`, `unknown-lot`, `unknown-account`, `not-naloxone`."""
    stock.check_giving((place.site_id, place.stock_id) for place, _ in placed)
    found = stock.check_known([line for _, draft in placed for line in draft.lines])
    rules.check_products({code: item.category for code, item in found.items()})


def write(placed: Sequence[tuple[Place, rules.Naloxone]]) -> None:
    """Write what visits gave out and the stock it moved."""
    models.Dispense.objects.bulk_create(
        models.Dispense(
            id=part_id(place.act_id, f"naloxone:{n}"), encounter_id=place.encounter_id, day=place.day, item_id=line.item,
            lot_id=line.lot_id, lot_basis=line.lot_basis if line.lot_id else "", units=line.amount,
        )
        for place, draft in placed
        for n, line in enumerate(draft.lines)
    )  # fmt: skip
    supplies.move(move for place, draft in placed for move in _moves(place, draft))


def take_back(place: Place, draft: rules.Naloxone, act_id: uuid.UUID) -> None:
    """Reverse the stock of one visit, as part of the undoing act."""
    supplies.move(move.reversed(act_id) for move in _moves(place, draft))


def fold(past: Past) -> int:
    """Add what a month's visits gave out to its counts, and let the rows go; return how many went."""
    for ids in in_turn(past.standing):
        rows = models.Dispense.objects.filter(encounter__in=ids).values("item_id").order_by()
        for told in rows.annotate(total=Sum("units")):
            add(models.Month, {"units": told["total"]}, site_id=past.site_id, day=past.day, channel=past.channel,
                item_id=told["item_id"])  # fmt: skip
    return sum(models.Dispense.objects.filter(encounter__in=ids).delete()[0] for ids in in_turn(past.encounters))


def _moves(place: Place, draft: rules.Naloxone) -> list[stock_rules.Move]:
    return rules.moves(draft, act_id=place.act_id, site_id=place.site_id, day=place.day, stock_id=place.stock_id)
