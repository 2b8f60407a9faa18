"""Drafts of stock acts and the arithmetic of the ledger. Plain Python."""

import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import parse_id, part_id
from handrail.core.common.refusals import Refused

MOST_AT_ONCE = 100_000  # units in one line; a pallet of syringes holds fewer
LONGEST_LOT_CODE = 40
LONG_PAST = timedelta(
    days=5 * 366
)  # naloxone was still good years past its date; older than this is a slip of the hand
LONG_AHEAD = timedelta(days=15 * 366)  # no supply here is dated further ahead

SHELF, BIN, SUPPLIER, GIVEN, RETURNED, DIFFERENCE = "shelf", "bin", "supplier", "given", "returned", "difference"
WASTE = "waste"  # where a bin's contents go when it is emptied
INSIDE = (SHELF, BIN)  # accounts a site has by kind and can count; places that were opened are counted by their id
BAG, BOX, MACHINE, VAN = (
    "bag",
    "box",
    "machine",
    "van",
)  # opened by name: a peer's bag, an access point, a machine, a vehicle
OPENED = (VAN, BAG, BOX, MACHINE)
GIVING = (SHELF, *OPENED)  # accounts that things are given out of
QUARANTINE = "quarantine"  # set aside: a lot that was recalled, nothing is given out of it
MOVABLE = (*GIVING, QUARANTINE)  # stocks of a site that units are moved between
OUTSIDE = (SUPPLIER, GIVEN, RETURNED, DIFFERENCE, WASTE)
KIT = "kit"  # the catalogue's category of what is packed of components: no stock of its own
USED = "used"  # the catalogue's category of what comes back: never delivered, never given
USED_SYRINGE = "USED"  # the ledger's item for what comes back used


def account_id(site_id: uuid.UUID, kind: str) -> uuid.UUID:
    """Return the id of a site's account of this kind: derived, so that no look-up stands in the way of an act."""
    return part_id(site_id, f"account:{kind}")


def check_amount(value: Any, *, least: int = 1, most: int = MOST_AT_ONCE) -> int:
    """Return a whole number within bounds. Raises Refused("bad-amount")."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refused("bad-amount", least=least, most=most)
    return value


@dataclass(frozen=True)
class Line:
    """So many units of an item, of a lot or of no known one. `lot_basis`: `known` was read off the box, `assumed` was not.

    `kit` is the version of a kit; `packed_in` names, as `CODE:version`, the kit that a component was given in.
    """

    item: str
    amount: int
    lot_id: uuid.UUID | None = None
    lot_basis: str = "assumed"
    kit: int = 0
    packed_in: str = ""


@dataclass(frozen=True)
class Move:
    """Units that go from one account to another. `id` follows from the act, so that a repeat makes the same row."""

    id: uuid.UUID
    day: date
    item: str
    lot_id: uuid.UUID | None
    source: uuid.UUID
    target: uuid.UUID
    amount: int

    def reversed(self, act_id: uuid.UUID) -> "Move":
        """Return the movement that takes this one back, as part of another act."""
        return replace(self, id=part_id(act_id, str(self.id)), source=self.target, target=self.source)


def check_lot_code(text: str) -> str:
    """Return a lot's code as it may be kept. Raises Refused("bad-lot")."""
    text = text.strip()
    unseen = any(
        unicodedata.category(symbol) == "Cf" for symbol in text
    )  # what cannot be seen cannot be read off a box
    if not text or len(text) > LONGEST_LOT_CODE or not is_plain(text) or "\n" in text or unseen:
        raise Refused("bad-lot", longest=LONGEST_LOT_CODE)
    return text


def check_expires(expires: date | None, *, day: date) -> None:
    """Refuse a last day of use that is none: long gone, or further ahead than anything here keeps. Raises Refused("bad-expiry")."""
    if expires and not day - LONG_PAST <= expires <= day + LONG_AHEAD:
        raise Refused("bad-expiry")


@dataclass(frozen=True)
class Delivery:
    """Units arrive on a site's shelf, with the lot on the box where the item has one."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    item: str
    amount: int
    lot_code: str = ""
    expires: date | None = None

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body: dict[str, Any] = {"item": self.item, "amount": self.amount, "lot": self.lot_code}
        body |= {"expires": self.expires.isoformat()} if self.expires else {}
        return Stated(self.id, "supplies.receive", 1, self.site_id, self.at, body)

    @property
    def lot_id(self) -> uuid.UUID | None:
        """The lot's id: the same for every box of it, wherever it arrives."""
        return lot_id(self.item, self.lot_code) if self.lot_code else None

    def move(self, day: date) -> Move:
        """Return the movement it makes: from the supplier to the shelf."""
        source, target = account_id(self.site_id, SUPPLIER), account_id(self.site_id, SHELF)
        return Move(part_id(self.id, "receive"), day, self.item, self.lot_id, source, target, self.amount)


LOTS = uuid.UUID("6d1f3c3e-6d0b-4a36-9a0f-3d4c5a0e7a11")  # namespace of lot ids


def lot_id(item: str, code: str) -> uuid.UUID:
    """Return the id of a lot: it follows from item and maker's code, however spaces and letters were typed."""
    return uuid.uuid5(LOTS, f"{item}\x1f{''.join(code.split()).upper()}")


@dataclass(frozen=True)
class Count:
    """A shelf was counted, or a place that was opened: `account` is a kind or an id. `expected` is what the screen showed, `found` what was there.

    Both are stated, so that the correction is their difference: counting and giving commute, whichever arrives first.
    """

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    account: str
    item: str
    lot_id: uuid.UUID | None
    expected: int
    found: int

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body: dict[str, Any] = {
            "account": self.account, "item": self.item, "lot": str(self.lot_id or ""),
            "expected": self.expected, "found": self.found,
        }  # fmt: skip
        return Stated(self.id, "supplies.count", 1, self.site_id, self.at, body)

    @property
    def account_id(self) -> uuid.UUID:
        """The account that was counted."""
        return account_id(self.site_id, self.account) if self.account in INSIDE else uuid.UUID(self.account)

    def move(self, day: date) -> Move | None:
        """Return the correcting movement; None where the count agreed."""
        here, away = self.account_id, account_id(self.site_id, DIFFERENCE)
        difference = self.found - self.expected
        if not difference:
            return None
        source, target = (away, here) if difference > 0 else (here, away)
        return Move(part_id(self.id, "count"), day, self.item, self.lot_id, source, target, abs(difference))


@dataclass(frozen=True)
class ShelfLine:
    """A line of a shelf as a screen showed it: what was expected, and what was found (None where nobody counted)."""

    item: str
    lot_id: uuid.UUID | None
    expected: int
    found: int | None


def counted(shown: Iterable[ShelfLine]) -> list[ShelfLine]:
    """Return the lines that were counted, and those that a count settles.

    What was given without reading its lot stands as a line without lot, below zero. Once every lot of the item was counted,
    nothing of it is elsewhere: that line is zero.
    """
    by_item: dict[str, list[ShelfLine]] = {}
    for line in shown:
        by_item.setdefault(line.item, []).append(line)
    told = []
    for lines in by_item.values():
        lots = [line for line in lines if line.lot_id]
        settles = bool(lots) and all(line.found is not None for line in lots)
        told += [
            replace(line, found=0) if settles and line.found is None else line
            for line in lines
            if settles or line.found is not None
        ]
    return told


def check_count(draft: Count) -> None:
    """Refuse a count that cannot be. Raises Refused: `bad-amount`, `unknown-account`."""
    check_amount(draft.found, least=0)
    check_amount(draft.expected, least=-MOST_AT_ONCE * 1000, most=MOST_AT_ONCE * 1000)
    if draft.account not in INSIDE and parse_id(draft.account) is None:
        raise Refused("unknown-account")


def parse_line(told: Any) -> Line:
    """Read one line of an act's body. Raises Refused: `not-an-act`, `bad-amount`."""
    if not isinstance(told, Mapping) or not set(told) <= {"item", "amount", "lot", "lot_basis", "kit"}:
        raise Refused("not-an-act")
    basis, item, lot = told.get("lot_basis", "assumed"), told.get("item"), told.get("lot")
    if not isinstance(item, str) or basis not in ("known", "assumed"):
        raise Refused("not-an-act")
    try:
        lot_id = uuid.UUID(lot) if lot else None
    except (ValueError, AttributeError, TypeError):
        raise Refused("unknown-lot") from None
    kit = check_amount(told["kit"]) if "kit" in told else 0
    return Line(item, check_amount(told.get("amount")), lot_id, basis, kit)
