"""Org's kinds of act. They come from the console only: the journal must know them to seal and read them."""

from collections.abc import Callable, Mapping
from typing import Any

from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds

from . import actions

NAMES: Mapping[str, Callable[..., Any]] = {
    "org.open_site": actions.open_site,
    "org.add_worker": actions.add_worker,
    "org.grant_role": actions.change_role,
    "org.withdraw_role": actions.change_role,
    "org.set_password": actions.set_password,
    "org.set_totp": actions.set_totp,
    "org.add_passkey": actions.add_passkey,
    "org.remove_passkey": actions.remove_passkey,
    "org.invite_device": actions.invite_device,
    "org.enrol_device": actions.add_device,
    "org.revoke_device": actions.revoke_device,
}


def register() -> None:
    """Make org's acts known, in the confidential journal."""
    for name, run in NAMES.items():
        kinds.register(kinds.Kind(name, 1, parse=_console_only, run=run, journal=kinds.CONFIDENTIAL))


def _console_only(envelope: kinds.Envelope) -> Any:
    """Refuse: who may do what is not changed by a device's batch."""
    raise Refused("console-only")
