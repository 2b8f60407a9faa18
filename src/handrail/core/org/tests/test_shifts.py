"""Shifts: opened once, sealed, forgotten; who acts under which id."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as encounter_rules
from handrail.core.org import actions, models, queries, rules
from handrail.core.org.tests.test_actions import refusal
from handrail.fronts.console.programme import CONSOLE


@pytest.fixture
def opened(outreach: Any, now: Any) -> Any:
    """Ash, in a shift of their own."""
    return actions.open_shift(outreach, method=rules.TOTP, now=now)


def test_open_shift_signs_as_the_shift_and_seals_whose_it_is(opened, outreach, site, every_cell) -> None:
    row = models.Shift.objects.get()
    assert (opened.id, opened.shift, opened.signs_as) == (outreach.id, row.id, row.id)
    assert (row.site_id, row.day, row.device_id) == (site.id, date(2026, 3, 10), None)
    told = models.Shift.objects.values().get() | {"worker_sealed": bytes(row.worker_sealed).hex()}
    assert str(outreach.id) not in str(told) and outreach.id.hex not in str(told)


def test_open_shift_keeps_no_time_but_its_end_to_a_quarter_of_an_hour(outreach, now) -> None:
    actions.open_shift(outreach, method=rules.PASSKEY, now=now + timedelta(minutes=7, seconds=3))
    assert models.Shift.objects.get().until == now + timedelta(hours=12, minutes=15)


@pytest.mark.parametrize(("method", "demo"), [("password", False), ("guess", False), ("guess", True), ("", False)])
def test_open_shift_refuses_a_password_alone(outreach, now, method, demo) -> None:
    with pytest.raises(Refused, match="second-step-needed"):
        rules.check_method(method, demo=demo)
    assert refusal(actions.open_shift, outreach, method="password", now=now) == "second-step-needed"


def test_open_shift_in_a_demo_takes_a_password_alone() -> None:
    rules.check_method(rules.PASSWORD, demo=True)


def test_open_shift_on_a_device_is_at_its_site_and_for_who_holds_a_role_there(
    add_worker, outreach, other_site, device, site, now
) -> None:
    kit = add_worker("kit", "outreach", at=other_site)
    assert refusal(actions.open_shift, kit, method=rules.TOTP, device_id=device.id, now=now) == "not-allowed"
    actions.open_shift(outreach, method=rules.TOTP, device_id=device.id, now=now)
    assert models.Shift.objects.values_list("site_id", "device_id").get() == (site.id, device.id)


def test_open_shift_on_a_revoked_or_unknown_device_is_refused(outreach, device, now) -> None:
    device.revoke()
    for one in (device.id, uuid.uuid4()):
        assert refusal(actions.open_shift, outreach, method=rules.TOTP, device_id=one, now=now) == "unknown-device"


def test_open_shift_of_a_worker_without_a_role_is_at_no_site(add_worker, now) -> None:
    actions.open_shift(add_worker("kit"), method=rules.TOTP, now=now)
    assert models.Shift.objects.get().site_id is None


def test_open_shift_of_a_worker_who_left_is_refused(outreach, now) -> None:
    models.Worker.objects.update(active=False)
    assert refusal(actions.open_shift, outreach, method=rules.TOTP, now=now) == "unknown-worker"


def test_worker_under_a_shifts_id_is_its_worker_with_present_grants(opened, outreach, site, now) -> None:
    assert queries.worker(opened.shift) == opened and queries.worker(outreach.id).shift is None
    draft = rules.RoleChange(uuid.uuid4(), outreach.id, "outreach", site.id, False, now)
    actions.change_role(draft, by=CONSOLE, received_at=now)
    assert queries.worker(opened.shift).grants == frozenset()


def test_worker_under_an_id_of_nobody_is_nobody(opened) -> None:
    assert queries.worker(uuid.uuid4()) is None
    models.Worker.objects.update(active=False)
    assert queries.worker(opened.shift) is None


def test_shift_ends_by_itself_after_twelve_hours_and_by_hand(opened, now) -> None:
    assert queries.on_shift(opened.shift, now=now + timedelta(hours=12)) == opened
    assert queries.on_shift(opened.shift, now=now + timedelta(hours=12, minutes=15)) is None
    actions.close_shift(opened.shift, now=now + timedelta(hours=1))
    assert queries.on_shift(opened.shift, now=now + timedelta(hours=1)) is None
    assert queries.worker(opened.shift) == opened  # what was recorded in it may still arrive


def test_shift_reads_nothing_once_the_stamp_has_changed_or_for_nobody(opened, now) -> None:
    assert queries.on_shift(uuid.uuid4(), now=now) is None
    models.Worker.objects.update(stamp=uuid.uuid4())
    assert queries.on_shift(opened.shift, now=now) is None
    assert queries.worker(opened.shift) == opened  # a new password does not hold what was recorded under the old one


def test_forget_shift_names_erases_whose_they_were_and_a_late_act_is_held(opened, act, take, now) -> None:
    assert take(act(opened)).outcome == "saved"
    assert actions.forget_shift_names(before=date(2026, 3, 10)) == 0
    assert actions.forget_shift_names(before=date(2026, 3, 11)) == 1
    assert actions.forget_shift_names(before=date(2026, 3, 11)) == 0
    assert bytes(models.Shift.objects.get().worker_sealed) == b""
    told = take(act(opened))
    assert (told.outcome, told.code) == ("held", "shift-ended")
    assert queries.on_shift(opened.shift, now=now) is None


def test_shift_sealed_for_another_row_opens_nowhere_else(opened, lead, now) -> None:
    other = actions.open_shift(lead, method=rules.TOTP, now=now)
    models.Shift.objects.filter(pk=other.signs_as).update(
        worker_sealed=models.Shift.objects.get(pk=opened.signs_as).worker_sealed
    )
    assert refusal(queries.worker, other.shift) == "not-openable"


def test_same_worker_knows_two_shifts_of_one_worker_while_the_name_lives(opened, outreach, lead, now) -> None:
    later = actions.open_shift(outreach, method=rules.TOTP, now=now + timedelta(hours=3))
    for one in (outreach, opened, later):
        assert all(queries.same_worker(str(told), one) for told in (outreach.id, opened.shift, later.shift))
    assert not any(queries.same_worker(told, lead) for told in (str(opened.shift), str(outreach.id), "", "nobody"))
    actions.forget_shift_names(before=date(2026, 3, 11))
    assert not queries.same_worker(str(opened.shift), later) and queries.same_worker(str(later.shift), later)


def test_same_worker_keeps_its_own_visit_to_undo_over_two_shifts(
    opened, outreach, add_worker, visit, site, now
) -> None:
    draft = visit()
    entry = encounters.record_visit(draft, by=opened, received_at=now)
    assert entry.worker == journal.find(draft.id).worker == str(opened.shift)
    undo = encounter_rules.Undo(uuid.uuid4(), site.id, now, draft.id)
    assert (
        refusal(encounters.undo_visit, undo, by=add_worker("kit", "outreach"), received_at=now) == "not-yours-to-undo"
    )
    later = actions.open_shift(outreach, method=rules.TOTP, now=now)
    assert encounters.undo_visit(undo, by=later, received_at=now).worker == str(later.shift)


def test_confidential_entries_name_the_worker_and_not_the_shift(lead, site, now) -> None:
    opened = actions.open_shift(lead, method=rules.TOTP, now=now)
    draft = rules.NewInvitation(uuid.uuid4(), site.id, "Van 2", "van-tablet", now)
    entry, _ = actions.invite_device(draft, by=opened, received_at=now)
    assert entry.worker == journal.find(draft.id).worker == str(lead.id)


def test_no_column_joins_a_shift_to_its_worker_without_the_key(opened, outreach, visit, every_cell, now) -> None:
    encounters.record_visit(visit(), by=opened, received_at=now)
    named = [cell for cell in every_cell() if str(opened.shift) in cell or opened.shift.hex in cell]
    assert named and not [cell for cell in named if str(outreach.id) in cell or outreach.id.hex in cell]
    sealed = bytes(models.Shift.objects.get().worker_sealed)
    with pytest.raises(Refused, match="not-openable"):  # who has the database and not our keys
        keys.make(demo=False).decrypt(sealed, about=queries.about_shift(opened.shift))
