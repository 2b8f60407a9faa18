"""On which day the daily work last came to its end here: sealing and forgetting. `doctor` asks, and who is not sure of the clock.

The days stand in a file of this machine, not in the data: a copy that is brought back elsewhere knows nothing of them.
"""

import json
from datetime import date, timedelta
from pathlib import Path

from handrail.core.common import home, wrapping

SEALING, FORGETTING = "sealing", "forgetting"
NAME = "turns.json"
LONGEST = timedelta(days=14)  # between two turns: a house that is closed for longer is rarer than a clock that jumped


def note(name: str, day: date) -> None:
    """Write down that this work came to its end on this day, whether or not there was anything to do. Never an earlier one."""
    if day > (last(name) or date.min):
        wrapping.write(_where(), json.dumps(_read() | {name: day.isoformat()}))


def jumped(day: date) -> bool:
    """Tell whether so much time lies between the last turn and this day that somebody should look whether the clock is right."""
    known = [one for one in (last(SEALING), last(FORGETTING)) if one]
    return bool(known) and day - max(known) > LONGEST


def last(name: str) -> date | None:
    """Return the day on which this work last came to its end; None where that was never, or cannot be read."""
    try:
        return date.fromisoformat(_read().get(name, ""))
    except ValueError:
        return None


def _where() -> Path:
    return home.folder() / "run" / NAME


def _read() -> dict[str, str]:
    try:
        told = json.loads(_where().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(day) for name, day in told.items()} if isinstance(told, dict) else {}
