"""Devices: invited, enrolled, heard from, revoked; gaps in what they brought."""

import random
import threading
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto import jwk

from handrail.core.common.refusals import Conflict, Refused
from handrail.core.journal import models as journal_models
from handrail.core.org import actions, models, queries, rules
from handrail.core.org.tests.test_actions import refusal
from handrail.fronts.console.programme import CONSOLE

DAY = date(2026, 3, 10)


def new_key() -> str:
    return str(jwk.JWK.generate(kty="EC", crv="P-256").export_public())


@pytest.fixture
def invite(lead: Any, site: Any, now: Any) -> Any:
    """Invite a device; returns the draft and the token."""

    def make(**told: Any) -> tuple[rules.NewInvitation, str]:
        named = {"id": uuid.uuid4(), "site_id": site.id, "label": "Van 2", "kind": "van-tablet", "at": now} | told
        draft = rules.NewInvitation(**named)
        return draft, actions.invite_device(draft, by=lead, received_at=now)[1]

    return make


def end(device_id: uuid.UUID, site_id: uuid.UUID, now: Any, reason: str = "lost") -> rules.DeviceEnd:
    return rules.DeviceEnd(uuid.uuid4(), device_id, site_id, reason, now)


def test_enrol_device_lets_the_invited_one_in(invite, lead, now) -> None:
    draft, token = invite()
    told = actions.enrol_device(token, new_key(), received_at=now)
    assert (told.id, told.label, told.kind, told.enrolled) == (draft.device_id, "Van 2", "van-tablet", DAY)
    entry = journal_models.OpenEntry.objects.get(kind="org.enrol_device")
    assert (entry.journal, entry.worker) == ("confidential", str(lead.id))


def test_invite_device_keeps_no_token(invite, every_cell) -> None:
    _, token = invite()
    assert len(token) >= 22 and not [cell for cell in every_cell() if token in cell]  # 128 bits in base64url


def test_invite_device_repeated_shows_no_token_again(invite, lead, now) -> None:
    draft, token = invite()
    entry, again = actions.invite_device(draft, by=lead, received_at=now)
    assert token and entry.already and again == "" and models.Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [({"label": ""}, "bad-name"), ({"kind": "toaster"}, "unknown-device-kind"), ({"site_id": uuid.UUID(int=9)}, "not-allowed")],
)  # fmt: skip
def test_invite_device_refuses(invite, told, code) -> None:
    with pytest.raises(Refused, match=code):
        invite(**told)
    assert models.Invitation.objects.count() == 0


def test_invite_device_is_for_leads_of_the_site(outreach, add_worker, other_site, site, now) -> None:
    draft = rules.NewInvitation(uuid.uuid4(), site.id, "Van 2", "van-tablet", now)
    for by in (outreach, add_worker("kit", "lead", at=other_site)):
        assert refusal(actions.invite_device, draft, by=by, received_at=now) == "not-allowed"


@pytest.mark.parametrize("token", ["", "wrong", "\ud800", "x\x00", "A" * 5000])
def test_enrol_device_refuses_a_token_nobody_gave(invite, now, token) -> None:
    invite()
    assert refusal(actions.enrol_device, token, new_key(), received_at=now) == "enrol-ended"


def test_enrol_device_refuses_an_old_sheet(invite, now) -> None:
    _, token = invite()
    late = now + rules.TOKEN_LIVES
    assert refusal(actions.enrol_device, token, new_key(), received_at=late) == "enrol-ended"
    actions.forget_tries(before=now.date())
    assert actions.enrol_device(token, new_key(), received_at=late - timedelta(seconds=1))
    actions.forget_tries(before=now.date() + timedelta(days=1))
    assert models.Invitation.objects.count() == 0


def test_enrol_device_answers_the_same_key_again_and_no_other(invite, now) -> None:
    _, token = invite()
    key = new_key()
    first = actions.enrol_device(token, key, received_at=now)
    assert actions.enrol_device(token, key, received_at=now) == first  # the answer was lost on the way
    assert refusal(actions.enrol_device, token, new_key(), received_at=now) == "enrol-ended"
    models.Device.objects.update(revoked=DAY)
    assert refusal(actions.enrol_device, token, key, received_at=now) == "enrol-ended"
    assert models.Device.objects.count() == 1


@pytest.mark.parametrize("key", ["", "{}", jwk.JWK.generate(kty="EC", crv="P-384").export_public()])
def test_enrol_device_leaves_the_sheet_unused_by_a_bad_key(invite, now, key) -> None:
    _, token = invite()
    assert refusal(actions.enrol_device, token, key, received_at=now) == "bad-key"
    assert actions.enrol_device(token, new_key(), received_at=now)


def test_enrol_device_asks_whether_the_inviter_still_may(invite, lead, site, now) -> None:
    _, token = invite()
    draft = rules.RoleChange(uuid.uuid4(), lead.id, "lead", site.id, False, now)
    actions.change_role(draft, by=CONSOLE, received_at=now)
    assert refusal(actions.enrol_device, token, new_key(), received_at=now) == "not-allowed"
    models.Worker.objects.update(active=False)
    assert refusal(actions.enrol_device, token, new_key(), received_at=now) == "not-allowed"
    assert models.Device.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_enrol_device_by_two_at_once_lets_one_in(invite, now) -> None:
    _, token = invite()
    told: list[str] = []

    def enrol() -> None:
        try:
            told.append(str(actions.enrol_device(token, new_key(), received_at=now).id))
        except Refused as refused:
            told.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=enrol) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told).count("enrol-ended") == 3 and models.Device.objects.count() == 1


def test_revoke_device_ends_it_and_the_shifts_opened_on_it(device, lead, outreach, site, now) -> None:
    on_it = actions.open_shift(outreach, method=rules.TOTP, device_id=device.id, now=now)
    elsewhere = actions.open_shift(outreach, method=rules.TOTP, now=now)
    draft = end(device.id, site.id, now)
    told = [actions.revoke_device(draft, by=lead, received_at=now).already for _ in range(2)]
    assert told == [False, True] and queries.device(device.id).ended == DAY
    assert queries.on_shift(on_it.shift, now=now) is None and queries.on_shift(elsewhere.shift, now=now)


def test_revoke_device_of_a_known_id_with_another_reason_is_a_conflict(device, lead, site, now) -> None:
    draft = end(device.id, site.id, now)
    actions.revoke_device(draft, by=lead, received_at=now)
    with pytest.raises(Conflict):
        actions.revoke_device(rules.DeviceEnd(draft.id, device.id, site.id, "stolen", now), by=lead, received_at=now)


def test_revoke_device_refuses(device, lead, outreach, add_worker, other_site, site, now) -> None:
    elsewhere = add_worker("kit", "lead", at=other_site)
    for by, draft, code in (
        (outreach, end(device.id, site.id, now), "not-allowed"),
        (elsewhere, end(device.id, site.id, now), "not-allowed"),
        (elsewhere, end(device.id, other_site.id, now), "not-allowed"),
        (CONSOLE, end(device.id, other_site.id, now), "unknown-device"),
        (lead, end(uuid.uuid4(), site.id, now), "unknown-device"),
        (lead, end(device.id, site.id, now, "bored"), "unknown-reason"),
    ):
        assert refusal(actions.revoke_device, draft, by=by, received_at=now) == code
    assert not queries.device(device.id).revoked


def test_devices_come_with_those_in_use_first(device, site, now, other_site) -> None:
    for label in ("Van 2", "Floor"):
        draft = rules.NewDevice(uuid.uuid4(), uuid.uuid4(), label, new_key(), site.id, now, "van-tablet")
        actions.add_device(draft, by=CONSOLE, received_at=now)
    models.Device.objects.filter(label="Floor").update(revoked=DAY)
    assert [one.label for one in queries.devices(site.id)] == ["Van 2", "Window 1", "Floor"]
    assert queries.devices(other_site.id) == []


def test_gaps_name_the_device_how_many_and_since_when(device, site, now) -> None:
    assert queries.gaps() == queries.contacts() == []
    actions.note_contact(device.id, day=DAY, new=10, highest_seq=10)
    actions.note_contact(device.id, day=DAY + timedelta(days=4), new=5, highest_seq=50)
    actions.note_contact(device.id, day=DAY + timedelta(days=4), new=5, highest_seq=60)
    actions.note_contact(device.id, day=DAY + timedelta(days=5), new=1, highest_seq=3)
    (told,) = queries.gaps()
    assert (told.device.label, told.missing, told.since, told.last) == ("Window 1", 39, DAY, DAY + timedelta(days=5))
    actions.note_contact(device.id, day=DAY + timedelta(days=6), new=39, highest_seq=59)
    assert queries.gaps() == [] and queries.contacts()[0].missing == 0


def test_note_contact_is_one_statement(device, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        actions.note_contact(device.id, day=DAY, new=10, highest_seq=10)
    with django_assert_num_queries(1):
        actions.note_contact(device.id, day=DAY, new=1, highest_seq=5)
    assert models.DeviceDay.objects.values_list("day", "new", "highest").get() == (DAY, 11, 10)


@given(made=st.integers(1, 60), lost=st.sets(st.integers(1, 60)), seed=st.integers(0, 2**32), days=st.integers(1, 6))
def test_gap_counts_what_is_missing_below_the_highest_in_any_order(made, lost, seed, days) -> None:
    came = [number for number in range(1, made + 1) if number not in lost]
    chance = random.Random(seed)
    chance.shuffle(came)
    receipts = []
    for back in range(days):
        part = came[back::days]
        receipts.append(rules.Receipt(DAY + timedelta(days=back), len(part), max(part, default=0)))
    chance.shuffle(receipts)
    missing, _ = rules.gap(receipts, enrolled=DAY)
    assert missing == max(came, default=0) - len(came)


def test_gap_is_never_less_than_none() -> None:
    assert rules.gap([rules.Receipt(DAY, 7, 5)], enrolled=DAY - timedelta(days=3)) == (0, DAY)
    assert rules.gap([rules.Receipt(DAY, 1, 5)], enrolled=DAY - timedelta(days=3)) == (4, DAY - timedelta(days=3))


def test_every_kind_of_device_has_its_idle_time_and_only_the_board_none() -> None:
    assert {kind for kind, idle in rules.IDLE_MINUTES.items() if idle is None} == {"floor-board"}
    assert all(0 < idle <= 5 for idle in rules.IDLE_MINUTES.values() if idle is not None)
