"""Drafts and judgements of naloxone. Plain Python."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.supplies import rules as supplies

CATEGORY = "naloxone"
MOST_LINES = 10


@dataclass(frozen=True)
class Naloxone:
    """Naloxone's part of a visit: units by product, with or without the lot."""

    lines: tuple[supplies.Line, ...]


def parse(told: Mapping[str, Any]) -> Naloxone:
    """Make naloxone's part of what was told. Raises Refused: `not-an-act`, `bad-amount`, `unknown-lot`."""
    lines = told["naloxone"]
    if not isinstance(lines, list | tuple) or not 1 <= len(lines) <= MOST_LINES:
        raise Refused("not-an-act")
    return Naloxone(tuple(map(supplies.parse_line, lines)))


def check_products(categories: Mapping[str, str]) -> None:
    """Refuse what is not naloxone. Raises Refused("not-naloxone")."""
    if any(category != CATEGORY for category in categories.values()):
        raise Refused("not-naloxone")


def moves(
    draft: Naloxone, *, act_id: uuid.UUID, site_id: uuid.UUID, day: date, stock_id: uuid.UUID | None = None
) -> list[supplies.Move]:
    """Return the stock movements of a visit: each line leaves the stock it came from; the shelf, where none is named."""
    shelf = stock_id or supplies.account_id(site_id, supplies.SHELF)
    given = supplies.account_id(site_id, supplies.GIVEN)
    return [
        supplies.Move(part_id(act_id, f"naloxone:{n}"), day, line.item, line.lot_id, shelf, given, line.amount)
        for n, line in enumerate(draft.lines)
    ]
