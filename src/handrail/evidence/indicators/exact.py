"""Exact cells of what can be released, by definition and span. Nothing here leaves the house."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date

from handrail.core.encounters import queries as encounters
from handrail.core.encounters import sketch
from handrail.core.org import queries as org
from handrail.services.consumption import facts as floor
from handrail.services.exchange import facts as exchange
from handrail.services.naloxone import facts as naloxone

from .parts import Exact, Part, Where, above, cells

PLACE, KIND, CODE, ROUTE, RESPONSE = "place", "kind", "code", "route", "response"
NOT_SAID = "not said"
WITH_CODE, WITHOUT = "with a code", "no code"


def _syringes(since: date, until: date) -> list[Part]:
    told = exchange.given_by_person(since=since, until=until)
    return [Part((one.site,), one.person, one.month, one.visits, one.sets) for one in told if one.sets]


def _supplies(since: date, until: date) -> list[Part]:
    told = exchange.given_by_person(since=since, until=until)
    return [Part((one.site, one.category), one.person, one.month, one.visits, one.units) for one in told]


def _doses(since: date, until: date) -> list[Part]:
    told = naloxone.doses_by_person(since=since, until=until)
    return [Part((one.site,), one.person, one.month, one.visits, one.doses) for one in told]


def _visits(since: date, until: date) -> list[Part]:
    told = encounters.visits_by_person(since=since, until=until)
    return [
        Part((one.site, WITH_CODE if one.person else WITHOUT), one.person, one.month, one.visits, one.visits)
        for one in told
    ]


def _people(since: date, until: date) -> list[Part]:
    told = encounters.visits_by_person(since=since, until=until)
    return [Part((one.site,), one.person, one.month, one.visits, 1) for one in told if one.person]


def _consumption(since: date, until: date) -> list[Part]:
    told = floor.visits_by_person(since=since, until=until)
    return [Part((one.site, one.how or NOT_SAID), one.person, one.month, one.events, one.events) for one in told]


def _overdoses(since: date, until: date) -> list[Part]:
    told = floor.overdoses_by_response(since=since, until=until)
    return [Part((one.site, one.how), one.person, one.month, one.events, one.events) for one in told]


Parts = Callable[[date, date], list[Part]]
SOURCES: Mapping[str, tuple[tuple[str, ...], Parts]] = {
    "syringes-out": ((PLACE,), _syringes),
    "supplies-out": ((PLACE, KIND), _supplies),
    "naloxone-doses-out": ((PLACE,), _doses),
    "visits": ((PLACE, CODE), _visits),
    "visits-with-a-code": ((PLACE, CODE), _visits),  # the cells that its shares are of
    "participants-seen": ((PLACE,), _people),
    "consumption-visits": ((PLACE, ROUTE), _consumption),
    "overdoses": ((PLACE, RESPONSE), _overdoses),
}


def axes(indicator: str) -> tuple[str, ...]:
    """Return by what an indicator's smallest cells are divided."""
    return SOURCES[indicator][0]


def exact(
    indicator: str, *, since: date, until: date, ceiling: int | None = None, regions: Mapping[str, str] | None = None
) -> dict[Where, Exact]:
    """Return every cell of an indicator for a span, site-local days, `until` not included. Sources: the rooms' facts."""
    return cells(SOURCES[indicator][1](since, until), ceiling=ceiling, regions=regions)


def behind(
    indicator: str, *, since: date, until: date, regions: Mapping[str, str] | None = None
) -> dict[Where, set[str]]:
    """Return who stands behind each cell of an indicator: a month pseudonym in its month, or all visits without a code of one smallest cell."""
    found: dict[Where, set[str]] = defaultdict(set)
    for part in SOURCES[indicator][1](since, until):
        for where in above(part.where, regions):
            found[where].add(f"{part.month}:{part.who or '/'.join(part.where)}")
    return dict(found)


def people(period: str) -> dict[Where, Exact]:
    """Return how many people with a code came to each site in a quarter or year (`2026-Q1`, `2026`), each once.

    Source: the keyed sets of encounters (ADR 0005), which know a card across the months whose pseudonyms differ.
    """
    told = {one.name: sketch.people_in(period, site_id=one.id) for one in org.sites()}
    return {(name,): Exact(count, count, 1, 1) for name, count in told.items() if count}
