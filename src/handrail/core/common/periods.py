"""Time as the field keeps it: coarse steps, the site's own day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .refusals import Refused

MINUTES_PER_STEP = 15  # capture step of anonymous rooms: the privacy rules ask for 15 minutes or coarser
MONTHS_A_YEAR = 12
CLOCK_AHEAD = timedelta(minutes=20)  # a device's clock may run ahead this much before its word is doubted
OLDEST = timedelta(days=400)  # ids against double sending are kept 400 days: an older act could be counted twice


def coarse(at: datetime, *, minutes: int = MINUTES_PER_STEP) -> datetime:
    """Round a moment down to its step (15 or 60 minutes), in UTC."""
    at = at.astimezone(UTC)
    return at.replace(minute=at.minute - at.minute % minutes, second=0, microsecond=0)


def site_day(at: datetime, timezone: str) -> date:
    """Return the calendar day it was at the site."""
    return at.astimezone(ZoneInfo(timezone)).date()


def whole_months(since: date, until: date) -> list[date]:
    """Return the first day of each calendar month that lies wholly in a span, `until` not included."""
    first = since if since.day == 1 else _next_month(since)
    found = []
    while (after := _next_month(first)) <= until:
        found.append(first)
        first = after
    return found


def later(day: date, *, months: int) -> date:
    """Return the first of the month that is so many months after a day's (before, where fewer than none)."""
    count = day.year * MONTHS_A_YEAR + day.month - 1 + months
    return date(count // MONTHS_A_YEAR, count % MONTHS_A_YEAR + 1, 1)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def parse_moment(text: object) -> datetime | None:
    """Read an ISO 8601 moment that names its offset; None when it is not one."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment.astimezone(UTC) if moment and moment.tzinfo else None
    except (ValueError, OverflowError):  # a moment at the edge of year 1 or 9999 has no UTC
        return None


def write_moment(at: datetime) -> str:
    """Write a moment in the one form that acts use: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_happened(at: datetime, *, received_at: datetime) -> None:
    """Refuse a moment that cannot be right: ahead of the clock, or older than ids against double sending are kept."""
    if at > received_at + CLOCK_AHEAD:
        raise Refused("date-ahead")
    if at < received_at - OLDEST:
        raise Refused("date-too-old", days=OLDEST.days)
