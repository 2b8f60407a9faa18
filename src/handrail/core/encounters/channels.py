"""The channels through which people are met, and what each may ask: one table (frontline reference, section 4). Plain Python.

A channel says what a screen offers. What has happened is recorded whatever it says: supplies that went out or came back are never
left out of the books, only marked as beyond the channel. A card is another matter: where no code may be asked for, none is kept.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from handrail.core.common.ids import parse_id
from handrail.core.common.refusals import Refused

VISIT, TALLY, FLOOR = "window.visit", "window.tally", "consumption.visit"  # kinds of act
PEOPLE = {VISIT: "served_for", TALLY: "people", FLOOR: "served_for"}  # each kind's word for how many
CARD, STOP, STOCK = "card", "stop", "from"  # facts that the encounter itself holds: whose, where, out of whose stock
OUT = frozenset({"given", "naloxone", "asked_for"})  # everywhere: also that something was asked for and not there


@dataclass(frozen=True)
class Channel:
    """One way of meeting people. `asks` are the facts that its screens offer, by their key in an act's body."""

    name: str
    kind: str
    asks: frozenset[str] = field(repr=False)

    @property
    def keeps_cards(self) -> bool:
        """Tell whether a card's mark may be kept here."""
        return CARD in self.asks

    def beyond(self, told: Collection[str]) -> tuple[str, ...]:
        """Name the facts among these that the channel does not ask."""
        return tuple(sorted(set(told) - self.asks))


def _channel(name: str, *asks: str, kind: str = VISIT) -> Channel:
    return Channel(name, kind, OUT | frozenset(asks))


WINDOW, RUSH, CONSUMPTION = "window", "tally", "consumption"
CHANNELS: Mapping[str, Channel] = {
    one.name: one
    for one in (
        _channel(WINDOW, CARD, "served_for", "returned", "care", STOCK),
        _channel("mobile", CARD, "served_for", "returned", "care", STOP, STOCK),
        _channel("street", CARD, "served_for", "returned", "care", STOP, STOCK),
        _channel("peer", "served_for", "returned", STOCK),  # never who was supplied
        _channel("pharmacy", CARD, "returned", STOCK),
        _channel("mail", STOCK),  # name and address stand in no encounter
        _channel("machine", STOCK),  # nobody is asked anything; what its bin holds comes back to the area
        _channel(RUSH, "returned", "care", STOP, STOCK, kind=TALLY),
        _channel("training", STOP, STOCK, kind=TALLY),
        _channel(CONSUMPTION, CARD, "stay", kind=FLOOR),  # the visit is the encounter
    )
}
OF_KIND = {VISIT: WINDOW, TALLY: RUSH, FLOOR: CONSUMPTION}  # the channel of an act that names none


@dataclass(frozen=True)
class Where:
    """By which channel, at which stop of a route, out of whose stock (None: the site's shelf)."""

    channel: Channel
    stop_id: uuid.UUID | None = None
    stock_id: uuid.UUID | None = None

    @property
    def stated(self) -> dict[str, str]:
        """The keys of a body that say so; none where it goes without saying."""
        named = {} if self.channel.name in OF_KIND.values() else {"channel": self.channel.name}
        ids = {STOP: self.stop_id, STOCK: self.stock_id}
        return named | {key: str(one) for key, one in ids.items() if one}


AT_THE_WINDOW, ON_THE_FLOOR = Where(CHANNELS[WINDOW]), Where(CHANNELS[CONSUMPTION])


def channel(name: str, *, kind: str) -> Channel:
    """Return a channel that this kind of act may name. Raises Refused("unknown-channel")."""
    found = CHANNELS.get(name)
    if found is None or found.kind != kind:
        raise Refused("unknown-channel")
    return found


def take_where(told: dict[str, Any], *, kind: str) -> Where:
    """Take out of a body where it happened. Raises Refused: `unknown-channel`, `not-an-act`."""
    name = told.pop("channel", OF_KIND[kind])
    found = channel(name if isinstance(name, str) else "", kind=kind)
    ids = {key: parse_id(told.get(key)) for key in (STOP, STOCK) if key in told}
    if None in ids.values():
        raise Refused("not-an-act")
    for key in ids:
        del told[key]
    return Where(found, ids.get(STOP), ids.get(STOCK))


def check_asks(name: str, told: Collection[str], *, kind: str = VISIT) -> None:
    """Refuse a screen's fact that its channel does not ask; nothing was saved yet. Raises Refused: `unknown-channel`, `not-asked-here`."""
    if channel(name, kind=kind).beyond(told):
        raise Refused("not-asked-here")
