"""The visit as it is stated, and what can be wrong with it. Plain Python."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from handrail.core.common import periods
from handrail.core.common.acts import Stated
from handrail.core.common.ids import part_id
from handrail.core.common.refusals import Refused

from .channels import AT_THE_WINDOW, CARD, PEOPLE, Where

MOST_SERVED = 500  # people in one encounter; a larger group is a tally
MOST_IN_A_TALLY = 10_000  # people; more than any one table or van serves in a day
DEMO_VISITS = 50  # visits of one's own in a demo folder


@dataclass(frozen=True)
class Visit:
    """One visit to the window: nobody (pseudonym None) or a card, for how many people, and its parts by name; or one tally of many.

    `at` is coarse already. Each part is what its service made of the body. `person` is the card's month pseudonym, put there when
    the visit is recorded; blank for nobody, and for a card whose month has been forgotten. `left_out` names facts that were told and
    may not be kept by this channel.
    """

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    parts: Mapping[str, Any]
    body: Mapping[str, Any] = field(repr=False)
    served_for: int = 1
    pseudonym: str | None = None
    person: str = ""
    where: Where = AT_THE_WINDOW
    left_out: tuple[str, ...] = ()

    @property
    def encounter_id(self) -> uuid.UUID:
        """The id of the encounter this act makes."""
        return part_id(self.id, "encounter")

    @cached_property
    def stated(self) -> Stated:
        """What was stated: the card is in it as a month pseudonym only."""
        kind = self.where.channel.kind
        body = dict(self.body) | {PEOPLE[kind]: self.served_for} | self.where.stated
        body |= ({"person": self.person} if self.person else {}) | (
            {"left_out": list(self.left_out)} if self.left_out else {}
        )
        return Stated(self.id, kind, 1, self.site_id, self.at, body)

    @property
    def beyond(self) -> tuple[str, ...]:
        """The facts told that the channel does not ask, by name; a card among them was not kept."""
        told = {*self.body, *self.where.stated} - {"channel"}
        told |= {CARD} if self.pseudonym or self.person else set()
        told |= {"served_for"} if PEOPLE[self.where.channel.kind] == "served_for" and self.served_for > 1 else set()
        return tuple(sorted({*self.where.channel.beyond(told), *self.left_out}))


@dataclass(frozen=True)
class Undo:
    """A visit is taken back, whole, by an act of its own."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    visit_id: uuid.UUID

    @property
    def stated(self) -> Stated:
        """What was stated."""
        return Stated(self.id, "window.undo", 1, self.site_id, self.at, {"visit": str(self.visit_id)})


def check_served_for(value: Any, *, most: int = MOST_SERVED) -> int:
    """Return for how many people. Raises Refused("bad-amount")."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refused("bad-amount", least=1, most=most)
    return value


def check_visit(visit: Visit) -> None:
    """Refuse a visit that says nothing, or whose time is finer than is kept. Raises Refused: `nothing-to-save`, `too-exact`."""
    if not visit.parts:
        raise Refused("nothing-to-save")
    if periods.coarse(visit.at) != visit.at:
        raise Refused("too-exact")


def check_demo(*, visits: int, seeded: int | None) -> None:
    """Refuse one more visit in a demo folder that is full of one's own. Raises Refused("demo-full")."""
    if seeded is not None and visits - seeded >= DEMO_VISITS:
        raise Refused("demo-full", most=DEMO_VISITS)
