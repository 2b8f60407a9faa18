"""Drafts and judgements of the sample table. Plain Python.

A fact is recorded as it is told; an unknown stays unknown. Only what cannot be read is refused.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused
from handrail.services.drugchecking import registry
from handrail.services.drugchecking.statements import Amount, Mark
from handrail.services.drugchecking.statements.readings import FTIR, LABORATORY, PRODUCTS, STRIP, STRIPS

KINDS = ("drug", "residue", "used-equipment")
FORMS = ("powder", "crystal", "rock", "pill", "liquid", "plant", "paper", "other")
COLOURS = (
    "white",
    "off-white",
    "beige",
    "brown",
    "black",
    "grey",
    "pink",
    "purple",
    "blue",
    "green",
    "yellow",
    "orange",
    "red",
    "clear",
    "mixed",
)
OVERDOSE = ("not-involved", "involved", "fatal")
INVOLVED = ("involved", "fatal")
PICTURES: Mapping[str, Mark] = {  # what is seen on a strip that competes for the drug: its line goes where the drug is
    "one-line": Mark.REACTED, "two-lines": Mark.DID_NOT_REACT, "faint-line": Mark.FAINT, "no-control": Mark.NO_CONTROL,
}  # fmt: skip
HOW = ("code", "person", "slip")  # a statement is let out to the code, told in person, printed
WHY_WITHDRAWN = ("wrong-bag", "no-control", "failed-box", "misread")
STATES = ("stored", "returned", "destroyed", "consumed", "lost")
GONE = frozenset({"returned", "destroyed", "lost"})  # the bag is not here any more
KITS_ON_A_SHEET = 12
SHEETS_AT_ONCE = 5
LONGEST_TEXT, LONGEST_NOTE, LONGEST_LOT = 60, 400, 40
MOST_LISTED, MOST_COMPONENTS, MOST_SENT = 8, 20, 200
STRONGEST = 1_000_000  # µg/mL: a gram in a millilitre
NONE_NAMED = uuid.UUID(int=0)  # no sample and no test
CODE_LIVES = timedelta(days=90)  # after the last statement that was let out; reference, section 3
NOTED = timedelta(days=395)  # 13 months: then notes, imprint and place go, and the bench number may be used again
LAB_TAKES = timedelta(days=21)  # 2 to 3 weeks; reference, section 6
FIRST_TAKES = timedelta(days=1)  # on site within half an hour; the day after where a table was closed


def noon(at: datetime, timezone: str) -> datetime:
    """Return noon of the site's day: a sample's act tells its day and nothing finer, so that no order is kept anywhere."""
    local = at.astimezone(ZoneInfo(timezone))
    return local.replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass(frozen=True)
class Act:
    """What every act of the table has; `kind` and `body` are what each of them states. `at` is noon of its day."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime

    kind = ""

    @property
    def body(self) -> dict[str, Any]:
        """What is stated, without its frame: only what says something."""
        raise NotImplementedError

    @cached_property
    def stated(self) -> Stated:
        """What was stated."""
        told = {name: part for name, part in self.body.items() if part not in ("", 0, [], None)}
        return Stated(self.id, f"drugchecking.{self.kind}", 1, self.site_id, self.at, told)


@dataclass(frozen=True)
class Kits(Act):
    """Sheets of kits are printed: a label and a slip each. How many is stated; the codes never are."""

    sheets: int = 1
    kind = "print_kits"

    @property
    def body(self) -> dict[str, Any]:
        """How many sheets."""
        return {"sheets": self.sheets}


@dataclass(frozen=True)
class Box(Act):
    """A box of strips is on the table: product, lot and the usual strength of the sample in the water (µg/mL; 0: not known)."""

    panel: str = ""
    product: str = ""
    lot: str = ""
    ug_per_ml: int = 0
    kind = "open_box"

    @property
    def body(self) -> dict[str, Any]:
        """The box."""
        return {"panel": self.panel, "product": self.product, "lot": self.lot, "ug_per_ml": self.ug_per_ml}


@dataclass(frozen=True)
class Intake(Act):
    """Something was brought in. `arrived` (15 minutes or coarser) orders the queue while the day is open; it is not stated."""

    bench: str = ""
    sample_kind: str = ""
    expected: tuple[str, ...] = ()
    form: str = ""
    colour: str = ""
    imprint: str = ""
    place: str = ""
    overdose: str = ""
    note: str = ""
    paper: bool = False
    arrived: datetime | None = field(default=None, compare=False)
    kind = "intake"

    @property
    def body(self) -> dict[str, Any]:
        """What is known of it."""
        return {
            "bench": self.bench, "kind": self.sample_kind, "expected": list(self.expected), "form": self.form, "colour": self.colour,
            "imprint": self.imprint, "place": self.place, "overdose": self.overdose, "note": self.note, "paper": int(self.paper),
        }  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """A component that an instrument saw. Amounts in tenths of a per cent; 0: not measured."""

    substance: str
    amount: Amount
    percent_tenths: int = 0
    give_or_take_tenths: int = 0

    @property
    def body(self) -> dict[str, Any]:
        """The component as it is stated."""
        told: dict[str, Any] = {"substance": self.substance, "amount": self.amount.value}
        if self.percent_tenths:
            told |= {"percent_tenths": self.percent_tenths, "give_or_take_tenths": self.give_or_take_tenths}
        return told


@dataclass(frozen=True)
class Test(Act):
    """One method was applied once to a sample. A strip names its `picture`; an instrument what it saw, none for nothing known."""

    sample_id: uuid.UUID = NONE_NAMED
    method: str = STRIP
    panel: str = ""
    picture: str = ""
    product: str = ""
    lot: str = ""
    ug_per_ml: int = 0
    seen: tuple[Seen, ...] = ()
    instrument: str = ""
    kind = "test"

    @property
    def mark(self) -> Mark | None:
        """What the picture means; None for an instrument."""
        return PICTURES.get(self.picture)

    @property
    def body(self) -> dict[str, Any]:
        """The test."""
        return {
            "sample": str(self.sample_id), "method": self.method, "panel": self.panel, "picture": self.picture, "product": self.product,
            "lot": self.lot, "ug_per_ml": self.ug_per_ml, "seen": [one.body for one in self.seen], "instrument": self.instrument,
        }  # fmt: skip


@dataclass(frozen=True)
class Withdraw(Act):
    """A test is taken back because it was wrong, never because a later one said otherwise."""

    test_id: uuid.UUID = NONE_NAMED
    why: str = ""
    kind = "withdraw_test"

    @property
    def body(self) -> dict[str, Any]:
        """Which, and why."""
        return {"test": str(self.test_id), "why": self.why}


@dataclass(frozen=True)
class Tell(Act):
    """The statement of these tests is let out: to the code, told in person, printed."""

    sample_id: uuid.UUID = NONE_NAMED
    how: str = "code"
    tests: tuple[uuid.UUID, ...] = ()
    kind = "tell"

    @property
    def body(self) -> dict[str, Any]:
        """Which tests, and how."""
        return {"sample": str(self.sample_id), "how": self.how, "tests": sorted(map(str, self.tests))}


@dataclass(frozen=True)
class Handle(Act):
    """What became of a sample itself. Never by whom and for whom."""

    sample_id: uuid.UUID = NONE_NAMED
    state: str = ""
    note: str = ""
    kind = "handle"

    @property
    def body(self) -> dict[str, Any]:
        """What became of it."""
        return {"sample": str(self.sample_id), "state": self.state, "note": self.note}


@dataclass(frozen=True)
class Send(Act):
    """Samples go to a laboratory together. The list carries bench numbers, never a code."""

    laboratory: str = ""
    samples: tuple[uuid.UUID, ...] = ()
    kind = "send"

    @property
    def body(self) -> dict[str, Any]:
        """Where to, and which."""
        return {"laboratory": self.laboratory, "samples": sorted(map(str, self.samples))}


def one_of(told: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    """Return a word of a closed list, or blank where nothing was told. Raises Refused("not-an-act")."""
    value = told.get(name, "")
    if value != "" and value not in known:
        raise Refused("not-an-act")
    return str(value)


def text(told: Mapping[str, Any], name: str, *, longest: int = LONGEST_TEXT) -> str:
    """Return a text on one line (a note on several), trimmed. Raises Refused("not-an-act")."""
    value = told.get(name, "")
    if not isinstance(value, str) or len(value) > longest or not is_plain(value):
        raise Refused("not-an-act")
    return value.strip()


def number(told: Mapping[str, Any], name: str, *, most: int) -> int:
    """Return a whole number from 0 on, 0 where nothing was told. Raises Refused("bad-amount")."""
    value = told.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise Refused("bad-amount", least=0, most=most)
    return value


def identifier(told: Mapping[str, Any], name: str) -> uuid.UUID:
    """Return an id. Raises Refused("not-an-act")."""
    found = parse_id(told.get(name))
    if found is None:
        raise Refused("not-an-act")
    return found


def identifiers(told: Mapping[str, Any], name: str, *, most: int) -> tuple[uuid.UUID, ...]:
    """Return ids, each once. Raises Refused("not-an-act")."""
    value = told.get(name, [])
    if not isinstance(value, list | tuple) or len(value) > most:
        raise Refused("not-an-act")
    found = [parse_id(one) for one in value]
    if None in found:
        raise Refused("not-an-act")
    return tuple(dict.fromkeys(one for one in found if one))


def slugs(told: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return slugs of substances, known or not: what somebody expected is what they said. Raises Refused("not-an-act")."""
    value = told.get(name, [])
    if not isinstance(value, list | tuple) or len(value) > MOST_LISTED:
        raise Refused("not-an-act")
    if not all(isinstance(one, str) and len(one) <= LONGEST_TEXT and registry.SLUG.fullmatch(one) for one in value):
        raise Refused("not-an-act")
    return tuple(dict.fromkeys(value))


def seen(told: Mapping[str, Any]) -> tuple[Seen, ...]:
    """Return what an instrument saw. Raises Refused: `not-an-act`, `bad-amount`."""
    value = told.get("seen", [])
    if not isinstance(value, list | tuple) or len(value) > MOST_COMPONENTS:
        raise Refused("not-an-act")
    return tuple(map(_seen, value))


def _seen(told: Any) -> Seen:
    if not isinstance(told, Mapping):
        raise Refused("not-an-act")
    substance = slugs({"one": [told.get("substance")]}, "one")[0]
    amount = one_of(told, "amount", tuple(Amount)) or Amount.SOME
    percent = number(told, "percent_tenths", most=1000)
    return Seen(substance, Amount(amount), percent, number(told, "give_or_take_tenths", most=1000))


def check_test(test: Test) -> Test:
    """Return a test that says something: a strip its panel and picture, an instrument no picture. Raises Refused("not-an-act").

    A product that is not known, or is made for another panel, is left out: the reading then says what it says without paperwork.
    """
    is_strip = test.method == STRIP
    fits = (
        test.panel in STRIPS and test.picture in PICTURES and not test.seen
        if is_strip
        else not test.panel and not test.picture
    )
    if test.method not in (STRIP, FTIR, LABORATORY) or not fits:
        raise Refused("not-an-act")
    return test


def fits_product(panel: str, product: str) -> bool:
    """Tell whether a product is made for a panel; an unknown brand fits any."""
    return product == "" or (product in PRODUCTS and PRODUCTS[product].panel == panel)


def expect_by(day: date, *, sent: date | None) -> date:
    """Return the day by which a result is likely: of a laboratory where it was sent there, else of the table."""
    return sent + LAB_TAKES if sent else day + FIRST_TAKES


def is_over(last_told: date | None, *, pending: bool, today: date) -> bool:
    """Tell whether a code has ended: 90 days after the last statement, never while a test is pending or nothing was told yet."""
    return last_told is not None and not pending and today > last_told + CODE_LIVES
