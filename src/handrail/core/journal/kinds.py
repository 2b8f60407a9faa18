"""The kinds of act that Handrail knows. Each room registers its own from `AppConfig.ready`; sync, import and tests go through them."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from handrail.core.common.acts import Stated
from handrail.core.common.refusals import Refused

ANONYMOUS = "anonymous"  # sealed by the day, order and arrival forgotten
CONFIDENTIAL = "confidential"  # sealed every second, in order: treatment, roles, devices, releases


class Draft(Protocol):
    """What a room makes of an envelope: it knows what was stated."""

    @property
    def stated(self) -> Stated:
        """The statement that is compared, committed to and kept."""


@dataclass(frozen=True)
class Envelope:
    """An act on its way in, opened and checked for form: id, kind, version, site, time, and the room's own body."""

    id: uuid.UUID
    kind: str
    version: int
    site_id: uuid.UUID | None
    at: datetime | None
    body: Mapping[str, Any]


Parse = Callable[[Envelope], Any]
Run = Callable[..., Any]


@dataclass(frozen=True)
class Kind:
    """One kind of act. `parse` makes a draft of an envelope or refuses; `run` records it; `run_many` records many at once.

    `expires` names body keys that point to a person: they leave the journal when retention says so. `ledger`: its ids are kept
    for ever; those of other kinds of the anonymous journal 400 days. `stage` says what must come before within one batch:
    0 stands alone, 1 may stand on what is of stage 0, 2 on both.
    """

    name: str
    version: int
    parse: Parse
    run: Run
    run_many: Callable[..., Sequence[Any]] | None = None
    journal: str = ANONYMOUS
    expires: frozenset[str] = frozenset()
    stage: int = 0
    ledger: bool = False


_kinds: dict[tuple[str, int], Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of act known."""
    _kinds[kind.name, kind.version] = kind


def kind(name: str, version: int) -> Kind:
    """Return a kind of act. Raises Refused("unknown-kind") when no room takes it."""
    try:
        return _kinds[name, version]
    except KeyError:
        raise Refused("unknown-kind") from None


def registered() -> tuple[Kind, ...]:
    """Return every kind, by name and version."""
    return tuple(_kinds[key] for key in sorted(_kinds))
