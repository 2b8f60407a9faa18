"""What a visit can hold. Each service registers its part; the visit knows which keys of the body it owns and nothing else."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handrail.core.common.refusals import Refused


@dataclass(frozen=True)
class Place:
    """Where a part's rows belong: the act, its encounter, the site, the day there; out of whose stock (None: the shelf)."""

    act_id: uuid.UUID
    encounter_id: uuid.UUID
    site_id: uuid.UUID
    day: date
    stock_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Past:
    """Encounters of one site, month (its first day) and channel that become counts; `standing` are those not taken back."""

    site_id: uuid.UUID
    day: date
    channel: str
    encounters: Sequence[uuid.UUID]
    standing: Sequence[uuid.UUID]


Disown = Callable[..., None]  # (site id, pseudonym, its month pseudonyms, batch=, kept=)


@dataclass(frozen=True)
class Part:
    """One service's part in a visit.

    `keys` of the body are the service's own. `parse(told)` makes its draft, or refuses. `check(placed)` asks what only the
    database knows (known items, lots, accounts). `write(placed)` writes rows and stock for many (place, draft) at once.
    `take_back(place, draft, act_id)` reverses the stock of one, as part of the undoing act. `fold(past)` adds the rows of a
    month that is over long ago to the month's counts, lets them go, and returns how many went. `kind`: the only kind of act
    that holds this part; blank for those of window and tally. `disown` unlinks an erased card from what the service keeps of
    its own beside encounters.
    """

    service: str
    keys: frozenset[str]
    permission: str
    parse: Callable[[Mapping[str, Any]], Any]
    check: Callable[[Sequence[tuple[Place, Any]]], None]
    write: Callable[[Sequence[tuple[Place, Any]]], None]
    take_back: Callable[[Place, Any, uuid.UUID], None]
    fold: Callable[[Past], int] = lambda past: 0
    kind: str = ""
    disown: Disown = lambda *told, **named: None


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    """Let visits hold this part."""
    _parts[part.service] = part


def registered() -> tuple[Part, ...]:
    """Return every part, by service."""
    return tuple(_parts[service] for service in sorted(_parts))


def parse(told: Mapping[str, Any], *, kind: str = "") -> dict[str, Any]:
    """Make the services' drafts of a visit's body, by service. Raises `not-an-act`, and what the services refuse."""
    own = {part.kind for part in registered()} - {""}
    mine = [part for part in registered() if part.kind == (kind if kind in own else "")]
    if not set(told) <= {key for part in mine for key in part.keys}:
        raise Refused("not-an-act")
    shares = ((part, {key: told[key] for key in sorted(part.keys) if told.get(key, []) != []}) for part in mine)
    return {part.service: part.parse(share) for part, share in shares if share}
