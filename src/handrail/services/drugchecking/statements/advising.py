"""What the bench reads, and no holder ever does: what to repeat, dilute, confirm. Source: the drug checking reference, section 5."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from .judging import Judgement
from .readings import FTIR, LABORATORY, PANELS, PRODUCTS, Mark, Reading
from .saying import cross_reactors


class Advice(StrEnum):
    """One thing to do at the bench; its words stand with the screens."""

    CONFIRM = "confirm"
    CONFIRM_CONFLICT = "confirm-conflict"
    DILUTE = "dilute-and-repeat"
    CROSS = "mark-cross-reactivity"
    SCAN_BOX = "scan-the-box-and-repeat"
    WAIT = "wait-the-full-time-and-repeat"
    NEW_STRIP = "repeat-with-a-new-strip"
    CHEMIST = "chemist-looks"


def advice(of: Judgement, *, expected: Collection[str] = ()) -> list[Advice]:
    """Return what the bench should do about a sample, each once, in the order of the tests."""
    told = [part for one in of.standing for part in _of_strip(one, of, frozenset(expected))]
    told += [part for panel in PANELS for part in _of_panel(panel, of)]
    return list(dict.fromkeys(told))


def _of_strip(one: Reading, of: Judgement, expected: frozenset[str]) -> Iterator[Advice]:
    if one.mark is Mark.NO_CONTROL:
        yield Advice.NEW_STRIP
    elif one.mark is Mark.FAINT:
        yield Advice.WAIT
    elif one.mark is Mark.DID_NOT_REACT and not one.papered:
        yield Advice.SCAN_BOX
    elif one.mark is Mark.REACTED and cross_reactors(one, of=of, expected=expected):
        yield Advice.DILUTE if PRODUCTS[one.product].cross_from else Advice.CROSS


def _of_panel(panel: str, of: Judgement) -> Iterator[Advice]:
    seen = any(panel in part.panels for part in of.found)
    asked = any(one.method == LABORATORY for one in of.standing)
    if of.strips(panel, Mark.REACTED) and not seen:
        if of.missed_by(LABORATORY, panel):
            yield Advice.CHEMIST
        elif not asked:
            yield Advice.CONFIRM_CONFLICT if of.missed_by(FTIR, panel) else Advice.CONFIRM
    elif seen and of.strips(panel, Mark.DID_NOT_REACT) and not asked:
        yield Advice.CONFIRM_CONFLICT
