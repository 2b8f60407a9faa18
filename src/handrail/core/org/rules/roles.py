"""Roles and what they may do; names, passwords and zones as they may be kept; when a try must wait."""

from collections.abc import Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

from handrail.core.common.canonical import is_plain
from handrail.core.common.refusals import Refused

WINDOW = frozenset(
    {
        "exchange.record",
        "exchange.returns",
        "naloxone.record",
        "naloxone.report",
        "people.scan",
        "supplies.see",
        "supplies.count",
    }
)
FLOOR = frozenset({"consumption.record", "naloxone.record", "people.scan", "supplies.see"})
STOCK = frozenset(
    {"supplies.see", "supplies.count", "supplies.receive", "supplies.places", "supplies.recall", "supplies.kits"}
)
TABLE = frozenset({"drugchecking.record", "drugchecking.kits", "release.notice"})

ROLES: Mapping[str, frozenset[str]] = {
    "outreach": WINDOW,
    "floor": FLOOR,
    "clinician": FLOOR | {"consumption.set-checks"},  # sets when people are looked at
    "lead": WINDOW
    | STOCK
    | TABLE
    | {"drugchecking.withdraw"}
    | FLOOR
    | {
        "people.issue-cards",
        "journal.review",
        "exchange.undo-others",
        "indicators.see",
        "org.devices",
        "naloxone.see-reports",
        "encounters.routes",
        "exchange.calibrate",
        "consumption.arrange",
        "exchange.set-policy",
    },
    "stock": STOCK,
    "reviewer": frozenset({"journal.review"}),
    "manager": frozenset({"release.draft", "release.approve", "release.alert", "indicators.see"}),
    "approver": frozenset({"release.approve"}),  # may be someone outside: sees what is to be released and nothing else
    "technician": TABLE | {"release.alert"},
    "chemist": TABLE | {"release.alert", "drugchecking.withdraw", "drugchecking.registry"},
    "importer": frozenset({"drugchecking.import", "exchange.record", "naloxone.record", "supplies.receive"}),
    "operator": frozenset({"org.change", "org.devices", "journal.hold", "evidence.export"}),
    "counsel-liaison": frozenset({"journal.hold"}),
}
EVERYWHERE = frozenset({"manager", "approver"})  # roles about the whole programme: never held at one site

FREE_TRIES = 5  # wrong passwords before a wait; ASVS 5.0 6.3.1 asks for a limit, the figure is ours
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_NAME = 80
PASSWORD_AT_LEAST = 12  # characters


def wait_after(failures: int) -> timedelta | None:
    """Return how long a sign-in must wait after so many wrong passwords in a row: none at first, then doubling to a ceiling."""
    if failures < FREE_TRIES:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** min(failures - FREE_TRIES, 10)
    return min(doubled, LONGEST_WAIT)


def check_name(text: str) -> str:
    """Return a site's name or a handle as it may be kept. Raises Refused("bad-name")."""
    text = text.strip()
    if not text or len(text) > LONGEST_NAME or not is_plain(text) or "\n" in text:
        raise Refused("bad-name", longest=LONGEST_NAME)
    return text


def check_timezone(name: str) -> str:
    """Return an IANA time zone's name. Raises Refused("unknown-timezone")."""
    if name not in available_timezones():
        raise Refused("unknown-timezone")
    return ZoneInfo(name).key


def check_password(password: str) -> str:
    """Return a password long enough to be one. Raises Refused("short-password")."""
    if len(password) < PASSWORD_AT_LEAST:
        raise Refused("short-password", least=PASSWORD_AT_LEAST)
    return password


def check_role(name: str) -> str:
    """Return a role's name. Raises Refused("unknown-role")."""
    if name not in ROLES:
        raise Refused("unknown-role")
    return name
