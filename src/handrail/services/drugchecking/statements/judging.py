"""From readings to a judgement: a category for each panel and substance, and the hazards that are raised.

Hazards are the union of what each reading raises, and a category is the highest that any reading gives: so Rule 0 holds however
many tests follow, in whatever order. Nothing here subtracts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .readings import (
    FTIR,
    FTIR_SEES,
    LABORATORY,
    PANELS,
    STRIP,
    Amount,
    Category,
    Component,
    Mark,
    Reading,
)

BASIS: Mapping[Mark, Category] = {Mark.REACTED: Category.LIKELY, Mark.FAINT: Category.INDETERMINATE}


@dataclass(frozen=True)
class Judgement:
    """What all standing readings of one sample amount to.

    `panels`: each panel's category. `found`: what instruments named, strongest telling first. `hazards`: ids of what must be said.
    """

    panels: Mapping[str, Category]
    found: tuple[Component, ...]
    hazards: frozenset[str]
    standing: tuple[Reading, ...]
    withdrawn: tuple[Reading, ...]

    def strips(self, panel: str, *marks: Mark) -> list[Reading]:
        """Return the standing strips of a panel with one of these marks."""
        return [one for one in self.standing if one.method == STRIP and one.panel == panel and one.mark in marks]

    def missed_by(self, method: str, panel: str) -> bool:
        """Tell whether a method could see the panel, was applied, and never saw it."""
        of = [one for one in self.standing if one.method == method and panel in _could_see(one)]
        return bool(of) and not any(panel in part.panels for one in of for part in one.components)


def judge(readings: Sequence[Reading]) -> Judgement:
    """Judge a sample's readings, in any order."""
    standing = tuple(one for one in readings if not one.withdrawn)
    panels = {panel: max((_category(one, panel) for one in standing), default=Category.NOT_TESTED) for panel in PANELS}
    withdrawn = tuple(one for one in readings if one.withdrawn)
    return Judgement(panels, _found(standing), hazards(standing), standing, withdrawn)


def hazards(readings: Iterable[Reading]) -> frozenset[str]:
    """Return the ids of every hazard that standing readings raise: a panel, or a substance of one."""
    return frozenset(hazard for one in readings if not one.withdrawn for hazard in _raised(one))


def _raised(reading: Reading) -> Iterable[str]:
    if reading.method == STRIP:
        return {reading.panel} if reading.mark in BASIS else set()
    return {hazard for part in reading.components if part.panels for hazard in (*part.panels, part.substance)}


def _category(reading: Reading, panel: str) -> Category:
    if reading.method == STRIP:
        return _of_strip(reading) if reading.panel == panel else Category.NOT_TESTED
    told = [_of_component(part, reading.method) for part in reading.components if panel in part.panels]
    unseen = Category.NOT_DETECTED if panel in _could_see(reading) else Category.NOT_TESTED
    return max(told, default=unseen)


def _of_strip(reading: Reading) -> Category:
    """Judge a strip. Without its paperwork a reaction stays what it is; only a strip that did not react says less."""
    if reading.mark is Mark.DID_NOT_REACT:
        return Category.NOT_DETECTED if reading.papered else Category.INDETERMINATE
    return BASIS.get(reading.mark, Category.NOT_TESTED) if reading.mark else Category.NOT_TESTED


def _of_component(part: Component, method: str) -> Category:
    if part.members:
        return Category.ISOMER
    traced = part.amount is Amount.TRACE and method != LABORATORY
    return Category.TRACE if traced else Category.DETECTED


def _could_see(reading: Reading) -> frozenset[str]:
    """Return the panels an instrument's reading can speak of; a method that cannot see one was no test for it."""
    return reading.looked_for & FTIR_SEES if reading.method == FTIR else reading.looked_for


def _found(standing: Sequence[Reading]) -> tuple[Component, ...]:
    """Return each substance once, as the method that knows most told it: a laboratory before the table's machine, the later day first."""
    best: dict[str, Component] = {}
    for one in sorted(standing, key=lambda one: (one.method == LABORATORY, one.day)):
        best |= {part.substance: part for part in one.components}
    order = list(Amount)
    return tuple(sorted(best.values(), key=lambda part: (order.index(part.amount), part.name)))
