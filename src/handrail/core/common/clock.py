"""The only place where the clock is read. Edges read it and pass it in; nothing below an edge asks the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present moment, UTC."""
    return datetime.now(UTC)
