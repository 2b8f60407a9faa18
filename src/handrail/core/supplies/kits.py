"""Kits: packed of components, and counted as what they hold. Each edit is a version; a kit that was given keeps the one it was packed by.

A kit is an item of its own category with no stock of its own: what leaves the shelf is its components. An act names the version, so
that it means the same whenever it arrives, and when it is taken back.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from handrail.core import journal
from handrail.core.common.acts import Stated
from handrail.core.common.ids import new_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import actions, models, places, queries, rules

PERMISSION = "supplies.kits"
MOST_COMPONENTS = 20
NEVER_PACKED = frozenset(
    {rules.KIT, rules.USED, "naloxone"}
)  # naloxone is given in its own part, so that doses are counted once


@dataclass(frozen=True)
class Composition:
    """What a kit holds from now on: a new kit under a name, or another version of one there is (`code`)."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    code: str
    name: str
    lines: tuple[tuple[str, int], ...]

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"code": self.code, "name": self.name, "lines": [{"item": item, "amount": n} for item, n in self.lines]}
        return Stated(self.id, "supplies.compose_kit", 1, self.site_id, self.at, body)


def new_code(act_id: uuid.UUID) -> str:
    """Return the code of a new kit: it follows from the act, so that a form sent twice makes one."""
    return f"KIT-{act_id.hex[:8].upper()}"


@journal.one_act
def compose(draft: Composition, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Pack a kit another way from now on. Raises Refused: `bad-name`, `unknown-item`, `nothing-moved`, `bad-amount`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    name = places.check_name(draft.name)
    _check(draft.lines)
    entry = journal.enter(draft.stated, by=by, day=site_day(draft.at, org.site(draft.site_id).timezone))
    actions.add_items([{"code": draft.code, "name": name, "category": rules.KIT, "unit": "kit"}])
    last = models.KitVersion.objects.filter(item=draft.code).aggregate(last=Max("number"))["last"] or 0
    models.KitVersion.objects.create(
        id=new_id(), item_id=draft.code, number=last + 1, day=entry.day,
        lines=" ".join(f"{item}={amount}" for item, amount in draft.lines),
    )  # fmt: skip
    return entry


def _check(lines: Collection[tuple[str, int]]) -> None:
    if not lines or len(lines) > MOST_COMPONENTS:
        raise Refused("nothing-moved")
    found = queries.check_known([rules.Line(item, rules.check_amount(amount)) for item, amount in lines])
    if NEVER_PACKED & {item.category for item in found.values()}:
        raise Refused("unknown-item")


@dataclass(frozen=True)
class Kit:
    """A kit as a screen shows it: its versions with what each holds, the one that is packed now first."""

    code: str
    name: str
    versions: list[tuple[int, list[tuple[str, int]]]]


def kits() -> list[Kit]:
    """Return every kit by name."""
    known = queries.catalogue()
    told = [
        Kit(
            code,
            known.items[code].name,
            [
                (n, [(known.items[item].name, amount) for item, amount in versions[n]])
                for n in sorted(versions, reverse=True)
            ],
        )
        for code, versions in known.kits.items()
    ]
    return sorted(told, key=lambda one: one.name)
