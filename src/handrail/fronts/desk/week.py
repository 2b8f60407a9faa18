"""The week: a worker's own, which nobody else sees; and the site's, with what expires and what was asked for and not there."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handrail.core.common import clock, periods
from handrail.core.encounters import queries as encounters
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import queries as stock
from handrail.evidence.indicators import syringes
from handrail.services.exchange import facts as exchange
from handrail.services.naloxone import facts as naloxone

WEEK, SOON = timedelta(days=7), timedelta(days=60)
TOP = 5
OPEN_TO = "exchange.record"


@dataclass(frozen=True)
class Sum:
    """What one week amounts to. `asked`: what there was none of, the most frequent first, with how often."""

    since: date
    until: date
    visits: int
    sets: int
    doses: int
    asked: list[tuple[str, int]]

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - timedelta(days=1)


@require_safe
@staff
def show(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Show who is signed in their own last week and this one, and the site's. There is no address for anybody else's week."""
    require(request.worker, OPEN_TO, site_id=site_id)
    site = org.site(site_id)
    today = periods.site_day(clock.now(), site.timezone)
    monday = today - timedelta(days=today.weekday())
    spans = ((monday - WEEK, monday), (monday, today + timedelta(days=1)))
    shifts = org.shifts_of(request.worker.id, since=monday - WEEK - timedelta(days=1))
    own = [_own(shifts, site_id, *span) for span in spans]
    told = {
        "site": site, "own": own, "ours": [_ours(site_id, *span) for span in spans],
        "told": naloxone.reports(since=monday - WEEK, until=today + timedelta(days=1), site_id=site_id),
        "expires": _expires(site_id, today), "soon": SOON.days,
    }  # fmt: skip
    return render(request, "desk/week.html", told)


def _own(shifts: set[uuid.UUID], site_id: uuid.UUID, since: date, until: date) -> Sum:
    """Add up what these shifts recorded, by what was stated; nothing of it names a participant."""
    items, visits, sets, doses, asked = stock.items(), 0, 0, 0, Counter[str]()
    for body in encounters.recorded_in(shifts, site_id=site_id, since=since, until=until):
        visits += 1
        sets += sum(one["amount"] * items[one["item"]].counts_as_syringe for one in body.get("given", []))
        doses += sum(one["amount"] * items[one["item"]].doses_per_unit for one in body.get("naloxone", []))
        asked.update(body.get("asked_for", []))
    return Sum(since, until, visits, sets, doses, _named(asked))


def _ours(site_id: uuid.UUID, since: date, until: date) -> Sum:
    span: dict[str, Any] = {"since": since, "until": until, "site_id": site_id}
    visits = encounters.count_span(site_id, since=since, until=until).visits
    return Sum(
        since, until, visits, syringes.sets_out(**span), naloxone.doses_out(**span), _named(exchange.asked_for(**span))
    )


def _named(asked: Counter[str]) -> list[tuple[str, int]]:
    items = stock.items()
    return [(items[what].name if what in items else "", times) for what, times in asked.most_common(TOP)]


def _expires(site_id: uuid.UUID, today: date) -> list[stock.OnShelf]:
    """Return what stands on the shelf and expires soon or has, the first to expire first."""
    rows = [row for row in stock.on_shelf(site_id) if row.balance > 0 and row.expires and row.expires < today + SOON]
    return sorted(rows, key=lambda row: (row.expires or today, row.name))
