"""Drafts and judgements of alerts. Plain Python."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.refusals import Refused

LETHAL, SHARE = "lethal", "share"
VERIFIED, PUBLISHED, RETRACTED = "verified", "published", "retracted"
VERBS = {VERIFIED: "verify", PUBLISHED: "publish", RETRACTED: "retract"}
WHYS = ("wrong-substance", "wrong-region", "gives-away", "not-confirmed")  # why an alert is taken back
BASES = ("three-sites", "population")  # why a region is large enough; drug checking reference, section 11
ANSWERS = ("yes", "no", "unknown")
PROVENANCE = ("one_submitter", "second_method", "same_batch")  # a rival can seed a sample
NOTICE_LASTS = timedelta(hours=72)
LONGEST_DAYS = 90
LONGEST_SUBSTANCE, LONGEST_REGION, MOST_ADVICE = 60, 60, 4
COUNTS = ("k", "n", "k0", "n0")


@dataclass(frozen=True)
class Says:
    """What is told to everybody: nothing else may stand in an alert. `hazard` and `advice` are codes of sentences."""

    substance: str
    hazard: str
    advice: tuple[str, ...]
    region: str
    week: str
    void_after: str

    @property
    def body(self) -> dict[str, Any]:
        """As it leaves."""
        return {
            "substance": self.substance, "hazard": self.hazard, "advice": list(self.advice), "region": self.region,
            "week": self.week, "void_after": self.void_after,
        }  # fmt: skip


@dataclass(frozen=True)
class NewAlert:
    """A public alert is drafted. `evidence` (counts, rule, provenance) is for its signers alone. `place` is its address."""

    id: uuid.UUID
    place: uuid.UUID
    site_id: uuid.UUID
    kind: str
    says: Says
    region_basis: str
    evidence: Mapping[str, str]
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {
            "place": str(self.place), "kind": self.kind, "says": self.says.body, "region_basis": self.region_basis,
            "evidence": dict(self.evidence),
        }  # fmt: skip
        return Stated(self.id, "release.draft-alert", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class Step:
    """A step of an alert, taken on what was read: `digest`. `why` is for taking it back."""

    id: uuid.UUID
    alert_id: uuid.UUID
    step: str
    digest: str
    at: datetime
    why: str = ""

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"alert": str(self.alert_id), "step": self.step, "digest": self.digest, "why": self.why}
        return Stated(self.id, f"release.{VERBS[self.step]}-alert", 1, None, self.at, body)


@dataclass(frozen=True)
class NewNotice:
    """A technician puts up a first result at a site."""

    id: uuid.UUID
    site_id: uuid.UUID
    substance: str
    hazard: str
    advice: tuple[str, ...]
    at: datetime

    @property
    def body(self) -> dict[str, Any]:
        """As it hangs."""
        return {"substance": self.substance, "hazard": self.hazard, "advice": list(self.advice)}

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.notice", 1, self.site_id, self.at, self.body)


@dataclass(frozen=True)
class EndNotice:
    """A notice is taken down before it ends by itself."""

    id: uuid.UUID
    notice_id: uuid.UUID
    site_id: uuid.UUID
    at: datetime

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "release.end-notice", 1, self.site_id, self.at, {"notice": str(self.notice_id)})


def check_words(
    substance: str, hazard: str, advice: Sequence[str], *, hazards: Sequence[str], known_advice: Sequence[str]
) -> None:
    """Refuse words that are not the reviewed ones. Raises Refused("alert-words")."""
    named = 1 <= len(substance) <= LONGEST_SUBSTANCE and is_plain(substance) and substance == substance.strip()
    if (
        not named
        or hazard not in hazards
        or not 1 <= len(advice) <= MOST_ADVICE
        or not set(advice) <= set(known_advice)
    ):
        raise Refused("alert-words")


def check_alert(draft: NewAlert, *, site_names: Sequence[str], today: date) -> None:
    """Refuse an alert that would tell more or less than it may.

    Raises:
        Refused: `alert-region` (none, a site's name, or no reason why it is large enough), `alert-days`, `alert-evidence`.
    """
    region = draft.says.region
    if not (1 <= len(region) <= LONGEST_REGION and is_plain(region)) or draft.region_basis not in BASES:
        raise Refused("alert-region")
    if any(name.casefold() in region.casefold() for name in site_names):
        raise Refused("alert-region")
    try:
        void_after = date.fromisoformat(draft.says.void_after)
    except ValueError:
        raise Refused("alert-days", most=LONGEST_DAYS) from None
    if not timedelta(0) < void_after - today <= timedelta(days=LONGEST_DAYS):
        raise Refused("alert-days", most=LONGEST_DAYS)
    if draft.kind not in {LETHAL, SHARE} or any(draft.evidence.get(one) not in ANSWERS for one in PROVENANCE):
        raise Refused("alert-evidence")
    if draft.kind == SHARE and not all(draft.evidence.get(one, "").isdigit() for one in COUNTS):
        raise Refused("alert-evidence")


def week_of(day: date) -> str:
    """Return the ISO week, like 2026-W48."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"
