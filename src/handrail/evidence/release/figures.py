"""The figure that has no period: what two methods saw in one published file, row by row."""

from handrail.core.common.refusals import Refused
from handrail.evidence.indicators import agreement, defined
from handrail.evidence.indicators.intervals import wilson

from . import thresholds
from .gate.judging import Rule
from .published import DOOR, Published, Row


def method_agreement() -> Published:
    """Release what FTIR saw where a fentanyl strip reacted, and where it did not, row by row.

    Raises:
        Refused: `nothing-to-publish` before the file is imported, `too-few-to-publish` when every row is held back.
    """
    told, definition = agreement.strip_ftir(), defined.STRIP_FTIR_AGREEMENT
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
    if min(counts) < Rule(threshold).hidden_under:
        return Row(name)
    return Row(name, counts, wilson(counts[0], sum(counts)))
