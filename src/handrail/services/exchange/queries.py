"""Questions to exchange: where a lot went, what was asked for and not there."""

import uuid
from datetime import date

from django.db.models import Count, Q, Sum

from handrail.core.encounters import queries as encounters
from handrail.core.supplies.recalls import NOT_READ, Went

from . import models


def went(item: str, lot_id: uuid.UUID, since: date | None) -> list[Went]:
    """Return where a lot went, by site, channel and basis; what went out of the item with its lot not read, from `since` on.

    Encounters taken back are left out; so is what is older than 13 months, which is kept as counts without lots.
    """
    rows = models.Line.objects.filter(direction="out", encounter__in=encounters.standing())
    unread = rows.filter(item=item, lot=None, day__gte=since) if since else rows.none()
    told = []
    for found, basis in ((rows.filter(lot=lot_id), None), (unread, NOT_READ)):
        named = found.order_by().values_list("encounter__site__name", "encounter__channel", "lot_basis")
        told += [
            Went(site, channel, basis or read, visits, coded, units)
            for site, channel, read, visits, coded, units in named.annotate(
                visits=Count("encounter", distinct=True),
                coded=Count("encounter", distinct=True, filter=~Q(encounter__person="")),
                total=Sum("amount"),
            )
        ]
    return sorted(told, key=lambda one: (one.site, one.channel, one.basis))


def asked_for(site_id: uuid.UUID, *, since: date, until: date) -> dict[str, int]:
    """Return how often each item was asked for at a site and not there; days there, `until` not included, encounters taken back left out."""
    rows = models.AskedFor.objects.filter(encounter__in=encounters.standing_at(site_id, since=since, until=until))
    return dict(rows.order_by().values_list("what").annotate(times=Count("pk")))
