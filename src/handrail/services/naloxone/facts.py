"""What evidence may know of naloxone. Encounters taken back are left out."""

import uuid
from datetime import date

from django.db.models import F, Sum

from handrail.core.encounters import queries as encounters

from . import models


def doses_out(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return naloxone doses given out (units times doses a unit), site-local days, `until` not included. Source: dispenses."""
    rows = models.Dispense.objects.filter(day__gte=since, day__lt=until, encounter__in=encounters.standing())
    rows = rows.filter(encounter__site=site_id) if site_id else rows
    doses: int = rows.aggregate(doses=Sum(F("units") * F("item__doses_per_unit"), default=0))["doses"]
    return doses
