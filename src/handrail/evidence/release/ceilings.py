"""Signed ceilings: how often one person without a code comes at most, so that visits without a code stand for more than one.

Nothing is assumed where nobody signed: all visits without a code may be one person. One proposes, another signs, and a ceiling
ends by itself. Where several hold, the highest wins: it stands for the fewest people.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.evidence.indicators import catalogue

from . import models, rules
from .gate import calendar

PROPOSE, SIGN = "release.draft", "release.approve"


@journal.one_act
def propose_ceiling(draft: rules.NewCeiling, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Propose a ceiling for an indicator. It holds for nothing until somebody else signs it.

    Raises:
        Refused: `unknown-indicator`, and as `rules.check_ceiling`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, PROPOSE, site_id=None)
    definition = catalogue.CATALOGUE.get(draft.indicator)
    if definition is None or not definition.tables or definition.share_of:  # a share counts as its counts do
        raise Refused("unknown-indicator")
    rules.check_ceiling(draft, today=received_at.date())
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.Ceiling.objects.create(
        id=draft.id, indicator=draft.indicator, visits=draft.visits, basis=draft.basis, since=draft.since, until=draft.until,
        day=received_at.date(), proposed_by=str(by.id), proposed_in=session,
    )  # fmt: skip
    return entry


@journal.one_act
def sign_ceiling(draft: rules.SignCeiling, *, by: Worker, session: str, received_at: datetime) -> journal.Entry:
    """Sign a ceiling as the second person: periods that are frozen from now on count by it.

    Raises:
        Refused: `no-such-draft`, `second-person-needed`, `granted-by-the-other`, `role-too-new`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, SIGN, site_id=None)
    row = models.Ceiling.objects.filter(pk=draft.ceiling_id).first()
    if row is None or models.CeilingSigned.objects.filter(ceiling=row).exists():
        raise Refused("no-such-draft")
    if refusal := why_not_sign_ceiling(row, by=by, session=session, today=received_at.date()):
        raise refusal
    entry = journal.enter(draft.stated, by=by, day=received_at.date())
    models.CeilingSigned.objects.create(ceiling=row, day=received_at.date(), signed_by=str(by.id))
    return entry


def why_not_sign_ceiling(row: models.Ceiling, *, by: Worker, session: str, today: date) -> Refused | None:
    """Return why this worker may not be the second person of a ceiling; also what the page says beside it."""
    return two_people((row.proposed_by, row.proposed_in), (by, session), today=today)


def two_people(first: tuple[str, str], second: tuple[Worker, str], *, today: date) -> Refused | None:
    """Return why two may not sign together: who drafted (their id, the mark of their browser), and who would sign now (the same)."""
    drafter = rules.Signer(*first, org.grants_of(uuid.UUID(first[0]), PROPOSE))
    other = rules.Signer(str(second[0].id), second[1], org.grants_of(second[0].id, SIGN))
    return (
        rules.why_not_together(drafter, other)
        or rules.why_not_sign(other, today=today)
        or rules.why_not_sign(drafter, today=today)
    )


def ceiling(indicator: str, period: calendar.Period) -> int | None:
    """Return the signed ceiling of visits a person in a span of an indicator; None where nobody signed one for all of it."""
    rows = models.Ceiling.objects.filter(indicator=indicator, since__lte=period.since, until__gte=period.until)
    rows = rows.filter(pk__in=models.CeilingSigned.objects.values("ceiling"))
    return max(rows.values_list("visits", flat=True), default=None)


@dataclass(frozen=True)
class Told:
    """A ceiling as its makers see it. `signed`: the day, or none while it waits for a second person."""

    id: uuid.UUID
    indicator: str
    visits: int
    basis: str
    since: date
    until: date
    signed: date | None


def ceilings(*, today: date) -> Sequence[Told]:
    """Return the ceilings that are not over: those first that wait for a second person."""
    signed = dict(models.CeilingSigned.objects.values_list("ceiling", "day"))
    rows = models.Ceiling.objects.filter(until__gt=today).order_by("indicator", "-until", "id")
    told = [
        Told(one.pk, one.indicator, one.visits, one.basis, one.since, one.until, signed.get(one.pk)) for one in rows
    ]
    return sorted(told, key=lambda one: one.signed is not None)


def row(ceiling_id: uuid.UUID) -> models.Ceiling:
    """Return a ceiling's row. Raises Refused("no-such-draft")."""
    found = models.Ceiling.objects.filter(pk=ceiling_id).first()
    if found is None:
        raise Refused("no-such-draft")
    return found
