"""Drafts and judgements of release. Plain Python."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused

WHYS = ("wrong-source", "wrong-formula", "gives-away")  # why a release is taken back


@dataclass(frozen=True)
class NewRelease:
    """A release is drafted: which indicator, which period, divided by what."""

    id: uuid.UUID
    indicator: str
    period: str
    by: tuple[str, ...]
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"indicator": self.indicator, "period": self.period, "by": ",".join(self.by)}
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
