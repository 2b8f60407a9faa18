"""Shares through the gate: rounded so that the count behind stays unknown, and checked with all that was printed of the same counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from handrail.core.common.refusals import Refused
from handrail.evidence.indicators import catalogue, exact

from . import freezing, models, thresholds
from .freezing import Frozen
from .gate import judging, rates
from .gate.rates import Rate
from .gate.tables import Key, key_of

Between = tuple[int, int]  # the least and the most that a count can be, to who reads a share of it


@dataclass(frozen=True)
class Shares:
    """Shares by where they stand; why the others are blank; what a reader learns of the counts behind (`between`)."""

    told: Mapping[Key, Rate]
    blank: Mapping[Key, str]
    between: Mapping[Key, Between]


def shares(frozen: Frozen) -> Shares:
    """Return the shares of a frozen period by place, each rounded to the finest step that leaves its numerator the guard band wide.

    A share is blank where its numerator, what is left of its denominator, or the denominator may not be shown themselves.
    """
    share = catalogue.CATALOGUE[frozen.row.indicator].share_of
    assert share is not None
    _, axis, node = share
    rule = thresholds.rule(frozen.row.indicator)
    finest = freezing.table(frozen, exact.axes(frozen.row.indicator))
    judged = judging.judge(finest, rule)
    told: dict[Key, Rate] = {}
    blank: dict[Key, str] = {}
    between: dict[Key, Between] = {}
    others = [one for one in freezing.nodes_of([frozen])[axis] if one != node]
    for key, cell in freezing.table(frozen, (exact.PLACE,)).cells.items():
        part, rest = key_of([*key, (axis, node)]), [key_of([*key, (axis, one)]) for one in others]
        why = next((judged[one].why for one in (part, key, *rest) if one in judged), "")
        rate = (
            None if why or part not in finest.cells else rates.rounded(finest.cells[part].value, cell.value, rule=rule)
        )
        if rate is None:
            blank[key] = why or judging.SMALL
            continue
        told[key] = rate
        between[part] = (rate.low, rate.high)
        if len(rest) == 1:
            between[rest[0]] = (cell.value - rate.high, cell.value - rate.low)
    return Shares(told, blank, between)


def base(frozen: Frozen) -> Frozen:
    """Return the frozen counts that a frozen period's shares are of."""
    share = catalogue.CATALOGUE[frozen.row.indicator].share_of
    assert share is not None
    return freezing.read(models.Snapshot.objects.get(indicator=share[0], period=frozen.row.period))


def between_of(indicator: str, periods: tuple[str, ...]) -> Mapping[Key, Between]:
    """Return what released shares of an indicator let its counts be, retracted ones too."""
    found: dict[Key, Between] = {}
    names = [one.id for one in catalogue.CATALOGUE.values() if one.share_of and one.share_of[0] == indicator]
    rows = models.Snapshot.objects.filter(indicator__in=names, period__in=periods)
    approved = models.Approval.objects.values("release__snapshot")
    for row in rows.filter(pk__in=approved):
        found |= shares(freezing.read(row)).between
    return found


def check(told: Shares) -> Shares:
    """Return shares of which one is told at least. Raises Refused("too-few-to-publish")."""
    if not told.told:
        raise Refused("too-few-to-publish")
    return told
