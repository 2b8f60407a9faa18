"""The planner's questions. Each has sliders that end where the evidence ends, and answers in sentences, a picture and a table.

A sentence says "modelled" and carries its interval; no sentence of a modelled figure has a causal verb (a test reads every one).
"""

from collections.abc import Mapping

from . import consumption, coverage, naloxone
from .shapes import Answer, Bar, Curves, Plan, Rows, Slider

PLANS: Mapping[str, Plan] = {
    one.name: one for one in (naloxone.PLAN, consumption.PLAN, coverage.HEPATITIS_C, coverage.HIV)
}

__all__ = ["PLANS", "Answer", "Bar", "Curves", "Plan", "Rows", "Slider"]
