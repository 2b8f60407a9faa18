"""What writes naloxone's rows."""

from .dispensing import check, fold, take_back, write
from .reports import PERMISSION, forget_reports, record_report

__all__ = ["PERMISSION", "check", "fold", "forget_reports", "record_report", "take_back", "write"]
