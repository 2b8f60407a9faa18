"""Stock that stands elsewhere than on the shelf: a vehicle, a peer's bag, an access point, a machine.

Each is an account, opened by name. Restocking is a transfer, what comes back is another; a bag's hand-outs are visits that name it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handrail.core import journal
from handrail.core.common import periods
from handrail.core.common.acts import Stated
from handrail.core.common.canonical import is_plain
from handrail.core.common.ids import parse_id, part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.journal import kinds
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import actions, models, queries, rules

LONGEST_NAME = 40
MOST_LINES = 60  # in one transfer: more than a van is loaded with
PERMISSION = "supplies.places"


@dataclass(frozen=True)
class NewPlace:
    """A vehicle, bag, access point or machine is opened under a name; never a person's."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    account_id: uuid.UUID
    kind: str
    name: str

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"account": str(self.account_id), "kind": self.kind, "name": self.name}
        return Stated(self.id, "supplies.open_place", 1, self.site_id, self.at, body)


@dataclass(frozen=True)
class Transfer:
    """Units go from one stock of a site to another: a bag is restocked, a van unloaded, a lot set aside."""

    id: uuid.UUID
    site_id: uuid.UUID
    at: datetime
    source: uuid.UUID
    target: uuid.UUID
    lines: tuple[rules.Line, ...]

    @property
    def stated(self) -> Stated:
        """What was stated."""
        body = {"from": str(self.source), "to": str(self.target), "lines": [_told(line) for line in self.lines]}
        return Stated(self.id, "supplies.transfer", 1, self.site_id, self.at, body)

    def moves(self, day: date) -> list[rules.Move]:
        """Return the movements it makes, one a line."""
        return [
            rules.Move(
                part_id(self.id, f"line:{n}"), day, line.item, line.lot_id, self.source, self.target, line.amount
            )
            for n, line in enumerate(self.lines)
        ]


def _told(line: rules.Line) -> dict[str, Any]:
    told: dict[str, Any] = {"item": line.item, "amount": line.amount}
    return told | ({"lot": str(line.lot_id), "lot_basis": line.lot_basis} if line.lot_id else {})


def check_name(text: str) -> str:
    """Return a place's name as it may be kept. Raises Refused("bad-name")."""
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not is_plain(text) or "\n" in text:
        raise Refused("bad-name", longest=LONGEST_NAME)
    return text


def register() -> None:
    """Make places and transfers known."""
    kinds.register(kinds.Kind("supplies.open_place", 1, parse=parse_place, run=open_place, ledger=True))
    kinds.register(kinds.Kind("supplies.transfer", 1, parse=parse_transfer, run=transfer, stage=1, ledger=True))


def parse_place(envelope: kinds.Envelope) -> NewPlace:
    """Make a new place of an envelope. Raises Refused: `not-an-act`, `bad-name`, `unknown-account`."""
    body = envelope.body
    account_id, kind, name = parse_id(body.get("account")), body.get("kind"), body.get("name")
    good = account_id and isinstance(kind, str) and isinstance(name, str) and set(body) == {"account", "kind", "name"}
    if not good or account_id is None or envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    at = periods.coarse(envelope.at)
    return NewPlace(envelope.id, envelope.site_id, at, account_id, str(kind), str(name))


def parse_transfer(envelope: kinds.Envelope) -> Transfer:
    """Make a transfer of an envelope. Raises Refused: `not-an-act`, `bad-amount`, `unknown-lot`."""
    body = envelope.body
    source, target, lines = parse_id(body.get("from")), parse_id(body.get("to")), body.get("lines")
    good = isinstance(lines, list | tuple) and 1 <= len(lines) <= MOST_LINES and set(body) == {"from", "to", "lines"}
    if not good or not isinstance(lines, list | tuple) or envelope.site_id is None or envelope.at is None:
        raise Refused("not-an-act")
    if source is None or target is None or source == target:
        raise Refused("not-an-act")
    at = periods.coarse(envelope.at)
    return Transfer(envelope.id, envelope.site_id, at, source, target, tuple(map(rules.parse_line, lines)))


@journal.one_act
def open_place(draft: NewPlace, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Open an account under a name. Raises Refused: `bad-name`, `unknown-account`, `place-there`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, PERMISSION, site_id=draft.site_id)
    name = check_name(draft.name)
    if draft.kind not in rules.OPENED:
        raise Refused("unknown-account")
    if models.Account.objects.filter(site_id=draft.site_id, name=name).exists():
        raise Refused("place-there")
    entry = journal.enter(draft.stated, by=by, day=_day(draft.site_id, draft.at))
    models.Account.objects.create(id=draft.account_id, site_id=draft.site_id, kind=draft.kind, name=name)
    return entry


@journal.one_act
def transfer(draft: Transfer, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Move units between two stocks of a site. It has happened: a source that holds less goes below zero and asks for a count.

    Raises:
        Refused: `unknown-account`, `unknown-item`, `unknown-lot`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, "supplies.count", site_id=draft.site_id)
    queries.check_stock(draft.site_id, (draft.source, draft.target))
    items = queries.check_known(draft.lines)
    if any(item.category in {rules.USED, rules.KIT} for item in items.values()):
        raise Refused("unknown-item")
    day = _day(draft.site_id, draft.at)
    entry = journal.enter(draft.stated, by=by, day=day)
    actions.move(draft.moves(day))
    return entry


@dataclass(frozen=True)
class Held:
    """What one place holds: its lines, and how many units of each category."""

    place: queries.Place
    lines: list[queries.OnShelf]

    @property
    def by_category(self) -> Mapping[str, int]:
        """Units by category, those above zero."""
        told: dict[str, int] = {}
        for line in self.lines:
            told[line.category] = told.get(line.category, 0) + line.balance
        return {category: units for category, units in told.items() if units > 0}

    @property
    def asks_for_count(self) -> bool:
        """Tell whether the ledger says less than nothing of something is here."""
        return any(line.asks_for_count for line in self.lines)


def held(site_id: uuid.UUID) -> list[Held]:
    """Return what each of a site's places holds, in one question."""
    places = queries.opened(site_id)
    lines = queries.in_accounts([one.id for one in places])
    return [Held(one, lines.get(one.id, [])) for one in places]


def place(site_id: uuid.UUID, account_id: uuid.UUID) -> queries.Place:
    """Return one place of a site. Raises Refused("unknown-account")."""
    found = next((one for one in queries.opened(site_id) if one.id == account_id), None)
    if found is None:
        raise Refused("unknown-account")
    return found


def _day(site_id: uuid.UUID, at: datetime) -> date:
    return site_day(at, org.site(site_id).timezone)
