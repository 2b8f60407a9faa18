"""What changes the organisation: sites, workers and roles; sign-ins and shifts; devices."""

from .batches import Taken, take_batch
from .devices import add_device, enrol_device, forget_invitations, invite_device, note_contact, revoke_device
from .shifts import close_shift, forget_shift_names, open_shift
from .sites import install, note_demo_visits, open_site
from .tries import forget_tries
from .workers import add_worker, change_role, set_password, sign_in

__all__ = [
    "Taken", "add_device", "add_worker", "change_role", "close_shift", "enrol_device", "forget_invitations", "forget_shift_names",
    "forget_tries", "install", "invite_device", "note_contact", "note_demo_visits", "open_shift", "open_site",
    "revoke_device", "set_password", "sign_in", "take_batch",
]  # fmt: skip
