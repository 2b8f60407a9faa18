"""What a window's form says, made into the body of an act. The judgement is the room's: a form only reads fields."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from handrail.core.common import periods
from handrail.core.common.ids import new_id, parse_id, parse_random_id, part_id
from handrail.core.common.refusals import Refused
from handrail.core.encounters import channels
from handrail.core.journal import kinds
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as supplies

PEOPLE = (1, 2, 3, 5, 10, 20)  # "for how many people?"
LONGEST_NUMBER = 12  # characters; far more than any amount has


def whole(text: str, *, least: int = 0) -> int:
    """Read a whole number from a field. Raises Refused("bad-amount") for anything else."""
    text = text.strip()
    if not text.removeprefix("-").isdecimal() or len(text) > LONGEST_NUMBER:
        raise Refused("bad-amount", least=least, most=supplies.MOST_AT_ONCE)
    return int(text)


def frame(posted: Mapping[str, str]) -> tuple[uuid.UUID, datetime]:
    """Read the id and the time a form was made with, so that a lost answer can be sent again. Raises Refused("not-readable")."""
    act_id, at = parse_random_id(posted.get("id")), periods.parse_moment(posted.get("at"))
    if act_id is None or at is None:
        raise Refused("not-readable")
    return act_id, at


def happened(posted: Mapping[str, str], *, received_at: datetime) -> tuple[uuid.UUID, datetime]:
    """Read the same and check that it can have happened then. Raises Refused: `not-readable`, `date-ahead`, `date-too-old`."""
    act_id, at = frame(posted)
    periods.check_happened(at, received_at=received_at)
    return act_id, at


def counts(posted: Mapping[str, str], *, site_id: uuid.UUID, received_at: datetime) -> list[supplies.Count]:
    """Read the lines of a shelf that were counted: fields `found.ITEM:LOT:EXPECTED`, the empty ones left out.

    When every lot of an item was counted, what was given without reading its lot is settled too.

    Each line is an act of its own whose id follows from the form's, so that a form sent twice counts once.

    Raises:
        Refused: `not-readable`, `bad-amount`, `nothing-counted`, and as `happened`.
    """
    act_id, at = happened(posted, received_at=received_at)
    shown = [_shelf_line(name, text) for name, text in sorted(_after("found.", posted).items())]
    counted = supplies.counted(shown)
    if not counted:
        raise Refused("nothing-counted")
    account = posted.get("account", supplies.SHELF)
    return [_count(line, act_id, site_id=site_id, at=periods.coarse(at), account=account) for line in counted]


def moved(posted: Mapping[str, str]) -> tuple[supplies.Line, ...]:
    """Read the lines of a transfer: fields `move.ITEM:LOT`, the empty ones left out. Raises Refused: `bad-amount`, `nothing-moved`."""
    lines = []
    for name, text in sorted(_after("move.", posted).items()):
        if amount := _amount(text):
            item, _, lot = name.rpartition(":")
            lines.append(
                supplies.Line(item, supplies.check_amount(amount), parse_id(lot), "known" if lot else "assumed")
            )
    if not lines:
        raise Refused("nothing-moved")
    return tuple(lines)


def follows(act_id: uuid.UUID, name: str) -> uuid.UUID:
    """Return an id that follows from a form's, so that a form sent twice makes one thing."""
    return part_id(act_id, name)


def _count(
    line: supplies.ShelfLine, act_id: uuid.UUID, *, site_id: uuid.UUID, at: datetime, account: str
) -> supplies.Count:
    own_id = part_id(act_id, f"{line.item}:{line.lot_id or ''}:{line.expected}")
    return supplies.Count(own_id, site_id, at, account, line.item, line.lot_id, line.expected, line.found or 0)


def _shelf_line(name: str, text: str) -> supplies.ShelfLine:
    line, _, expected = name.rpartition(":")
    item, _, lot = line.rpartition(":")
    return supplies.ShelfLine(item, parse_id(lot), whole(expected), whole(text) if text.strip() else None)


@dataclass
class VisitForm:
    """The window's fields as they stand: what was typed stays when it is refused."""

    id: uuid.UUID
    at: datetime
    card: str = ""
    served_for: str = "1"
    amounts: dict[str, str] = field(default_factory=dict)
    lots: dict[str, str] = field(default_factory=dict)
    returned_by: str = "said"
    returned: dict[str, str] = field(default_factory=dict)
    asked_for: list[str] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    care: list[str] = field(default_factory=list)

    @classmethod
    def fresh(cls, now: datetime, where: dict[str, str]) -> "VisitForm":
        """Start a form where we are: nobody, one person, nothing given."""
        return cls(new_id(), periods.coarse(now), where=where)

    @classmethod
    def posted(cls, told: Any) -> "VisitForm":
        """Read a form that was sent, whatever it says. Raises Refused("not-readable") for one without id or time."""
        act_id, at = frame(told)
        return cls(
            act_id, periods.coarse(at), told.get("card", "").strip(), told.get("served_for", "1"),
            _after("give.", told), _after("lot.", told), told.get("returned_by", "said"), _after("returned.", told),
            told.getlist("asked_for"), {"channel": channels.WINDOW} | _after("where.", told),
            told.getlist("care"),
        )  # fmt: skip

    def fill(self, lines: Mapping[str, int]) -> None:
        """Put a preset's amounts in, over what stands there."""
        self.amounts |= {item: str(amount) for item, amount in lines.items()}

    def body(self, *, naloxone: frozenset[str]) -> dict[str, Any]:
        """Make the act's body: only what says something. Raises Refused("bad-amount")."""
        lines = [self._line(item, amount) for item, text in sorted(self.amounts.items()) if (amount := _amount(text))]
        body: dict[str, Any] = {
            "served_for": whole(self.served_for, least=1),
            "given": [line for line in lines if line["item"] not in naloxone],
            "naloxone": [line for line in lines if line["item"] in naloxone],
            "returned": self._returned(),
            "asked_for": sorted(set(self.asked_for)),
            "care": dict.fromkeys(self.care, 1),
        }
        body |= {"card": self.card} if self.card else {}
        body |= {channels.STOP: self.where.get("stop", ""), channels.STOCK: self.where.get("stock", "")}
        return {name: part for name, part in body.items() if part not in ([], "", {})}

    def _line(self, item: str, amount: int) -> dict[str, Any]:
        lot, _, basis = self.lots.get(item, "").partition(":")
        kit = {"kit": stock.kit_versions()[item]} if item in stock.kit_versions() else {}
        return {"item": item, "amount": amount} | kit | ({"lot": lot, "lot_basis": basis or "assumed"} if lot else {})

    def _returned(self) -> list[dict[str, Any]]:
        """Read every way of knowing that was typed, whichever of them is in view."""
        told = {name: _amount(text) for name, text in self.returned.items() if name not in {"bin", "pack"}}
        bin_, pack = self.returned.get("bin", ""), self.returned.get("pack", "")
        lines: list[dict[str, Any]] = [
            {"method": "said", "amount": told.get("said", 0)},
            {"method": "container", "item": bin_, "fill_percent": told.get("fill", 0)},
            {"method": "weight", "gross_g": told.get("gross", 0), "tare_g": told.get("tare", 0)},
            {"method": "counted", "item": pack, "amount": told.get("counted", 0)},
        ]
        return [line for line in lines if any(isinstance(value, int) and value for value in line.values())]

    def draft(self, site_id: uuid.UUID, *, naloxone: frozenset[str], received_at: datetime) -> Any:
        """Make the room's draft, through the same door as a phone's batch.

        Raises:
            Refused: `date-ahead`, `date-too-old`, `not-asked-here`, and what the rooms refuse.
        """
        periods.check_happened(self.at, received_at=received_at)
        kind, body, channel = kinds.kind("window.visit", 1), self.body(naloxone=naloxone), self.channel
        told = set(body) - ({"served_for"} if body["served_for"] == 1 else set())
        channels.check_asks(channel, told)
        named = body | ({"channel": channel} if channel != channels.WINDOW else {})
        return kind.parse(kinds.Envelope(self.id, kind.name, 1, site_id, self.at, named))

    @property
    def channel(self) -> str:
        """The channel that the window stood at."""
        return self.where["channel"]


def _amount(text: str) -> int:
    return whole(text) if text.strip() else 0


def _after(prefix: str, told: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): told[name] for name in told if name.startswith(prefix)}


def day(text: str) -> date | None:
    """Read a date field; None when it is empty. Raises Refused("not-readable")."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused("not-readable") from None


def twice(told: Mapping[str, str], name: str, *, code: str) -> str:
    """Read a secret that is typed twice. Raises Refused(code) when the two differ."""
    if told.get(name, "") != told.get("again", ""):
        raise Refused(code)
    return told.get(name, "")
