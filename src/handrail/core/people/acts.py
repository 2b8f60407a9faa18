"""The kinds of act about cards."""

from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds

from . import actions


def register() -> None:
    """Make card sheets known; they are printed at a desk, so no batch brings them."""
    kinds.register(kinds.Kind("people.issue_cards", 1, parse=_desk_only, run=actions.issue_cards))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: codes are drawn where they are printed."""
    raise Refused("desk-only")
