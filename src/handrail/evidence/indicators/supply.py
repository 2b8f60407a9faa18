"""The supply as series: positive contributors of all, by substance, stratum and month, as they were known on a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handrail.evidence.surveillance import Series, month_after
from handrail.services.drugchecking import facts

OPIOID, STIMULANT, BENZO, OTHER = (
    "expected opioid",
    "expected stimulant",
    "expected benzodiazepine",
    "expected other or not told",
)
GROUPS: Mapping[str, str] = {
    **dict.fromkeys(("heroin", "fentanyl", "unknown opioid", "down", "opioid", "oxycodone", "opioids"), OPIOID),
    **dict.fromkeys(("cocaine", "crack", "methamphetamine", "amphetamine", "speed", "mdma", "stimulant"), STIMULANT),
    **dict.fromkeys(("diazepam", "alprazolam", "valium", "xanax", "benzodiazepine", "bromazolam"), BENZO),
}  # what was expected, in the words of the open sources; a site's own words come through its table of names
MOST_SERIES = 2_000


@dataclass(frozen=True)
class Supply:
    """The series of one stratum each, and how many samples and contributors they rest on. `unit` says what n counts."""

    series: tuple[Series, ...]
    unit: str


def group(expected: str) -> str:
    """Return the group of what was expected: of several the first that is known, opioids before others."""
    told = {GROUPS.get(one.strip().casefold(), OTHER) for one in expected.split(";")}
    return next(one for one in (OPIOID, STIMULANT, BENZO, OTHER) if one in told)


def of_samples(*, as_of: date, by_source: bool = False, source: str = "", together: str = "") -> Supply:
    """Return series of samples by region and what was expected.

    A contributor is a source, region, day and expectation: samples alike in all four count once, for nobody marked whose they were.

    Args:
        as_of: only what was known on that day.
        by_source: whether the day on which the sample's source knew it counts, not the day on which this house did.
        source: whose samples alone; empty for all. together: the one name that all regions go by; empty to keep them apart.
    """
    brought: dict[tuple[str, date], set[tuple[str, str, date, str]]] = defaultdict(set)
    positive: dict[tuple[str, date, str], set[tuple[str, str, date, str]]] = defaultdict(set)
    last: dict[str, date] = {}
    for one in facts.samples_found(as_of=as_of, by_source=by_source, source=source):
        stratum = f"{together or one.region or 'no region'}, {group(one.expected)}"
        month, who = one.day.replace(day=1), (one.source, one.region, one.day, one.expected)
        brought[stratum, month].add(who)
        last[stratum] = max(one.day, last.get(stratum, one.day))
        for substance in one.substances:
            positive[stratum, month, substance].add(who)
    n = {key: len(who) for key, who in brought.items()}
    k = {key: len(who) for key, who in positive.items()}
    return Supply(tuple(_series(k, n, last, as_of=as_of)), "contributors")


def _series(
    k: Mapping[tuple[str, date, str], int], n: Mapping[tuple[str, date], int], last: Mapping[str, date], *, as_of: date
) -> Iterable[Series]:
    """Yield a series a substance and stratum, from the stratum's first month to the last one that is over."""
    pairs = sorted({(stratum, substance) for stratum, _, substance in k})[:MOST_SERIES]
    for stratum, substance in pairs:
        first = min(month for told, month in n if told == stratum)
        months = list(_months(first, as_of))
        if months:
            yield Series(
                substance, stratum, first, tuple(k.get((stratum, month, substance), 0) for month in months),
                tuple(n.get((stratum, month), 0) for month in months), last_data=last[stratum],
            )  # fmt: skip


def _months(first: date, as_of: date) -> Iterable[date]:
    """Yield the months from the first that were over on a day."""
    month = first
    while month_after(month, 1) <= as_of + timedelta(days=1):
        yield month
        month = month_after(month, 1)


@dataclass(frozen=True)
class Cell:
    """A month of a published table: k of n."""

    substance: str
    stratum: str
    since: date
    until: date
    k: int
    n: int


def of_table(cells: Sequence[Cell], *, as_of: date) -> Supply:
    """Return series of a table that was published by month; it counts samples, whoever brought them."""
    known = [one for one in cells if one.until <= as_of + timedelta(days=1)]
    n = {(one.stratum, one.since): one.n for one in known}
    k = {(one.stratum, one.since, one.substance): one.k for one in known}
    last = {
        one.stratum: max(two.until for two in known if two.stratum == one.stratum and two.n) - timedelta(days=1)
        for one in known
    }
    return Supply(tuple(_series(k, n, last, as_of=as_of)), "samples, not contributors")
