"""What may be asked about people: known or new, and nothing more."""

import uuid
from collections.abc import Collection

from . import models


def is_known(pseudonym: str) -> bool:
    """Tell whether this card has been shown at a visit before."""
    return models.Participant.objects.filter(pseudonym=pseudonym).exists()


def known(pseudonyms: Collection[str]) -> set[str]:
    """Return those of these cards that have been shown at a visit before."""
    return set(models.Participant.objects.filter(pseudonym__in=pseudonyms).values_list("pseudonym", flat=True))


def known_at(site_id: uuid.UUID) -> list[str]:
    """Return the pseudonyms of every card a site knows."""
    return list(models.Participant.objects.filter(site_id=site_id).values_list("pseudonym", flat=True))
