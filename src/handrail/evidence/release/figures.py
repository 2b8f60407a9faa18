"""The gate: each figure that may leave, with the rule it must pass. Below the threshold it is refused or held back."""

from datetime import date

from handrail.core.common.refusals import Refused
from handrail.evidence.indicators import agreement, catalogue, syringes
from handrail.evidence.indicators.intervals import wilson

from . import thresholds
from .published import DOOR, Published, Row

DECEMBER = 12


def method_agreement() -> Published:
    """Release what FTIR saw where a fentanyl strip reacted, and where it did not, row by row.

    Raises:
        Refused: `nothing-to-publish` before the file is imported, `too-few-to-publish` when every row is held back.
    """
    told, definition = agreement.strip_ftir(), catalogue.STRIP_FTIR_AGREEMENT
    counted = (("reacted", told.reacted), ("did-not-react", told.did_not_react))
    if not any(sum(counts) for _, counts in counted):
        raise Refused("nothing-to-publish")
    threshold = thresholds.in_force(definition.id)
    rows = tuple(_row(name, counts, threshold=threshold) for name, counts in counted)
    if all(row.held_back for row in rows):
        raise Refused("too-few-to-publish")
    return Published(
        definition, ("seen", "not-seen"), rows, period="", threshold=threshold, source=told.source,
        licence=told.licence, door=DOOR,
    )  # fmt: skip


def _row(name: str, counts: tuple[int, ...], *, threshold: int) -> Row:
    """Show a row whole, or hold all of it back: counts, sum and rates.

    With one small cell hidden, the row's sum or a share would give it away; so nothing of the row is told, not even its
    sum, and no column or grand total is ever made. A cell of zero holds the row back too: it tells about a whole group.
    """
    if min(counts) < thresholds.held_back_under(threshold):
        return Row(name)
    return Row(name, counts, wilson(counts[0], sum(counts)))


def syringes_out(month: date, *, today: date) -> Published:
    """Release the sets given out in one calendar month, by the whole programme.

    The grid is fixed: no other span and no single site, so that no two released figures can be subtracted.

    Args:
        month: any day of the month. today: the present day; the month must be over.
    Raises:
        Refused: `period-not-over`, `too-few-to-publish`.
    """
    definition, since = catalogue.SYRINGES_OUT, month.replace(day=1)
    until = date(since.year + since.month // DECEMBER, since.month % DECEMBER + 1, 1)
    if today < until:
        raise Refused("period-not-over")
    threshold = thresholds.in_force(definition.id)
    if syringes.contributors(since=since, until=until) < threshold:
        raise Refused("too-few-to-publish")
    row = Row("all", (syringes.sets_out(since=since, until=until),))
    return Published(definition, ("sets",), (row,), period=f"{since:%Y-%m}", threshold=threshold, door=DOOR)
