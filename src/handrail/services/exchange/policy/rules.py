"""Drafts and judgements about amounts. Plain Python."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.refusals import Refused
from handrail.core.supplies.rules import check_amount
from handrail.services.exchange import rules as exchange

NEED, SUPPLY, LAW = "need", "supply", "law"
BASES = (NEED, SUPPLY, LAW)
BECAUSE = ("for-others", "far-away", "closed-soon", "lost", "other")  # of the giving, never of the person
LONGEST_LAW = 60
MOST_EACH, MOST_PLUS = 10, 1000


@dataclass(frozen=True)
class Policy:
    """How much a site gives from a day on. Of a law: `each` set for each one returned, and `plus` so many; `law` is its name."""

    basis: str = NEED
    each: int = 0
    plus: int = 0
    law: str = ""

    def limit(self, returned: int) -> int | None:
        """Return how many syringe sets the law lets be given to who returned so many; None where no law limits."""
        return self.each * returned + self.plus if self.basis == LAW else None


@dataclass(frozen=True)
class NewPolicy:
    """A site gives by another policy from the day of the act on. The ones before stay: a version each."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    policy: Policy

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "exchange.set_policy", 1, self.site_id, self.at, vars(self.policy))


def parse_policy(told: Mapping[str, Any]) -> Policy:
    """Make a policy of a body. Raises Refused: `not-an-act`, `bad-amount`, `law-needed`."""
    if set(told) != {"basis", "each", "plus", "law"} or told["basis"] not in BASES or not isinstance(told["law"], str):
        raise Refused("not-an-act")
    if told["basis"] != LAW:
        return Policy(told["basis"])
    law = told["law"].strip()
    if not law or len(law) > LONGEST_LAW or not is_plain(law) or "\n" in law:
        raise Refused("law-needed", longest=LONGEST_LAW)
    each, plus = (
        check_amount(told[name], least=0, most=most) for name, most in (("each", MOST_EACH), ("plus", MOST_PLUS))
    )
    check_amount(
        each + plus, least=1, most=MOST_EACH + MOST_PLUS
    )  # a law that lets nothing be given is none that we know
    return Policy(LAW, each, plus, law)


def returned(lines: Iterable[Mapping[str, Any]]) -> int:
    """Return how many syringes a visit's returns say: as said, and unopened ones. A weight is no number in front of a person."""
    return sum(one["amount"] for one in lines if one["method"] in {exchange.SAID, exchange.APART, exchange.COUNTED})


@dataclass(frozen=True)
class GaveMore:
    """Why more was given than the law's limit. It is tied to no visit and no card: only the site, the day and the reason."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    because: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "exchange.gave_more", 1, self.site_id, self.at, {"because": self.because})


def check_because(told: Any) -> str:
    """Return a reason. Raises Refused("unknown-reason")."""
    if not isinstance(told, str) or told not in BECAUSE:
        raise Refused("unknown-reason")
    return told
