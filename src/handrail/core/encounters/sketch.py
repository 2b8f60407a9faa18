"""Distinct people: how many cards came in a month, a quarter or a year, counted once each, also when no visit knows its card any more.

Each site, period and service has a keyed set of its own (ADR 0005): a member is HMAC(the set's passing key, who), so that two
sets cannot be joined. A month's members are made of month pseudonyms, those of quarters and years of the cards themselves, which
only works while the month's key lives: sets are filled once their month is over, long before it ends. When a set's key ends its
members become a number.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.db.models import Count, Model, QuerySet, Sum

from handrail.core.common import passing, periods
from handrail.core.org import queries as org
from handrail.core.people import months
from handrail.core.people import queries as people

from . import counts, models, queries

Row = TypeVar("Row", bound=Model)

ANY = ""  # the service of a set that counts every visit
MONTHS_A_QUARTER = 3
KEPT_MONTHS = 13  # privacy rules 2.5: a quarter's and a year's key ends when the figure is released, or 13 months later


@dataclass(frozen=True)
class Set:
    """One set: a site's, of a period (`2026-03`, `2026-Q1`, `2026`), of a service or any."""

    site_id: uuid.UUID
    period: str
    service: str

    @property
    def span(self) -> str:
        """The span of the key that makes its members."""
        return f"month:{self.period}" if is_month(self.period) else f"sketch:{self.site_id}:{self.period}"

    def member(self, key: bytes, who: str) -> str:
        """Return who (a month pseudonym in a month's set, a card's in others) as a member."""
        return passing.keyed(key, "member", str(self.site_id), self.period, self.service, who)


def is_month(period: str) -> bool:
    """Tell a month from a quarter and a year."""
    return "-" in period and "Q" not in period


def month(day: date) -> str:
    """Return a day's month, as a period."""
    return f"{day:%Y-%m}"


def periods_of(month: str) -> tuple[str, str, str]:
    """Return the periods that a month counts in: itself, its quarter, its year."""
    year, number = month.split("-")
    return month, f"{year}-Q{(int(number) - 1) // MONTHS_A_QUARTER + 1}", year


def span_of(period: str) -> tuple[date, date]:
    """Return a period's first day and the day after its last."""
    year, _, rest = period.partition("-")
    first, length = (int(rest), 1) if is_month(period) else (1, periods.MONTHS_A_YEAR)
    if rest.startswith("Q"):
        first, length = MONTHS_A_QUARTER * (int(rest[1:]) - 1) + 1, MONTHS_A_QUARTER
    return date(int(year), first, 1), periods.later(date(int(year), first, 1), months=length)


Seen = Mapping[str, Mapping[str, set[str]]]  # by month, by month pseudonym: the services that took part


def seen(rows: QuerySet[models.Encounter]) -> Seen:
    """Return who came in which month, and what for, of these encounters."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    told = rows.exclude(person="").order_by().values_list("day", "person", "services").distinct()
    for day, person, services in told:
        found[month(day)][person] |= {ANY, *services.split()}
    return found


def members(site_id: uuid.UUID, rows: QuerySet[models.Encounter], *, only: Collection[str] = ()) -> dict[Set, set[str]]:
    """Return these encounters' members of each set they count in, or of these periods only.

    Who cannot be led back to a card any more counts in the month alone: the sets of quarters and years had them before.
    """
    found: dict[Set, set[str]] = defaultdict(set)
    told = seen(rows.filter(site=site_id))
    cards = _cards(site_id, told) if told else {}
    for one, persons in told.items():
        for period in periods_of(one):
            if only and period not in only:
                continue
            for asked, who in _asked(site_id, period, persons, cards[one]):
                if key := _key(asked):
                    found[asked].add(asked.member(key, who))
    return found


def _asked(
    site_id: uuid.UUID, period: str, persons: Mapping[str, set[str]], cards: Mapping[str, str]
) -> Iterator[tuple[Set, str]]:
    for person, services in persons.items():
        who = person if is_month(period) else cards.get(person)
        if who:
            yield from ((Set(site_id, period, service), who) for service in services)


def _cards(site_id: uuid.UUID, told: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return, by month, which card each month pseudonym belongs to; empty for a month whose key has ended."""
    known, keys = people.known_at(site_id), {one: passing.find(f"month:{one}") for one in told}
    return {one: {passing.keyed(key, card): card for card in known} if key else {} for one, key in keys.items()}


def _key(asked: Set) -> bytes | None:
    """Return a set's key. A month's was made by its visits; a quarter's and a year's is made when it is first asked for."""
    return passing.find(asked.span) if is_month(asked.period) else passing.make(asked.span)


def people_in(period: str, *, site_id: uuid.UUID, service: str = ANY) -> int:
    """Return how many cards, each once, came to a site in a period: what was counted, what the set holds, what visits still tell."""
    since, until = span_of(period)
    asked = Set(site_id, period, service)
    held = set(_held(asked).values_list("id", flat=True))
    rows = queries.standing().filter(day__gte=since, day__lt=until)
    held |= members(site_id, rows, only=(period,)).get(asked, set())
    tally = models.Reached.objects.filter(site=site_id, period=period, service=service).first()
    return len(held) + (tally.people if tally else 0)


def codes(*, since: date, until: date, site_id: uuid.UUID | None = None, service: str = ANY) -> int:
    """Return how many cards, at least, came in a span: of its calendar months the fullest, at each site.

    Of a month that is not wholly in the span only visits that still carry a month pseudonym are known.
    """
    whole = periods.whole_months(since, until)
    rows = _of(queries.standing().filter(day__gte=since, day__lt=until), site_id, service).exclude(person="")
    best: dict[uuid.UUID, int] = defaultdict(int)
    for where, persons in rows.order_by().values_list("site_id").annotate(Count("person", distinct=True)):
        best[where] = persons if len({month(since), month(until - timedelta(days=1))}) == 1 else 0
    for where in [site_id] if site_id else [one.id for one in org.sites()]:
        told = (people_in(month(day), site_id=where, service=service) for day in whole)
        best[where] = max(best[where], *told, 0)
    return sum(best.values())


@dataclass(frozen=True)
class Visits:
    """Visits of a span, and those of them at which a card was shown."""

    visits: int
    coded: int


def visits(*, since: date, until: date, site_id: uuid.UUID | None = None, service: str = ANY) -> Visits:
    """Return how many visits a span had; months that are counts by now, and cards that were taken away, count as whole months."""
    rows = _of(queries.standing().filter(day__gte=since, day__lt=until), site_id, service)
    past = counts.within(_of(models.Month.objects.all(), site_id, service), since=since, until=until)
    taken = models.Reached.objects.filter(period__in=map(month, periods.whole_months(since, until)), service=service)
    taken = taken.filter(site=site_id) if site_id else taken
    return Visits(
        rows.count() + past.aggregate(all=Sum("visits", default=0))["all"],
        rows.exclude(person="").count() + taken.aggregate(all=Sum("visits", default=0))["all"],
    )


def _of(rows: QuerySet[Row], site_id: uuid.UUID | None, service: str) -> QuerySet[Row]:
    rows = rows.filter(site=site_id) if site_id else rows
    return rows.filter(services__contains=service) if service else rows


def periods_kept(site_id: uuid.UUID) -> list[str]:
    """Return the quarters and years whose sets have a key at a site."""
    head = f"sketch:{site_id}:"
    return [span.removeprefix(head) for span in passing.spans() if span.startswith(head)]


def _held(asked: Set) -> QuerySet[models.Member]:
    return models.Member.objects.filter(site=asked.site_id, period=asked.period, service=asked.service)


def ends_on(period: str) -> date:
    """Return the first day on which a period's set has no key any more."""
    last = span_of(period)[1] - timedelta(days=1)
    if is_month(period):
        return last + timedelta(days=months.PERSON_DAYS + 1)
    return periods.later(last, months=KEPT_MONTHS + 1)
