"""What may leave the house. Nobody outside this package can make one, and a made one cannot be changed."""

from dataclasses import InitVar, dataclass
from datetime import date
from decimal import Decimal

from handrail.evidence.indicators.definition import Definition
from handrail.evidence.indicators.intervals import Share

__all__ = ["DOOR", "Number", "Published", "Row", "Share"]

DOOR = object()  # held by this package alone; an import contract and a test keep it so


@dataclass(frozen=True)
class Row:
    """One row of a released table: its counts by column, or nothing at all where the row is held back.

    `share` is the first column's part of the row.
    """

    name: str
    counts: tuple[int, ...] = ()
    share: Share | None = None

    @property
    def held_back(self) -> bool:
        """Tell whether the row is kept from the reader: its counts, its sum and every rate of it."""
        return not self.counts

    @property
    def total(self) -> int:
        """The row's sum."""
        return sum(self.counts)


@dataclass(frozen=True)
class Number:
    """One number of a released table: where it stands on each axis ("all" for the whole), or why it is blank. `step`: to what a share is rounded."""

    where: tuple[str, ...]
    value: int | Decimal | None
    why: str = ""
    step: Decimal | None = None


@dataclass(frozen=True)
class Published:
    """A figure that passed the gate, with all that must be printed beside it.

    `period` is a span of the fixed grid, or empty where the source has no dates. `threshold` was in force when it passed.
    `ceiling`: the signed most visits of one person without a code, by which contributors were counted; 0 for none.
    `noise`: how far each number may be moved from what was counted, either way; 0 where none is.
    `axes` and `numbers` are a table's; `retracted` is the day it was taken back, and then it holds no number.
    """

    definition: Definition
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    period: str
    threshold: int
    source: str = ""
    licence: str = ""
    axes: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    by: str = ""
    digest: str = ""
    released: date | None = None
    retracted: date | None = None
    why_retracted: str = ""
    ceiling: int = 0
    noise: int = 0
    door: InitVar[object] = None

    def __post_init__(self, door: object) -> None:
        """Raise TypeError when made anywhere but in release."""
        if door is not DOOR:
            raise TypeError("only handrail.evidence.release makes what is published")

    def row(self, name: str) -> Row:
        """Return a row by name."""
        return next(row for row in self.rows if row.name == name)

    @property
    def blanks(self) -> tuple[Number, ...]:
        """The numbers that are not told."""
        return tuple(number for number in self.numbers if number.value is None)
