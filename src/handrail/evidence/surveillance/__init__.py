"""Watch series of counts and shares for a change. Plain NumPy and SciPy; no Django, no clock, no table.

from datetime import date
from handrail.evidence.surveillance import PUBLIC, Series, run

series = Series("xylazine", "expected opioid", date(2022, 1, 1), k=(2, 12, 9), n=(9, 42, 42))
run([series], rule=PUBLIC, month=date(2022, 3, 1))
"""

from .betabinomial import tail
from .casemix import CaseMix, case_mix
from .cusum import cusum
from .ears import Alarms, ears
from .farrington import Settings, farrington_flexible
from .judging import MONITORED, NOT_MONITORED, STALE, Judgement, Series, adjusted, interval, judge, month_after, run
from .rule import BUDGET_A_YEAR, PUBLIC, REFERENCE, RULES, Rule

__all__ = [
    "BUDGET_A_YEAR",
    "MONITORED",
    "NOT_MONITORED",
    "PUBLIC",
    "REFERENCE",
    "RULES",
    "STALE",
    "Alarms",
    "CaseMix",
    "Judgement",
    "Rule",
    "Series",
    "Settings",
    "adjusted",
    "case_mix",
    "cusum",
    "ears",
    "farrington_flexible",
    "interval",
    "judge",
    "month_after",
    "run",
    "tail",
]
