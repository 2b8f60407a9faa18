"""Internal, not released: figures of a period that is not over, for staff; and what is taken out, for a reason that the journal keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org.permissions import require
from handrail.evidence.indicators import catalogue, exact, parts
from handrail.evidence.indicators.definition import Definition

from . import layout, rules
from .gate import calendar
from .published import Number

SEE, SO_FAR = "indicators.see", "figures-so-far"
NEEDS: Mapping[str, str] = {  # what may be taken out, and what one must be allowed to do there
    "shelf": "supplies.see",
    SO_FAR: SEE,
    "history": "evidence.export",
}


@journal.one_act
def take_out(draft: rules.TakeOut, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Note that a worker takes figures out that were not released, before they get them.

    Raises:
        Refused: `not-allowed`, `unknown-export`, `why-needed` without one of the reasons.
    """
    if known := journal.seen(draft.stated):
        return known
    if draft.what not in NEEDS:
        raise Refused("unknown-export", kinds=", ".join(sorted(NEEDS)))
    require(by, NEEDS[draft.what], site_id=draft.site_id)
    if draft.why not in rules.TAKEN_FOR:
        raise Refused("why-needed")
    return journal.enter(draft.stated, by=by, day=received_at.date())


@dataclass(frozen=True)
class SoFar:
    """An open period's exact figures. Preliminary: they still change, and they can never become a release."""

    definition: Definition
    period: str
    axes: tuple[str, ...]
    numbers: tuple[Number, ...]

    @property
    def grid(self) -> layout.Grid:
        """The figures as rows and columns."""
        return layout.lay_out(self.axes, self.numbers, unit=str(self.definition.unit))


def so_far(indicator: str, by: tuple[str, ...], *, worker: Worker, today: date) -> SoFar:
    """Return the figures of the span of an indicator's grid that today lies in, small ones too.

    Raises:
        Refused: `not-allowed` without the right to see indicators everywhere, `unknown-indicator`.
    """
    require(worker, SEE, site_id=None)
    definition = catalogue.CATALOGUE.get(indicator)
    if definition is None or by not in definition.tables or definition.share_of:
        raise Refused("unknown-indicator")
    period = calendar.around(today, definition.grid)
    names = exact.axes(indicator)
    cells = exact.exact(indicator, since=period.since, until=period.until)
    numbers = [
        Number(tuple(node for axis, node in zip(names, where, strict=True) if axis in by), cell.value)
        for where, cell in sorted(cells.items())
        if all(node == parts.WHOLE for axis, node in zip(names, where, strict=True) if axis not in by)
        and not (definition.people and parts.WHOLE in where)  # people of two places are never added
    ]
    return SoFar(definition, period.name, by, tuple(numbers))
