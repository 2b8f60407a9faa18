"""What a holder reads of a sample: versioned rules from tests to plain sentences, in English, Spanish and French. Plain Python.

Rule 0: no test ever lowers a hazard already raised. Source: the drug checking reference, section 5.
"""

from .advising import Advice, advice
from .judging import Judgement, hazards, judge
from .readings import (
    CATEGORIES,
    Amount,
    Component,
    Mark,
    Reading,
)
from .saying import LANGUAGES, RULES, Said, say, written_day

__all__ = [
    "CATEGORIES", "LANGUAGES", "RULES", "Advice", "Amount", "Component", "Judgement", "Mark", "Reading", "Said", "advice", "hazards", "judge",
    "say", "written_day",
]  # fmt: skip
