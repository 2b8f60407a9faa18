"""Drafts and judgements of release. Plain Python."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused

WHYS = ("wrong-source", "wrong-formula", "gives-away")  # why a release is taken back
TAKEN_FOR = ("counting", "ordering", "audit", "analysis")  # why staff take figures out that were not released
BASES = ("counted", "asked", "rule")  # how a ceiling is known: counted at the door, asked of people, a rule of the site
MOST_VISITS = 366  # of one person in a span: one a day of a year
CEILING_DAYS = 366  # a ceiling is signed anew each year: how people come changes


@dataclass(frozen=True)
class NewRelease:
    """A release is drafted: which indicator, which period, divided by what; with noise by cell key or without."""

    id: uuid.UUID
    indicator: str
    period: str
    by: tuple[str, ...]
    at: datetime
    noise: bool = False

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body: dict[str, str | int] = {"indicator": self.indicator, "period": self.period, "by": ",".join(self.by)}
        body |= {"noise": 1} if self.noise else {}
        return Stated(self.id, "release.draft", 1, None, self.at, body)


@dataclass(frozen=True)
class Approve:
    """A second person lets a draft out, to the letter: `digest` names what they read."""

    id: uuid.UUID
    release_id: uuid.UUID
    digest: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"release": str(self.release_id), "digest": self.digest}
        return Stated(self.id, "release.approve", 1, None, self.at, body)


@dataclass(frozen=True)
class Retract:
    """A release is taken back, for one of WHYS."""

    id: uuid.UUID
    release_id: uuid.UUID
    why: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.retract", 1, None, self.at, {"release": str(self.release_id), "why": self.why})


@dataclass(frozen=True)
class TakeOut:
    """Staff take figures that were not released: which, of which site (or all), for one of TAKEN_FOR."""

    id: uuid.UUID
    what: str
    site_id: uuid.UUID | None
    why: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.take-out", 1, self.site_id, self.at, {"what": self.what, "why": self.why})


@dataclass(frozen=True)
class PlaceSite:
    """A site is placed in a region, or (blank) in none."""

    id: uuid.UUID
    site_id: uuid.UUID
    region: str
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.place-site", 1, self.site_id, self.at, {"region": self.region})


@dataclass(frozen=True)
class NewCeiling:
    """Somebody proposes the most visits without a code that one person makes in a span of an indicator's grid, and till when that holds."""

    id: uuid.UUID
    indicator: str
    visits: int
    basis: str
    since: date
    until: date
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {
            "indicator": self.indicator, "visits": self.visits, "basis": self.basis, "since": self.since.isoformat(),
            "until": self.until.isoformat(),
        }  # fmt: skip
        return Stated(self.id, "release.propose-ceiling", 1, None, self.at, body)


def check_ceiling(draft: NewCeiling, *, today: date) -> None:
    """Refuse a ceiling that says nothing, that is over, or that would hold for more than a year. Raises Refused: `bad-ceiling`, `why-needed`."""
    if draft.basis not in BASES:
        raise Refused("why-needed")
    days = (draft.until - draft.since).days
    if not (1 <= draft.visits <= MOST_VISITS and 0 < days <= CEILING_DAYS and draft.until > today):
        raise Refused("bad-ceiling", most=MOST_VISITS, days=CEILING_DAYS)


@dataclass(frozen=True)
class SignCeiling:
    """A second person signs a ceiling."""

    id: uuid.UUID
    ceiling_id: uuid.UUID
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.sign-ceiling", 1, None, self.at, {"ceiling": str(self.ceiling_id)})


class Grant(Protocol):
    """A role as far as signing asks: since which day it is held, and by which worker's grant."""

    @property
    def since(self) -> date:
        """The day."""

    @property
    def by(self) -> str:
        """The giver's id."""


@dataclass(frozen=True)
class Signer:
    """Who signs: the worker's id, the session they sign in, the grants that let them."""

    id: str
    session: str
    grants: Sequence[Grant]


def why_not_sign(signer: Signer, *, today: date) -> Refused | None:
    """Return why someone may not sign today: every role that lets them was granted today (or later)."""
    held = [grant for grant in signer.grants if grant.since < today]
    return None if held else Refused("role-too-new")


def why_not_together(first: Signer, second: Signer) -> Refused | None:
    """Return why two may not sign together: one person or one session twice, or one granted all that the other signs by."""
    if first.id == second.id or first.session == second.session:
        return Refused("second-person-needed")
    if any(all(grant.by == other.id for grant in one.grants) for one, other in ((first, second), (second, first))):
        return Refused("granted-by-the-other")
    return None
