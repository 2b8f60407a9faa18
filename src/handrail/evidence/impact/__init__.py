"""Impact models: six families that reproduce the published record. Plain Python and NumPy; no Django, no clock, no table.

from pathlib import Path
from handrail.evidence.impact import Scenario, family, run

parameters = family("network-cost-benefit").read(Path("burnet"), Scenario("all"))
result = run(parameters, Scenario("all"), seed=0, draws=0)
"""

from .engine import LABEL, Named, Parameters, Result, Scenario
from .families import FAMILIES, Family, family, run
from .tables import BadInput, Problem

__all__ = [
    "FAMILIES",
    "LABEL",
    "BadInput",
    "Family",
    "Named",
    "Parameters",
    "Problem",
    "Result",
    "Scenario",
    "family",
    "run",
]
