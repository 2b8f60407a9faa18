"""Which room a table belongs to, and which rooms lie below it."""

from django.db.models import Model

CORE_ORDER = ("common", "ui", "journal", "org", "people|supplies", "encounters")
FLOORS = ("core", "services", "evidence", "fronts", "config")
NOUNS = {
    "encounters.encounter": "encounter",
    "people.participant": "participant",
    "people.card": "participant",
    "treatment.client": "client",
    "drugchecking.sample": "sample",
    "drugchecking.benchsample": "sample",
    "supplies.openmovement": "movement",
    "supplies.movement": "movement",
}
ANONYMOUS = frozenset(
    {
        "exchange",
        "naloxone",
        "encounters",
        "people",
        "supplies",
        "drugchecking",
        "consumption",
        "education",
        "referrals",
    }
)


def floor(model: type[Model]) -> str:
    """Return the floor a model stands on; empty for a table of someone else's package."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "handrail" and len(parts) > 2 else ""  # noqa: PLR2004  -- handrail.<floor>.<room>


def room(model: type[Model]) -> str:
    """Return the room a model belongs to: `exchange`, `org`; the app's label for a foreign table."""
    return model.__module__.split(".")[2] if floor(model) else model._meta.app_label


def points_down(source: type[Model], target: type[Model]) -> bool:
    """Tell whether a key from one room's table to another's points down the floors and down core's order."""
    above, below = floor(source), floor(target)
    if above not in FLOORS or below not in FLOORS:
        return False
    if above != below:
        return FLOORS.index(above) > FLOORS.index(below)
    return above == "core" and _rank(room(source)) > _rank(room(target)) and not _never(source, target)


def _rank(name: str) -> int:
    return next((place for place, rooms in enumerate(CORE_ORDER) if name in rooms.split("|")), -1)


def _never(source: type[Model], target: type[Model]) -> bool:
    return (room(source), room(target)) == ("encounters", "supplies")
