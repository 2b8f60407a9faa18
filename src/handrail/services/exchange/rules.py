"""Drafts and judgements of exchange. Plain Python."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused
from handrail.core.supplies import rules as supplies

SAID, CONTAINER, WEIGHT, COUNTED = "said", "container", "weight", "counted"
APART = "apart"  # said too, but it went into no bin that this site weighs
METHODS = (SAID, APART, CONTAINER, WEIGHT, COUNTED)
MOST_LINES = 40
MOST_GRAMS = 50_000  # a full 30 L sharps bin weighs less
OTHER = ("other-syringe", "other-smoking", "other")  # what was asked for and is in no catalogue


@dataclass(frozen=True)
class Return:
    """What came back, by the method that tells how it is known.

    said: `amount` as the participant says, into the site bin; apart: the same, into no bin of ours. container: `item` and `fill_percent`. weight: `gross_g`, `tare_g`.
    counted: unopened packs of `item` handed back, `amount` exact. Container and weight have no amount here: it needs the
    programme's own calibration, and no constant is invented.
    """

    method: str
    amount: int | None = None
    item: str = ""
    fill_percent: int | None = None
    gross_g: int | None = None
    tare_g: int | None = None


@dataclass(frozen=True)
class Exchange:
    """Exchange's part of a visit."""

    given: tuple[supplies.Line, ...] = ()
    returned: tuple[Return, ...] = ()
    asked_for: tuple[str, ...] = ()


def parse(told: Mapping[str, Any]) -> Exchange:
    """Make exchange's part of what was told. Raises Refused: `not-an-act`, `bad-amount`, `unknown-lot`."""
    given, returned, asked = (_lines(told.get(name, [])) for name in ("given", "returned", "asked_for"))
    if not all(isinstance(name, str) for name in asked):
        raise Refused("not-an-act")
    back = tuple(map(parse_return, returned))
    if sum(one.method in {SAID, APART} for one in back) > 1:  # what someone says is one number
        raise Refused("not-an-act")
    return Exchange(tuple(map(supplies.parse_line, given)), back, tuple(dict.fromkeys(asked)))


def _lines(told: Any) -> Sequence[Any]:
    if not isinstance(told, list | tuple) or len(told) > MOST_LINES:
        raise Refused("not-an-act")
    return told


NALOXONE = "naloxone"  # the catalogue's category: naloxone is given in its own part, so that doses are counted once


def check_given(categories: Collection[str]) -> None:
    """Refuse what exchange does not give. Raises Refused: `naloxone-apart`, `unknown-item` for used syringes."""
    if NALOXONE in categories:
        raise Refused("naloxone-apart")
    if supplies.USED in categories:
        raise Refused("unknown-item")


FIELDS = {
    SAID: {"amount"},
    APART: {"amount"},
    CONTAINER: {"item", "fill_percent"},
    WEIGHT: {"gross_g", "tare_g"},
    COUNTED: {"item", "amount"},
}


def parse_return(told: Any) -> Return:
    """Read one return. Raises Refused: `not-an-act`, `bad-amount`, `bad-weight`."""
    method = told.get("method") if isinstance(told, Mapping) else None
    if not isinstance(method, str) or method not in FIELDS or set(told) != FIELDS[method] | {"method"}:
        raise Refused("not-an-act")
    if not isinstance(told.get("item", ""), str):
        raise Refused("not-an-act")
    most = {"amount": supplies.MOST_AT_ONCE, "fill_percent": 100, "gross_g": MOST_GRAMS, "tare_g": MOST_GRAMS}
    numbers = {name: supplies.check_amount(told[name], most=most[name]) for name in most if name in told}
    if method == WEIGHT and numbers["gross_g"] < numbers["tare_g"]:
        raise Refused("bad-weight")
    return Return(method, item=told.get("item", ""), **numbers)


def moves(
    draft: Exchange, *, act_id: uuid.UUID, site_id: uuid.UUID, day: date, stock_id: uuid.UUID | None = None
) -> list[supplies.Move]:
    """Return the stock movements of a visit: given leaves the stock it came from (the shelf, where none is named), unopened packs
    return there; said goes to the site bin.

    A container or a weight moves nothing until the programme's calibration says how many it is.
    """
    shelf = stock_id or supplies.account_id(site_id, supplies.SHELF)
    given = supplies.account_id(site_id, supplies.GIVEN)
    returned, site_bin = supplies.account_id(site_id, supplies.RETURNED), supplies.account_id(site_id, supplies.BIN)
    made = [
        supplies.Move(part_id(act_id, f"given:{n}"), day, line.item, line.lot_id, shelf, given, line.amount)
        for n, line in enumerate(draft.given)
    ]
    for n, back in enumerate(draft.returned):
        move_id = part_id(act_id, f"returned:{n}")
        if back.method == SAID:
            made.append(supplies.Move(move_id, day, supplies.USED_SYRINGE, None, returned, site_bin, back.amount or 0))
        elif back.method == COUNTED:
            made.append(supplies.Move(move_id, day, back.item, None, given, shelf, back.amount or 0))
    return made
