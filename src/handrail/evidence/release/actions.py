"""Draft a release, let it out by a second person, take it back. Each is entered in the confidential journal."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from handrail.core import journal
from handrail.core.common.canonical import canonical
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org.permissions import require
from handrail.evidence.indicators import catalogue, exact

from . import ceilings, freezing, linking, models, rules, sharing, thresholds
from .gate import calendar, noise
from .gate.tables import Key, key_of

DRAFT, APPROVE = "release.draft", "release.approve"


@journal.one_act
def draft_release(draft: rules.NewRelease, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Freeze a period and draft its table: what can be shown, what cannot and why. Nothing leaves yet.

    Raises:
        Refused: `unknown-indicator`, `no-noise-here` for amounts, `unknown-period`, `period-not-over` for a preliminary one, `released-before`,
            and as `ledger.pass_gate`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, DRAFT, site_id=None)
    today = received_at.date()
    period = check(draft, today=today)
    frozen = freezing.freeze(draft.indicator, period, today=today)
    document = cut(frozen, draft.by, noised=draft.noise)
    entry = journal.enter(draft.stated, by=by, day=today)
    text = canonical(document)
    models.Release.objects.create(
        id=draft.id, snapshot=frozen.row, by=",".join(draft.by), day=today, document=text,
        digest=hashlib.sha256(text.encode()).hexdigest(), drafted_by=str(by.id), drafted_in=session,
    )  # fmt: skip
    return entry


def check(draft: rules.NewRelease, *, today: date) -> calendar.Period:
    """Return the period of a release that may be drafted. Raises Refused as `draft_release`."""
    definition = catalogue.CATALOGUE.get(draft.indicator)
    if definition is None or draft.by not in definition.tables:
        raise Refused("unknown-indicator")
    if draft.noise and not definition.may_be_noised:
        raise Refused("no-noise-here")
    period = calendar.period(draft.period)
    if period.level not in definition.grids:
        raise Refused("unknown-period")
    if not period.is_over(today):
        raise Refused("period-not-over")
    of_it = models.Release.objects.filter(snapshot__indicator=draft.indicator, snapshot__period=draft.period)
    if of_it.filter(by=",".join(draft.by), pk__in=models.Approval.objects.values("release")).exists():
        raise Refused("released-before")
    return period


def cut(frozen: freezing.Frozen, by: tuple[str, ...], *, noised: bool = False) -> dict[str, Any]:
    """Return the document of a frozen period divided like this, as the gate lets it out. Raises Refused as `ledger.pass_gate`.

    Noise comes after: what may not be shown stays blank, and what is shown is moved by what its cell key picks.
    """
    from . import ledger  # SciPy takes a second to load, and only those who draft wait for it

    if catalogue.CATALOGUE[frozen.row.indicator].share_of:
        return _cut_shares(frozen, by)
    indicator = frozen.row.indicator
    rule, table = thresholds.rule(indicator), freezing.table(frozen, by)
    linked = linking.linked(frozen)
    told_by_shares = sharing.between_of(indicator, linked.periods)
    known = [*ledger.past(indicator, linked.periods), ledger.Past(linked.zeros, _held(frozen), told_by_shares)]
    pattern = ledger.pass_gate(table, linked=linked.tables, known=known, rule=rule)
    moved = freezing.moved(frozen, by) if noised else {}
    cells = [_cell(key, moved.get(key, table.cells[key].value), pattern) for key in sorted(table.cells)]
    return _document(frozen, by, cells, noise=noise.MOST if noised else 0)


def _cut_shares(frozen: freezing.Frozen, by: tuple[str, ...]) -> dict[str, Any]:
    """Return the document of a frozen period's shares: rounded, and checked with what was printed of the counts behind them."""
    from . import ledger

    told, counts = sharing.check(sharing.shares(frozen)), sharing.base(frozen)
    linked, of = linking.linked(counts), counts.row.indicator
    before = sharing.between_of(of, linked.periods)
    known = [*ledger.past(of, linked.periods), ledger.Past(linked.zeros, frozenset(), before)]
    ledger.check_shares(
        linked.tables, known=[*known, ledger.Past({}, frozenset(), told.between)], rule=thresholds.rule(of)
    )
    cells: list[dict[str, Any]] = [
        {"key": [list(pair) for pair in key], "value": "", "why": why, "for": []} for key, why in told.blank.items()
    ]
    cells += [
        {"key": [list(pair) for pair in key], "value": str(rate.value), "step": str(rate.step), "why": "", "for": []}
        for key, rate in told.told.items()
    ]
    return _document(frozen, by, sorted(cells, key=lambda cell: str(cell["key"])), noise=0)


def _document(
    frozen: freezing.Frozen, by: tuple[str, ...], cells: list[dict[str, Any]], *, noise: int
) -> dict[str, Any]:
    axes = freezing.table(frozen, by).axes
    return {
        "v": 1, "indicator": frozen.row.indicator, "version": frozen.row.version, "period": frozen.row.period, "by": list(by),
        "cells": cells, "threshold": thresholds.rule(frozen.row.indicator).threshold, "noise": noise, "ceiling": frozen.ceiling or 0,
        "axes": [{"name": axis.name, "nodes": [[node, axis.parents[node]] for node in axis.parents]} for axis in axes],
        "snapshot": frozen.row.digest,
    }  # fmt: skip


def _held(frozen: freezing.Frozen) -> frozenset[Key]:
    """Return the cells of people of which nothing is told because a month in them is small."""
    names = exact.axes(frozen.row.indicator)
    return frozenset(
        key_of([*zip(names, where, strict=True), (freezing.TIME, frozen.row.period)]) for where in frozen.held
    )


def _cell(key: Key, value: int, pattern: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"key": [list(pair) for pair in key]}
    if why := pattern.why(key):
        return told | {"why": why, "for": [[list(pair) for pair in one] for one in pattern.shields(key)], "value": ""}
    return told | {"value": value, "why": "", "for": []}


@journal.one_act
def approve_release(draft: rules.Approve, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Let a draft out as the second person. From now on it stands at its address.

    Raises:
        Refused: `no-such-draft`, `draft-changed`, `second-person-needed`, `granted-by-the-other`, `role-too-new`,
            `released-before`, `drafted-before-another` when something of the same people left meanwhile.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, APPROVE, site_id=None)
    row = models.Release.objects.select_related("snapshot").filter(pk=draft.release_id).first()
    if row is None or models.Approval.objects.filter(release=row).exists():
        raise Refused("no-such-draft")
    if refusal := why_not_approve(row, by=by, session=session, today=received_at.date()):
        raise refusal
    if draft.digest != row.digest:
        raise Refused("draft-changed")
    _check_again(row)
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Approval.objects.create(release=row, day=received_at.date(), approved_by=str(by.id))
    return entry


def why_not_approve(row: models.Release, *, by: Worker, session: str, today: date) -> Refused | None:
    """Return why this worker may not be the second person of a draft; also what the page says beside a button that does nothing."""
    return ceilings.two_people((row.drafted_by, row.drafted_in), (by, session), today=today)


def _check_again(row: models.Release) -> None:
    """Cut the table anew beside what has left since: a draft that would now look otherwise may not leave."""
    by = tuple(filter(None, row.by.split(",")))
    others = models.Release.objects.filter(
        snapshot=row.snapshot, by=row.by, pk__in=models.Approval.objects.values("release")
    )
    if others.exists():
        raise Refused("released-before")
    document = json.loads(row.document)
    if cut(freezing.read(row.snapshot), by, noised=bool(document["noise"])) != document:
        raise Refused("drafted-before-another")


@journal.one_act
def retract_release(draft: rules.Retract, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take a release back, at once and by one person: its address says so from now on, and shows no number.

    Raises:
        Refused: `no-such-release`, `retracted-before`, `why-needed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, APPROVE, site_id=None)
    if draft.why not in rules.WHYS:
        raise Refused("why-needed")
    if not models.Approval.objects.filter(release=draft.release_id).exists():
        raise Refused("no-such-release")
    if models.Retraction.objects.filter(release=draft.release_id).exists():
        raise Refused("retracted-before")
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Retraction.objects.create(
        release_id=draft.release_id, day=received_at.date(), why=draft.why, retracted_by=str(by.id)
    )
    return entry
