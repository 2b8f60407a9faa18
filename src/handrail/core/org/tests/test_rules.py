"""Who may do what, and when a sign-in must wait."""

from datetime import timedelta

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.org import rules

EVERY = sorted({permission for held in rules.ROLES.values() for permission in held})
MATRIX = {
    "outreach": {
        "exchange.record", "exchange.returns", "naloxone.record", "naloxone.report", "people.scan",
        "supplies.count", "supplies.see",
    },
    "floor": {"consumption.record", "naloxone.record", "people.scan", "supplies.see"},
    "clinician": {"consumption.record", "consumption.set-checks", "naloxone.record", "people.scan", "supplies.see"},
    "lead": {
        "consumption.arrange", "consumption.record", "drugchecking.kits", "drugchecking.record",
        "drugchecking.withdraw", "encounters.routes", "exchange.calibrate", "exchange.record", "exchange.returns",
        "exchange.set-policy", "exchange.undo-others", "indicators.see", "journal.review", "naloxone.record",
        "naloxone.report", "naloxone.see-reports", "org.devices", "people.issue-cards", "people.scan",
        "release.notice", "supplies.count", "supplies.kits", "supplies.places", "supplies.recall",
        "supplies.receive", "supplies.see",
    },
    "stock": {
        "supplies.count", "supplies.kits", "supplies.places", "supplies.recall", "supplies.receive", "supplies.see",
    },
    "reviewer": {"journal.review"},
    "manager": {"indicators.see", "release.alert", "release.approve", "release.draft"},
    "approver": {"release.approve"},
    "technician": {"drugchecking.kits", "drugchecking.record", "release.alert", "release.notice"},
    "chemist": {
        "drugchecking.kits", "drugchecking.record", "drugchecking.registry", "drugchecking.withdraw",
        "release.alert", "release.notice",
    },
    "importer": {"drugchecking.import", "exchange.record", "naloxone.record", "supplies.receive"},
    "operator": {"evidence.export", "journal.hold", "org.change", "org.devices"},
    "counsel-liaison": {"journal.hold"},
}  # fmt: skip


def code(call: object, *told: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*told)  # type: ignore[operator]  # the case is any callable
    return refused.value.code


@pytest.mark.parametrize("permission", EVERY)
@pytest.mark.parametrize("role", sorted(MATRIX))
def test_roles_hold_what_the_matrix_says_and_nothing_else(role, permission) -> None:
    assert (permission in rules.ROLES[role]) == (permission in MATRIX[role])


def test_roles_are_those_of_the_matrix() -> None:
    assert set(rules.ROLES) == set(MATRIX)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, None), (4, None), (5, 30), (6, 60), (7, 120), (9, 480), (10, 900), (11, 900), (10_000, 900)],
)
def test_wait_after_doubles_from_the_fifth_to_its_ceiling(failures, seconds) -> None:
    assert rules.wait_after(failures) == (timedelta(seconds=seconds) if seconds else None)


@pytest.mark.parametrize("text", ["", "  ", "x" * 81, "a\x00", "a\nb", "e\u0301", "\ud800"])
def test_check_name_refuses_what_cannot_be_one(text) -> None:
    assert code(rules.check_name, text) == "bad-name"


@pytest.mark.parametrize("text", ["Riverside", "=cmd|' /C calc'!A0", "<b>x</b>", "\u202eedis", "نور", "x" * 80])
def test_check_name_takes_any_plain_line(text) -> None:
    assert rules.check_name(f" {text} ") == text


def test_check_timezone_knows_iana_names_only() -> None:
    assert rules.check_timezone("Europe/London") == "Europe/London"
    assert code(rules.check_timezone, "London") == code(rules.check_timezone, "../etc/passwd") == "unknown-timezone"


def test_check_password_wants_twelve_characters() -> None:
    assert rules.check_password("x" * 12) == "x" * 12
    assert code(rules.check_password, "x" * 11) == "short-password"


def test_check_role_knows_its_roles_only() -> None:
    assert rules.check_role("lead") == "lead"
    assert code(rules.check_role, "boss") == "unknown-role"
