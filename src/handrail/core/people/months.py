"""The month pseudonym: what an encounter carries of a card. It joins the visits of one month and no two months.

It is keyed with a key that passes (`month:2026-03`): with the database alone nobody joins a card to it, and 90 days after the
month's last day nobody can.
"""

from datetime import date, timedelta

from handrail.core.common import passing

PERSON_DAYS = 90  # privacy rules 2.5: a pseudonym stands beside a day no longer


def span(day: date) -> str:
    """Return the span whose key makes the pseudonyms of this day's month."""
    return f"month:{day:%Y-%m}"


def last_day(day: date) -> date:
    """Return the last day of a day's month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def person(pseudonym: str, *, day: date, today: date) -> str:
    """Return the month pseudonym of a card on this day; blank when its month's key has ended, or may not be made any more."""
    passed = last_day(day) < today - timedelta(days=PERSON_DAYS)
    key = passing.find(span(day)) if passed else passing.make(span(day))
    return passing.keyed(key, pseudonym) if key else ""


def persons(pseudonym: str) -> dict[str, str]:
    """Return a card's pseudonym in each month that still has a key, by month (`2026-03`)."""
    months = (name.removeprefix("month:") for name in passing.spans() if name.startswith("month:"))
    found = ((month, passing.find(f"month:{month}")) for month in months)
    return {month: passing.keyed(key, pseudonym) for month, key in found if key}
