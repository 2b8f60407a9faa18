"""Release's kinds of act. They come from a desk only: the journal must know them to seal and read them."""

from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds

from . import actions, ceilings, internal, regions
from .alerts import actions as alerts


def register() -> None:
    """Make release's acts known, in the confidential journal."""
    for name, run in (
        ("release.draft", actions.draft_release),
        ("release.approve", actions.approve_release),
        ("release.retract", actions.retract_release),
        ("release.propose-ceiling", ceilings.propose_ceiling),
        ("release.sign-ceiling", ceilings.sign_ceiling),
        ("release.take-out", internal.take_out),
        ("release.place-site", regions.place_site),
        ("release.notice", alerts.put_up),
        ("release.end-notice", alerts.take_down),
        ("release.draft-alert", alerts.draft_alert),
        ("release.verify-alert", alerts.verify_alert),
        ("release.publish-alert", alerts.publish_alert),
        ("release.retract-alert", alerts.retract_alert),
    ):
        kinds.register(kinds.Kind(name, 1, parse=_desk_only, run=run, journal=kinds.CONFIDENTIAL))


def _desk_only(envelope: kinds.Envelope) -> Any:
    """Refuse: what leaves is never let out by a device's batch."""
    raise Refused("desk-only")
