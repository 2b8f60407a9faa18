"""An erasure, as far as the journal goes: open acts lose the person, sealed ones of that site all of theirs."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from handrail.core.common import periods
from handrail.core.common.canonical import canonical

from . import kinds, retention
from .holds import Scope
from .links import Run
from .models import ExpiringPerson, OpenEntry, SealedEntry

EVER = date.max - timedelta(days=1)


def forget_persons(run: Run, site: str, persons: Collection[str], *, upto: datetime, kept: Sequence[Scope]) -> None:
    """Take these month pseudonyms out of a site's acts up to a moment, outside what a hold keeps.

    A sealed act cannot lose its person alone: the gap would tell which acts were one person's. So all persons of the site end,
    in every day at once; nothing but a replay's comparison ever reads them.
    """
    for row in _open(site, persons):
        told = json.loads(row.stated)
        at, whose = periods.parse_moment(told["at"]), told["body"].get("person")
        if whose in persons and at and at <= upto and not any(one.covers(site, row.day) for one in kept):
            del told["body"]["person"]
            run.count("open", OpenEntry.objects.filter(pk=row.pk).update(stated=canonical(told)))
    if _holds(site, persons, upto=upto, kept=kept):
        retention.end_parts(run, retention.PERSON, before=EVER, kept=kept, site=site)


def _open(site: str, persons: Collection[str]) -> list[OpenEntry]:
    rows = OpenEntry.objects.filter(journal=kinds.ANONYMOUS, site=site)
    return [row for person in persons for row in rows.filter(stated__contains=f'"person":"{person}"')]


def _holds(site: str, persons: Collection[str], *, upto: datetime, kept: Sequence[Scope]) -> bool:
    """Tell whether a sealed act of that time, which no hold keeps, still has one of these persons."""
    told = ExpiringPerson.objects.filter(text__in=[canonical({"person": person}) for person in persons])
    rows = SealedEntry.objects.filter(id__in=told.values("id"), site=site, day__lte=upto.date() + timedelta(days=1))
    return any(not any(one.covers(site, day) for one in kept) for day in rows.values_list("day", flat=True))
