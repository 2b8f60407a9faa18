"""A legal hold: at one site, for a span of days, nothing is forgotten and nothing erased until it is lifted. All else goes on.

Counsel asks for it; it is set and lifted by an act each, in the confidential journal. It names a reference, never a participant.
"""

import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker

from . import entering, kinds
from .models import Hold

PERMISSION = "journal.hold"
LONGEST_REFERENCE = 80


@dataclass(frozen=True)
class Scope:
    """What one hold keeps: a site's days, `until` not included."""

    site: str
    since: date
    until: date

    def covers(self, site: str, day: date) -> bool:
        """Tell whether a day at a site is kept."""
        return self.site == site and self.since <= day < self.until


@dataclass(frozen=True)
class NewHold:
    """A hold is set."""

    id: uuid.UUID
    site_id: uuid.UUID
    since: date
    until: date
    reference: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"since": self.since.isoformat(), "until": self.until.isoformat(), "reference": self.reference}
        return Stated(self.id, "journal.set_hold", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class LiftedHold:
    """A hold is lifted: what waited for it is forgotten with the next retention run."""

    id: uuid.UUID
    site_id: uuid.UUID
    hold_id: uuid.UUID
    reference: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"hold": str(self.hold_id), "reference": self.reference}
        return Stated(self.id, "journal.lift_hold", 1, self.site_id, self.at, body)


def register() -> None:
    """Make holds known; they are set at a desk, so no batch brings them."""
    for name, run in (("journal.set_hold", set_hold), ("journal.lift_hold", lift_hold)):
        kinds.register(kinds.Kind(name, 1, parse=_desk_only, run=run, journal=kinds.CONFIDENTIAL))


def _desk_only(envelope: kinds.Envelope) -> Any:
    raise Refused("desk-only")


def check_hold(draft: NewHold) -> None:
    """Refuse a hold that covers no day, or names no reference. Raises Refused: `no-day-kept`, `bad-reference`."""
    if draft.since >= draft.until:
        raise Refused("no-day-kept")
    check_reference(draft.reference)


def check_reference(text: str) -> None:
    """Refuse a reference that cannot be kept. Raises Refused("bad-reference")."""
    unseen = any(unicodedata.category(symbol) == "Cf" for symbol in text)
    if not text.strip() or len(text) > LONGEST_REFERENCE or not is_plain(text) or "\n" in text or unseen:
        raise Refused("bad-reference", longest=LONGEST_REFERENCE)


@entering.one_act
def set_hold(draft: NewHold, *, by: Worker, received_at: datetime) -> entering.Entry:
    """Set a hold. Raises Refused: `not-allowed`, `no-day-kept`, `bad-reference`."""
    if known := entering.seen(draft.stated):
        return known
    _require(by, draft.site_id)
    check_hold(draft)
    entry = entering.enter(draft.stated, by=by, day=received_at.date())
    Hold.objects.create(
        id=draft.id, site=str(draft.site_id), since=draft.since, until=draft.until, reference=draft.reference,
        set_on=received_at.date(),
    )  # fmt: skip
    return entry


@entering.one_act
def lift_hold(draft: LiftedHold, *, by: Worker, received_at: datetime) -> entering.Entry:
    """Lift a hold. Raises Refused: `not-allowed`, `bad-reference`, `no-such-hold`."""
    if known := entering.seen(draft.stated):
        return known
    _require(by, draft.site_id)
    check_reference(draft.reference)
    entry = entering.enter(draft.stated, by=by, day=received_at.date())
    standing = Hold.objects.filter(pk=draft.hold_id, site=str(draft.site_id), lifted_on=None)
    if not standing.update(lifted_on=received_at.date()):
        raise Refused("no-such-hold")
    return entry


def _require(by: Worker, site_id: uuid.UUID) -> None:
    """Ask as `org.permissions.require` does; org stands above the journal."""
    if not by.may(PERMISSION, site_id=site_id):
        raise Refused("not-allowed")


def on_site(site_id: uuid.UUID) -> list[Hold]:
    """Return the holds that stand at a site, the earliest days first."""
    return list(Hold.objects.filter(site=str(site_id), lifted_on=None).order_by("since", "until", "id"))


def scopes() -> list[Scope]:
    """Return what is kept now, everywhere."""
    return [Scope(*row) for row in Hold.objects.filter(lifted_on=None).values_list("site", "since", "until")]


def differing() -> Hold | None:
    """Name a hold that does not say what its act said, or that no act set or lifted; None when all agree with the journal."""
    told = {row.id: row for row in Hold.objects.all()}
    acts = [*entering.of_kind("journal.set_hold"), *entering.of_kind("journal.lift_hold")]
    stand: dict[uuid.UUID, tuple[str, ...]] = {}
    for act in acts:
        if act.kind == "journal.set_hold":
            body = act.body
            stand[act.id] = act.site, body["since"], body["until"], body["reference"], act.day.isoformat(), ""
        elif (lifted := uuid.UUID(act.body["hold"])) in stand:
            stand[lifted] = (*stand[lifted][:-1], act.day.isoformat())
    for hold_id in sorted(told.keys() | stand.keys()):
        row = told.get(hold_id)
        if row is None or _said(row) != stand.get(hold_id):
            return row or Hold(id=hold_id, set_on=date.fromisoformat(stand[hold_id][4]))
    return None


def _said(row: Hold) -> tuple[str, ...]:
    days = (row.set_on.isoformat(), row.lifted_on.isoformat() if row.lifted_on else "")
    return row.site, row.since.isoformat(), row.until.isoformat(), row.reference, *days


def touches(kept: Sequence[Scope], *, since: date, until: date, site: str | None = None) -> bool:
    """Tell whether a hold keeps any day of a span, at this site or (None) anywhere."""
    return any(one.since < until and since < one.until for one in kept if site is None or one.site == site)
