"""What org judges without looking anything up: roles, shifts, devices, and the drafts of its acts."""

from .devices import (
    IDLE_EDITION,
    IDLE_MINUTES,
    REASONS,
    TOKEN_BYTES,
    TOKEN_LIVES,
    Receipt,
    check_device_kind,
    check_end,
    check_public_key,
    gap,
    is_same_key,
)
from .drafts import (
    WINDOW_TABLET,
    DeviceEnd,
    NewDevice,
    NewInvitation,
    NewPassword,
    NewSite,
    NewWorker,
    OwnStep,
    RoleChange,
)
from .roles import (
    EVERYWHERE,
    LONGEST_WAIT,
    ROLES,
    check_name,
    check_password,
    check_role,
    check_timezone,
    wait_after,
)
from .shifts import (
    OPEN,
    PASSKEY,
    PASSWORD,
    PIN_TRIES,
    SET_UP_STEP,
    SHIFT_NAMES,
    TOTP,
    Account,
    check_method,
    check_pin,
    code_at,
    new_secret,
    next_step,
    provisioning,
    shift_ends,
    spoken,
    step_of,
)

__all__ = [
    "EVERYWHERE", "IDLE_EDITION", "IDLE_MINUTES", "LONGEST_WAIT", "OPEN", "PASSKEY", "PASSWORD", "PIN_TRIES", "REASONS", "ROLES", "SET_UP_STEP", "SHIFT_NAMES",
    "TOKEN_BYTES", "TOKEN_LIVES", "TOTP", "WINDOW_TABLET", "Account", "DeviceEnd", "NewDevice", "NewInvitation", "NewPassword", "NewSite",
    "NewWorker", "OwnStep", "Receipt", "RoleChange", "check_device_kind", "check_end", "check_method", "check_name",
    "check_password", "check_pin", "check_public_key", "check_role", "check_timezone", "code_at", "gap", "is_same_key",
    "new_secret", "next_step", "provisioning", "shift_ends", "spoken", "step_of", "wait_after",
]  # fmt: skip
