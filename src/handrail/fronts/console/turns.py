"""On which day the daily work last came to its end here: sealing and forgetting. `doctor` asks."""

import json
from datetime import date
from pathlib import Path

from handrail.core.common import home

from . import private

SEALING, FORGETTING = "sealing", "forgetting"


def note(name: str, day: date) -> None:
    """Write down that this work came to its end on this day, whether or not there was anything to do."""
    told, day_told = _read(), day.isoformat()
    if told.get(name) != day_told:
        private.write(_where(), json.dumps(told | {name: day_told}))


def last(name: str) -> date | None:
    """Return the day on which this work last came to its end; None where that was never, or cannot be read."""
    try:
        return date.fromisoformat(_read().get(name, ""))
    except ValueError:
        return None


def _where() -> Path:
    return home.open_home().run / "turns.json"


def _read() -> dict[str, str]:
    try:
        told = json.loads(_where().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(day) for name, day in told.items()} if isinstance(told, dict) else {}
