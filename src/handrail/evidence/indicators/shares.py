"""Rates of what is counted here, for staff: exact, of a site or all, for any span."""

import uuid
from datetime import date

from handrail.core.encounters import queries as encounters
from handrail.services.exchange import facts

from . import rates, syringes


def syringes_per_visit(*, since: date, until: date, site_id: uuid.UUID | None = None) -> float:
    """Return sets out per visit with exchange: definition `syringes-per-visit`. Raises NoBasis without a visit."""
    visits = facts.visits_with_exchange(since=since, until=until, site_id=site_id)
    return rates.per(syringes.sets_out(since=since, until=until, site_id=site_id), visits)


def visits_with_code(*, since: date, until: date) -> float:
    """Return percent of visits with a code: definition `visits-with-a-code`. Raises NoBasis without a visit."""
    told = encounters.visits_by_person(since=since, until=until)
    return rates.per(sum(one.visits for one in told if one.person), sum(one.visits for one in told), of=100)


def return_rate(*, since: date, until: date, site_id: uuid.UUID | None = None) -> tuple[float, rates.Returns]:
    """Return percent of sets out that came back, and its terms: definition `return-rate`. Raises NoBasis where nothing went out."""
    told = facts.returned(since=since, until=until, site_id=site_id)
    terms = rates.Returns(said=told.said, counted=told.counted, bins=told.bins, sweeps=told.area)
    return rates.return_rate(terms, sets_out=syringes.sets_out(since=since, until=until, site_id=site_id)), terms
