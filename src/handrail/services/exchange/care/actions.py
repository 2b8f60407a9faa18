"""What care writes of a visit: counts by kind. It moves no stock."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Sum

from handrail.core.common.ids import part_id
from handrail.core.encounters import counts
from handrail.core.encounters import queries as encounters
from handrail.core.encounters.parts import Past, Place
from handrail.services.exchange import models

from . import rules

Placed = Sequence[tuple[Place, rules.Care]]


def check(placed: Placed) -> None:
    """Ask nothing: what care is stands in the rules."""


def write(placed: Placed) -> None:
    """Write the care acts of visits."""
    models.CareAct.objects.bulk_create(
        models.CareAct(
            id=part_id(place.act_id, f"care:{kind}"),
            encounter_id=place.encounter_id,
            day=place.day,
            kind=kind,
            amount=amount,
        )
        for place, draft in placed
        for kind, amount in draft.acts
    )


def take_back(place: Place, draft: rules.Care, act_id: uuid.UUID) -> None:
    """Reverse nothing: an encounter that was taken back counts for nothing, and its care with it."""


def fold(past: Past) -> int:
    """Add the care of a month's visits to its counts, and let the rows go; return how many went."""
    at: dict[str, Any] = {"site_id": past.site_id, "day": past.day, "channel": past.channel}
    for ids in counts.in_turn(past.standing):
        rows = models.CareAct.objects.filter(encounter__in=ids).order_by().values_list("kind")
        for kind, total in rows.annotate(total=Sum("amount")):
            counts.add(models.MonthCare, {"amount": total}, **at, kind=kind)
    return sum(models.CareAct.objects.filter(encounter__in=ids).delete()[0] for ids in counts.in_turn(past.encounters))


def by_kind(*, since: date, until: date, site_id: uuid.UUID | None = None) -> dict[str, int]:
    """Return how many of each kind, offered and done apart; site-local days, `until` not included.

    Of months older than 13 months only whole ones are known. Encounters taken back are left out.
    """
    rows = models.CareAct.objects.filter(day__gte=since, day__lt=until, encounter__in=encounters.standing())
    past = counts.within(models.MonthCare.objects.all(), since=since, until=until)
    if site_id:
        rows, past = rows.filter(encounter__site=site_id), past.filter(site=site_id)
    told = dict.fromkeys(rules.KINDS, 0)
    for kind, amount in [*rows.values_list("kind", "amount"), *past.values_list("kind", "amount")]:
        told[kind] += amount
    return {kind: amount for kind, amount in told.items() if amount}
