"""What naloxone judges without looking anything up: units given out at a visit, and what people tell us of its use."""

from .dispensing import CATEGORY, Naloxone, check_products, moves, parse
from .reports import (
    AFTER,
    AGES,
    AMBULANCE,
    ANYONE,
    BREATHS,
    DIED,
    DOSES,
    OK,
    OUTCOMES,
    ROUTES,
    SETTINGS,
    STAFF,
    THOUGHT,
    TOLD_BY,
    WHEN,
    Report,
    Told,
    is_like,
    is_offered,
    likely_same,
    months_back,
    parse_report,
)

__all__ = [
    "AFTER", "AGES", "AMBULANCE", "ANYONE", "BREATHS", "CATEGORY", "DIED", "DOSES", "OK", "OUTCOMES", "ROUTES", "SETTINGS", "STAFF", "THOUGHT",
    "TOLD_BY", "WHEN", "Naloxone", "Report", "Told", "check_products", "is_like", "is_offered", "likely_same", "months_back", "moves", "parse",
    "parse_report",
]  # fmt: skip
