"""Questions about amounts: which policy holds, and whether a visit gave more than its law limits."""

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from handrail.core.supplies import queries as stock
from handrail.services.exchange import models

from . import rules


def policy(site_id: uuid.UUID, *, day: date) -> rules.Policy:
    """Return the policy of a day: by need where none was ever set."""
    row = models.Policy.objects.filter(site=site_id, day__lte=day).order_by("-day", "-number").first()
    return rules.Policy(row.basis, row.each, row.plus, row.law) if row else rules.Policy()


def versions(site_id: uuid.UUID) -> list[models.Policy]:
    """Return every version of a site's policy, the latest first."""
    return list(models.Policy.objects.filter(site=site_id).order_by("-day", "-number"))


def gave_more(site_id: uuid.UUID, body: Mapping[str, Any], *, day: date) -> bool:
    """Tell whether a visit's body gave more syringe sets than the law of its day limits. Naloxone, bins, water: never."""
    limit = policy(site_id, day=day).limit(rules.returned(body.get("returned", [])))
    items = stock.items()
    given = sum(one["amount"] * items[one["item"]].counts_as_syringe for one in body.get("given", []))
    return limit is not None and given > limit


def reasons(site_id: uuid.UUID, *, since: date) -> list[tuple[str, int]]:
    """Return why more was given since a day, the most frequent first."""
    rows = models.GaveMore.objects.filter(site=site_id, day__gte=since)
    return Counter(rows.values_list("because", flat=True)).most_common()
