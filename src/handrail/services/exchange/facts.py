"""What evidence may know of exchange. Each column names its unit; encounters taken back are left out."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from handrail.core.encounters import counts, sketch
from handrail.core.encounters import queries as encounters
from handrail.core.org import queries as org
from handrail.core.supplies import queries as stock

from . import models
from .care import actions as care
from .returns import queries as returns


@dataclass(frozen=True)
class ItemOut:
    """Units of one item given out in a span. `counts_as_syringe`: sets in one unit (0 or 1)."""

    item: str
    category: str
    counts_as_syringe: int
    units: int


def items_out(*, since: date, until: date, site_id: uuid.UUID | None = None) -> list[ItemOut]:
    """Return units given out by item, site-local days, `until` not included.

    Of months older than 13 months only whole ones are known. Source: exchange lines, direction out, and the months' counts.
    """
    told: dict[tuple[str, str, int], int] = defaultdict(int)
    for rows, amount in (
        (_standing(since=since, until=until, site_id=site_id), "amount"),
        (_counted(since=since, until=until, site_id=site_id), "units"),
    ):
        given = rows.filter(direction="out").order_by()
        for *item, units in given.values_list(*ITEM).annotate(total=Sum(amount)):
            told[tuple(item)] += units
    return [ItemOut(*item, units) for item, units in sorted(told.items())]


ITEM = ("item_id", "item__category", "item__counts_as_syringe")


@dataclass(frozen=True)
class Given:
    """What one contributor was given of one category at one site in one month: visits that held it, units, syringe sets.

    `person` is the month pseudonym, blank for visits without a code (all of them together) and once retention has taken it.
    """

    site: str
    category: str
    person: str
    month: str
    visits: int
    units: int
    sets: int


def given_by_person(*, since: date, until: date) -> list[Given]:
    """Return what was given out by site, category, person and month; site-local days, `until` not included. Source: exchange lines, direction out."""
    rows = _standing(since=since, until=until, site_id=None).filter(direction="out")
    told = rows.annotate(month=TruncMonth("day")).values_list(
        "encounter__site__name", "item__category", "encounter__person", "month"
    ).annotate(
        visits=Count("encounter", distinct=True), units=Sum("amount"), sets=Sum(F("amount") * F("item__counts_as_syringe"))
    )  # fmt: skip
    return [Given(site, category, person, f"{month:%Y-%m}", *rest) for site, category, person, month, *rest in told]


@dataclass(frozen=True)
class Returned:
    """Syringes that came back, by how it is known.

    `said`: as people said, and no weighed bin has replaced it. `counted`: unopened packs. `bins`: weighed site bins and people's own
    containers, by the programme's calibration. `area`: community bins, sweeps, needles that were found. `less`, `more`: by how
    much the estimates among them may be too high, too low.
    """

    said: int
    counted: int
    bins: int
    area: int
    less: int
    more: int


def returned(*, since: date, until: date, site_id: uuid.UUID | None = None) -> Returned:
    """Return what came back in a span; site-local days, `until` not included. Source: `returns.queries.came_back`."""
    sites = [site_id] if site_id else [one.id for one in org.sites()]
    told: dict[str, int] = defaultdict(int)
    for one in sites:
        for term in returns.came_back(since=since, until=until, site_id=one):
            told[term.way] += term.value
            told["less"] += term.value - (term.value if term.low is None else term.low)
            told["more"] += (term.value if term.high is None else term.high) - term.value
    bins = told["bin"] + told["weight"] + told["container"]
    return Returned(told["said"], told["counted"], bins, told["area"], told["less"], told["more"])


def asked_for(*, since: date, until: date, site_id: uuid.UUID) -> Counter[str]:
    """Return how often each thing was asked for at a site that had none of it; `until` not included. Source: requests of standing visits."""
    rows = models.AskedFor.objects.filter(day__gte=since, day__lt=until, encounter__site=site_id)
    return Counter(rows.filter(encounter__in=encounters.standing()).values_list("what", flat=True))


def visits_with_exchange(*, since: date, until: date, site_id: uuid.UUID | None = None) -> int:
    """Return how many encounters exchange took part in. Source: encounters, service mark."""
    return sketch.visits(since=since, until=until, site_id=site_id, service="exchange").visits


def contributors(*, since: date, until: date, site_id: uuid.UUID | None = None) -> tuple[int, int]:
    """Return (distinct codes, visits without a code) of the span: what a release may count as contributors.

    Codes are counted once a calendar month; of several months the fullest counts. Source: encounters, and their keyed sets.
    """
    told = sketch.visits(since=since, until=until, site_id=site_id, service="exchange")
    return sketch.codes(since=since, until=until, site_id=site_id, service="exchange"), told.visits - told.coded


def _standing(*, since: date, until: date, site_id: uuid.UUID | None) -> QuerySet[models.Line]:
    rows = models.Line.objects.filter(encounters.is_standing("encounter_id"), day__gte=since, day__lt=until)
    return rows.filter(encounter__site=site_id) if site_id else rows


def _counted(*, since: date, until: date, site_id: uuid.UUID | None) -> QuerySet[models.Month]:
    rows = counts.within(models.Month.objects.all(), since=since, until=until)
    return rows.filter(site=site_id) if site_id else rows


def sets_out(*, since: date, until: date, site_id: uuid.UUID) -> int:
    """Return a site's syringe sets given out in a span, in one sum over its visits' index. Source: exchange lines, direction out."""
    counts = {code: item.counts_as_syringe for code, item in stock.items().items() if item.counts_as_syringe}
    rows = models.Line.objects.filter(encounter__in=encounters.standing_at(site_id, since=since, until=until))
    told = rows.filter(direction="out", item__in=list(counts)).values_list("item").annotate(units=Sum("amount"))
    return sum(units * counts[code] for code, units in told)


def sets_by_encounter(*, since: date, until: date, site_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Return syringe sets given out at each encounter of a site that had some. Source: exchange lines, direction out."""
    rows = models.Line.objects.filter(encounter__in=encounters.standing_at(site_id, since=since, until=until))
    rows = rows.filter(direction="out", item__counts_as_syringe__gt=0)
    return dict(rows.values_list("encounter").annotate(sets=Sum(F("amount") * F("item__counts_as_syringe"))))


def care_acts(*, since: date, until: date, site_id: uuid.UUID | None = None) -> dict[str, int]:
    """Return care acts by kind, offered and done apart; site-local days, `until` not included. Never what a test showed. Source: care acts, and the months' counts."""
    return care.by_kind(since=since, until=until, site_id=site_id)
