"""What a definition of an indicator says."""

from dataclasses import dataclass

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Definition:
    """One indicator. A change to formula, denominator or source is a new version; the old one stays known by its number.

    `not_for` is printed with every figure. `grid`: the finest span it is released by; empty where it is not released as a table.
    `tables`: what a released table may be divided by. `people`: it counts people, each once, so that places are never added.
    `share_of`: it is a share of another indicator's cells (its id, the axis, the node that is the numerator), rounded by the gate.
    `may_be_noised`: its numbers are counts of people or visits, so that noise of a few either way hides one.
    `waits_for`: what must exist before it can be counted here; empty where it is.
    """

    id: str
    version: int
    title: Text
    formula: Text
    unit: Text
    denominator: Text
    source: Text
    missing: Text
    uncertainty: Text
    not_for: Text
    grid: str = ""
    tables: tuple[tuple[str, ...], ...] = ()
    people: bool = False
    share_of: tuple[str, str, str] | None = None
    may_be_noised: bool = False
    waits_for: Text = ""

    @property
    def grids(self) -> tuple[str, ...]:
        """The spans it is released by: weeks alone, or months with the quarters and years that they make."""
        return (self.grid, "quarter", "year") if self.grid == "month" else tuple(filter(None, [self.grid]))

    def __post_init__(self) -> None:
        """Raise ValueError when it does not say what it is not for."""
        if not str(self.not_for).startswith("Not for "):
            raise ValueError(f"{self.id}: a definition says what it is not for")
