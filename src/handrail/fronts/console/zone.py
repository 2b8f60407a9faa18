"""The time zone that this machine is set to."""

import os
from pathlib import Path
from zoneinfo import available_timezones

FALLBACK = "Etc/UTC"
NAMED, LINKED = Path("/etc/timezone"), Path("/etc/localtime")
NO_PLACES = {"localtime", "Factory"}  # names in the database that say nothing


def of_machine() -> str:
    """Return this machine's IANA time zone (TZ, /etc/timezone, where /etc/localtime points), or Etc/UTC."""
    known = available_timezones() - NO_PLACES
    told = (os.environ.get("TZ", "").removeprefix(":"), _named(), _linked())
    return next((name for name in told if name in known), FALLBACK)


def _named() -> str:
    try:
        return NAMED.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        return ""


def _linked() -> str:
    try:
        return str(LINKED.readlink()).partition("/zoneinfo/")[2].removeprefix("posix/")
    except OSError:
        return ""
