"""What was found lately, month by month: each figure passes the threshold or is held back, and no total stands beside its parts.

Only what its source lets anybody pass on is here: open tables and open samples that were imported. A house's own samples leave by
two people, as every other figure does.
"""

import csv
import io
import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.translation import override

from handrail.core.ui.spreadsheet import cell
from handrail.evidence.indicators import defined, supply
from handrail.evidence.indicators.intervals import wilson
from handrail.evidence.surveillance import NOT_MONITORED, PUBLIC, STALE, Series, month_after, run
from handrail.services.drugchecking import facts

from . import thresholds
from .gate.judging import Rule
from .published import DOOR, Number, Published, Row
from .writers import BLANK

MONTHS = 12  # of a group, the latest that have anything
CLOSED_PATTERN = "none stated"  # a licence that says so lets nobody pass it on
WHOLE = "all regions together"
PARTS = ("with", "without")
DEFINITION = defined.SUPPLY_FOUND


@dataclass(frozen=True)
class Group:
    """What was found in one group: a Published a month, the oldest first. `stratum` is where and what was expected.

    `rolled_up`: smaller areas were too small to tell and are together. `state`: what the supply watch can see here, in its word.
    """

    source: str
    licence: str
    stratum: str
    unit: str
    months: tuple[Published, ...]
    state: str
    baseline: int
    needed: int
    last_data: str
    rolled_up: bool

    @property
    def substances(self) -> tuple[str, ...]:
        """What was told in at least one of the months, the most often found first."""
        found: dict[str, int] = defaultdict(int)
        for month in self.months:
            for row in month.rows:
                found[row.name] += row.counts[0] if row.counts else 0
        return tuple(sorted((name for name, k in found.items() if k), key=lambda name: (-found[name], name)))


def found_lately(*, today: date) -> tuple[Group, ...]:
    """Return what was found in open sources, by where and what was expected.

    A month is told once it has been over for a month; a substance's row is told whole, or held back whole: fewer than the threshold
    with it or without it would tell of somebody. Regions are told where every one of them reaches the threshold, else all together.
    """
    return _found(today.replace(day=1), facts.imported_so_far())


@lru_cache(maxsize=4)
def _found(month: date, imported: frozenset[uuid.UUID]) -> tuple[Group, ...]:
    """Compute it once a month and whenever something was imported."""
    if not imported:
        return ()
    as_of = month_after(month, -1)
    groups = [_of_samples(source, licence, as_of=as_of) for source, licence in facts.open_sources()]
    return tuple(one for group in (*groups, _of_tables(as_of=as_of)) for one in group)


def is_open(licence: str) -> bool:
    """Tell whether a licence lets anybody pass the data on."""
    return bool(licence) and not licence.startswith(CLOSED_PATTERN)


def _of_samples(source: str, licence: str, *, as_of: date) -> list[Group]:
    if not is_open(licence):
        return []
    apart = supply.of_samples(as_of=as_of, by_source=True, source=source)
    least = Rule(thresholds.in_force(defined.SUPPLY_FOUND.id)).hidden_under
    small = any(0 < n < least for one in apart.series for n in one.n[-MONTHS:])
    told = supply.of_samples(as_of=as_of, by_source=True, source=source, together=WHOLE) if small else apart
    return _groups(told, source=source, licence=licence, as_of=as_of, rolled_up=small)


def _of_tables(*, as_of: date) -> list[Group]:
    groups: list[Group] = []
    by_source: dict[tuple[str, str], list[supply.Cell]] = defaultdict(list)
    for one in facts.monthly_counts():
        if is_open(one.licence):
            by_source[one.source, one.licence].append(
                supply.Cell(one.substance, one.stratum, one.since, one.until, one.k, one.n)
            )
    for (source, licence), cells in sorted(by_source.items()):
        told = supply.of_table(cells, as_of=as_of)
        groups += _groups(told, source=source, licence=licence, as_of=as_of, rolled_up=False)
    return groups


def _groups(told: supply.Supply, *, source: str, licence: str, as_of: date, rolled_up: bool) -> list[Group]:
    by_stratum: dict[str, list[Series]] = defaultdict(list)
    for one in told.series:
        by_stratum[one.stratum].append(one)
    groups = []
    for stratum, series in sorted(by_stratum.items()):
        last = run(series[:1], rule=PUBLIC, month=series[0].months[-1], as_of=as_of)[0]
        months = [step for step, n in enumerate(series[0].n) if n][-MONTHS:]
        published = tuple(_month(series, step, source=source, licence=licence, stratum=stratum) for step in months)
        groups.append(
            Group(
                source, licence, stratum, told.unit, published, last.state, last.n0, PUBLIC.fewest_baseline,
                str(series[0].last_data or ""), rolled_up,
            )
        )  # fmt: skip
    return groups


def _month(series: list[Series], step: int, *, source: str, licence: str, stratum: str) -> Published:
    threshold = thresholds.in_force(defined.SUPPLY_FOUND.id)
    rows = tuple(_row(one.substance, one.k[step], one.n[step], least=Rule(threshold).hidden_under) for one in series)
    numbers = tuple(
        Number((row.name, part), row.counts[place] if row.counts else None, "" if row.counts else "small")
        for row in rows
        for place, part in enumerate(PARTS)
    )
    return Published(
        defined.SUPPLY_FOUND, PARTS, rows, period=f"{series[0].months[step]:%Y-%m}", threshold=threshold, source=source,
        licence=licence, axes=("found", "part"), numbers=numbers, by=stratum, door=DOOR,
    )  # fmt: skip


def _row(substance: str, k: int, n: int, *, least: int) -> Row:
    """Tell a row whole, or nothing of it: a part under the threshold, or none at all, would tell of a few or of everyone."""
    if min(k, n - k) < least:
        return Row(substance)
    return Row(substance, (k, n - k), wilson(k, n))


def say_state(group: Group) -> str:
    """Say what the supply watch can see in a group."""
    if group.state == NOT_MONITORED:
        return f"not monitored ({group.baseline} of {group.needed})"
    return f"stale (last data {group.last_data})" if group.state == STALE else "monitored"


def lines(groups: tuple[Group, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield a line a number, blanks with their reason, names of the columns first."""
    yield ("source", "licence", "stratum", "period", "found", "with", "without", "low", "high", "why_blank", "not_for")
    not_for = str(DEFINITION.not_for)
    for group in groups:
        for month in group.months:
            for row in month.rows:
                share = row.share
                told: tuple[str | int, ...] = ("", "", "", "", str(BLANK["small"]))
                if share is not None:
                    told = (*row.counts, f"{share.low:.4f}", f"{share.high:.4f}", "")
                yield (group.source, group.licence, group.stratum, month.period, row.name, *told, not_for)


def document(groups: tuple[Group, ...]) -> dict[str, Any]:
    """Return the same as plain values, ready for JSON, with the definition, the threshold and what the watch can see."""
    head, *rest = lines(groups)
    names = [str(name) for name in head]
    states = [
        {"source": one.source, "stratum": one.stratum, "unit": one.unit, "state": say_state(one)} for one in groups
    ]
    return {
        "v": 1, "indicator": DEFINITION.id, "version": DEFINITION.version, "title": str(DEFINITION.title),
        "formula": str(DEFINITION.formula), "uncertainty": str(DEFINITION.uncertainty), "not_for": str(DEFINITION.not_for),
        "threshold": thresholds.in_force(DEFINITION.id), "watch": states,
        "numbers": [dict(zip(names, line, strict=True)) for line in rest],
    }  # fmt: skip


def as_csv(groups: tuple[Group, ...]) -> str:
    """Return every number that is told as CSV, in cells that no spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    with override("en"):
        writer.writerows([cell(one) for one in line] for line in lines(groups))
    return out.getvalue()


def as_json(groups: tuple[Group, ...]) -> str:
    """Return the same as JSON."""
    with override("en"):
        return json.dumps(document(groups), ensure_ascii=False, indent=1)
