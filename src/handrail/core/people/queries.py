"""What may be asked about people: known or new, and nothing more."""

import uuid
from collections.abc import Collection

from . import models


def is_known(pseudonym: str) -> bool:
    """Tell whether this card has been shown at a visit before."""
    return models.Participant.objects.filter(pseudonym=pseudonym).exists()


def participant_ids(pseudonyms: Collection[str]) -> dict[str, uuid.UUID]:
    """Return the participants of these pseudonyms, by pseudonym."""
    return dict(models.Participant.objects.filter(pseudonym__in=pseudonyms).values_list("pseudonym", "id"))
