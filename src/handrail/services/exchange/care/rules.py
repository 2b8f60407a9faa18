"""Drafts of care acts. Plain Python.

A result has nowhere to stand: a kind names what was offered or done, its value is how many, and there is no text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handrail.core.common.refusals import Refused

WOUND = ("wound-looked", "wound-dressed", "wound-kit", "wound-sent-on")
TESTS = tuple(f"{test}-{step}" for test in ("hiv", "hcv", "syphilis") for step in ("offered", "done"))
VACCINES = ("vaccine-offered", "vaccine-given")
KINDS = (*WOUND, *TESTS, *VACCINES, "foot", "vein")  # frontline reference, 3.1: CareAct
MOST = 10_000  # of one kind in one act: a tally of a whole day


@dataclass(frozen=True)
class Care:
    """The care of a visit: how many of each kind, in the kinds' own order."""

    acts: tuple[tuple[str, int], ...]


def parse(told: Mapping[str, Any]) -> Care:
    """Make care's part of what was told: `care` is how many by kind. Raises Refused: `not-an-act`, `bad-amount`."""
    care = told["care"]
    if not isinstance(care, Mapping) or not care or not set(care) <= set(KINDS):
        raise Refused("not-an-act")
    for amount in care.values():
        if not isinstance(amount, int) or isinstance(amount, bool) or not 1 <= amount <= MOST:
            raise Refused("bad-amount", least=1, most=MOST)
    return Care(tuple((kind, care[kind]) for kind in KINDS if kind in care))
