"""What changes the organisation: sites, workers and roles; sign-ins and shifts; devices."""

from .batches import Taken, take_batch
from .devices import add_device, enrol_device, invite_device, note_contact, revoke_device
from .passkeys import add_passkey, ask, ask_new, prove_passkey, remove_passkey
from .seals import seal_shift
from .shifts import close_shift, forget_shift_names, open_shift
from .sites import install, note_demo_visits, open_site
from .steps import prove_code, prove_pin, set_pin, set_totp
from .tries import forget_tries
from .workers import add_worker, change_role, set_password, sign_in

__all__ = [
    "Taken", "add_device", "add_passkey", "add_worker", "ask", "ask_new", "change_role", "close_shift",
    "enrol_device", "forget_shift_names", "forget_tries", "install", "invite_device", "note_contact", "note_demo_visits",
    "open_shift", "open_site", "prove_code", "prove_passkey", "prove_pin", "remove_passkey", "revoke_device", "seal_shift",
    "set_password", "set_pin", "set_totp", "sign_in", "take_batch",
]  # fmt: skip
