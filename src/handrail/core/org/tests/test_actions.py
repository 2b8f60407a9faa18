"""Sites, workers, roles, devices, and the sign-in."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from jwcrypto import jwk

from handrail.core.common.refusals import Conflict, Refused
from handrail.core.common.worker import Worker
from handrail.core.org import actions, models, queries, rules
from handrail.core.org.actions import workers
from handrail.core.org.permissions import require
from handrail.fronts.console.programme import CONSOLE

RIGHT, WRONG = "ash password long", "not the password"


def refusal(call: Any, *told: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def fail(times: int, now: Any) -> None:
    for _ in range(times):
        refusal(actions.sign_in, "ash", WRONG, now=now)


@pytest.fixture
def changed(site: Any, now: Any) -> Any:
    """Grant a role or withdraw it."""

    def change(worker: Any, role: str, *, granted: bool, by: Worker = CONSOLE) -> Any:
        return actions.change_role(
            rules.RoleChange(uuid.uuid4(), worker.id, role, site.id, granted, now), by=by, received_at=now
        )

    return change


def test_require_says_no_by_default(site) -> None:
    nobody = Worker(uuid.uuid4(), "nobody")
    assert refusal(require, nobody, "exchange.record", site_id=site.id) == "not-allowed"


def test_open_site_once(db, now) -> None:
    draft = rules.NewSite(uuid.uuid4(), uuid.uuid4(), "Harbour", "Pacific/Auckland", now)
    told = [actions.open_site(draft, by=CONSOLE, received_at=now).already for _ in range(2)]
    row = models.Site.objects.get()
    assert told == [False, True] and row.opened == now.date() + timedelta(days=1)  # the site's own day


@pytest.mark.parametrize(
    ("name", "zone", "code"),
    [("x" * 81, "Etc/UTC", "bad-name"), ("A", "Here", "unknown-timezone"), ("A\x00", "Etc/UTC", "not-canonical")],
)
def test_open_site_refuses(db, now, name, zone, code) -> None:
    draft = rules.NewSite(uuid.uuid4(), uuid.uuid4(), name, zone, now)
    assert refusal(actions.open_site, draft, by=CONSOLE, received_at=now) == code
    assert models.Site.objects.count() == 0


def test_every_change_of_the_organisation_is_the_operators(site, lead, outreach, now, device) -> None:
    drafts = [
        (actions.open_site, rules.NewSite(uuid.uuid4(), uuid.uuid4(), "A", "Etc/UTC", now), {}),
        (
            actions.add_worker,
            rules.NewWorker(uuid.uuid4(), uuid.uuid4(), "kit", ("lead",), site.id, now),
            {"password": RIGHT},
        ),
        (actions.change_role, rules.RoleChange(uuid.uuid4(), outreach.id, "lead", site.id, True, now), {}),
    ]
    for action, draft, told in drafts:
        assert refusal(action, draft, by=lead, received_at=now, **told) == "not-allowed"


def test_add_worker_keeps_no_password(outreach, every_cell) -> None:
    assert [cell for cell in every_cell() if RIGHT in cell] == []
    assert models.Worker.objects.get(handle="ash").password.startswith("argon2")


def test_add_worker_repeated_is_one_worker(site, now) -> None:
    draft = rules.NewWorker(uuid.uuid4(), uuid.uuid4(), "kit", ("lead", "stock"), site.id, now)
    told = [actions.add_worker(draft, password=RIGHT, by=CONSOLE, received_at=now).already for _ in range(2)]
    assert told == [False, True] and models.Role.objects.count() == 2


@pytest.mark.parametrize(
    ("handle", "password", "roles", "code"),
    [
        ("ash", RIGHT, (), "handle-taken"),
        ("kit", "short", (), "short-password"),
        ("kit", RIGHT, ("boss",), "unknown-role"),
        ("", RIGHT, (), "bad-name"),
    ],
)
def test_add_worker_refuses(outreach, site, now, handle, password, roles, code) -> None:
    draft = rules.NewWorker(uuid.uuid4(), uuid.uuid4(), handle, roles, site.id, now)
    assert refusal(actions.add_worker, draft, password=password, by=CONSOLE, received_at=now) == code
    assert models.Worker.objects.count() == 1


def test_change_role_grants_once_and_withdraws(outreach, changed, site) -> None:
    changed(outreach, "stock", granted=True)
    changed(outreach, "stock", granted=True)
    assert queries.worker(outreach.id).may("supplies.receive", site_id=site.id)
    changed(outreach, "stock", granted=False)
    assert not queries.worker(outreach.id).may("supplies.receive", site_id=site.id)


def test_change_role_repeated_is_no_second_change(outreach, site, now) -> None:
    draft = rules.RoleChange(uuid.uuid4(), outreach.id, "stock", site.id, True, now)
    assert [actions.change_role(draft, by=CONSOLE, received_at=now).already for _ in range(2)] == [False, True]


def test_change_role_of_another_role_under_the_same_id_is_a_conflict(outreach, site, now) -> None:
    draft = rules.RoleChange(uuid.uuid4(), outreach.id, "stock", site.id, True, now)
    actions.change_role(draft, by=CONSOLE, received_at=now)
    with pytest.raises(Conflict):
        actions.change_role(
            rules.RoleChange(draft.id, outreach.id, "lead", site.id, True, now), by=CONSOLE, received_at=now
        )


def test_add_device_repeated_is_one_device(device, site, now) -> None:
    draft = rules.NewDevice(uuid.uuid4(), uuid.uuid4(), "Van", device.public_key, site.id, now)
    assert [actions.add_device(draft, by=CONSOLE, received_at=now).already for _ in range(2)] == [False, True]
    assert models.Device.objects.count() == 2


def test_add_device_needs_a_site_that_stands(site, device, now) -> None:
    draft = rules.NewDevice(uuid.uuid4(), uuid.uuid4(), "Van", device.public_key, uuid.UUID(int=9), now)
    assert refusal(actions.add_device, draft, by=CONSOLE, received_at=now) == "unknown-site"


def test_sign_in_returns_the_worker_and_the_stamp(outreach, now) -> None:
    worker, stamp = actions.sign_in("ash", RIGHT, now=now)
    assert worker == outreach and stamp == str(models.Worker.objects.get(handle="ash").stamp)


@pytest.mark.parametrize(
    ("handle", "password"),
    [("ash", WRONG), ("nobody", RIGHT), ("", ""), ("ash\x00", RIGHT), ("ASH", RIGHT), ("ash", RIGHT + "\x00")],
)
def test_sign_in_answers_a_wrong_handle_and_a_wrong_password_alike(outreach, now, handle, password) -> None:
    assert refusal(actions.sign_in, handle, password, now=now) == "wrong-sign-in"


def test_sign_in_of_an_unknown_handle_checks_a_password_all_the_same(outreach, now, monkeypatch) -> None:
    checked: list[str] = []

    def never(told: str, kept: str) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr(workers, "check_password", never)
    refusal(actions.sign_in, "nobody", RIGHT, now=now)
    refusal(actions.sign_in, "ash", WRONG, now=now)
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]  # same hash, same cost


def test_sign_in_lets_no_inactive_worker_in(outreach, now) -> None:
    models.Worker.objects.update(active=False)
    assert refusal(actions.sign_in, "ash", RIGHT, now=now) == "wrong-sign-in"
    assert queries.worker(outreach.id) is None and refusal(queries.worker_named, "ash") == "unknown-worker"


def test_sign_in_waits_after_five_wrong_passwords_even_for_the_right_one(outreach, now) -> None:
    fail(5, now)
    assert refusal(actions.sign_in, "ash", RIGHT, now=now + timedelta(seconds=29)) == "sign-in-waits"
    assert actions.sign_in("ash", RIGHT, now=now + timedelta(seconds=30))


def test_sign_in_waits_twice_as_long_after_the_next(outreach, now) -> None:
    fail(5, now)
    later = now + timedelta(seconds=31)
    fail(1, later)
    assert refusal(actions.sign_in, "ash", RIGHT, now=later + timedelta(seconds=59)) == "sign-in-waits"
    assert actions.sign_in("ash", RIGHT, now=later + timedelta(seconds=60))


def test_sign_in_never_waits_longer_than_its_ceiling(outreach, now) -> None:
    fail(1, now)
    models.SignInGuard.objects.update(failures=400)
    fail(1, now)
    assert models.SignInGuard.objects.get().until == now + rules.LONGEST_WAIT


def test_sign_in_begins_to_count_anew_after_a_right_password(outreach, now) -> None:
    fail(4, now)
    actions.sign_in("ash", RIGHT, now=now)
    fail(4, now)
    assert actions.sign_in("ash", RIGHT, now=now)


def test_sign_in_of_one_worker_does_not_wait_for_another(outreach, lead, now) -> None:
    fail(5, now)
    assert actions.sign_in("robin", "robin password long", now=now)


def test_sign_in_guard_has_no_column_that_says_who_tried(db) -> None:
    with connection.cursor() as cursor:
        columns = {one.name for one in connection.introspection.get_table_description(cursor, "org_signinguard")}
    assert columns == {"handle", "day", "failures", "until"}


def test_sign_in_guard_keeps_no_handle_that_was_typed(site, now, every_cell) -> None:
    refusal(actions.sign_in, "my.own@mail.example", WRONG, now=now)
    assert models.SignInGuard.objects.count() == 1
    assert [cell for cell in every_cell() if "my.own@mail.example" in cell] == []


def test_sign_in_waits_for_an_unknown_handle_as_for_a_known_one(outreach, now) -> None:
    for handle in ("ash", "nobody"):
        told = [refusal(actions.sign_in, handle, WRONG, now=now) for _ in range(6)]
        assert told == ["wrong-sign-in"] * 5 + ["sign-in-waits"]


def test_forget_tries_lets_go_of_those_before_a_day(outreach, now) -> None:
    fail(1, now)
    actions.forget_tries(before=now.date())
    assert models.SignInGuard.objects.count() == 1
    actions.forget_tries(before=now.date() + timedelta(days=1))
    assert models.SignInGuard.objects.count() == 0


def test_install_says_once_what_this_is(db) -> None:
    assert queries.installation() is None and not queries.is_demo() and queries.demo_visits() is None
    actions.install(demo=True)
    actions.note_demo_visits(230)
    assert queries.is_demo() and queries.demo_visits() == 230


def test_worker_is_nobody_under_an_old_stamp(outreach) -> None:
    stamp = str(models.Worker.objects.get().stamp)
    assert queries.worker(outreach.id, stamp=stamp) == outreach
    models.Worker.objects.update(stamp=uuid.uuid4())
    assert queries.worker(outreach.id, stamp=stamp) is None


def test_worker_without_a_role_may_nothing(add_worker, site) -> None:
    kit = add_worker("kit")
    assert kit.grants == frozenset() and queries.sites_of(kit, "supplies.see") == []


def test_site_named_is_the_named_one_or_the_first(site, other_site) -> None:
    assert queries.site_named("Harbour") == other_site and queries.site_named(None) in queries.sites()
    assert refusal(queries.site_named, "Nowhere") == refusal(queries.site, uuid.UUID(int=9)) == "unknown-site"


def test_device_that_signed_is_known_by_its_signature(device, site) -> None:
    found = queries.device_that_signed(device.id, body=b"acts", signature=device.sign(b"acts"))
    assert found == queries.device(device.id) and not found.revoked


def test_device_that_signed_is_none_for_another_body_key_device_or_form(device, site, now) -> None:
    good = device.sign(b"acts")
    other = type(device)()
    for device_id, body, signature in (
        (device.id, b"other acts", good),
        (device.id, b"acts", other.sign(b"acts")),
        (other.id, b"acts", other.sign(b"acts")),
        (None, b"acts", good),
        *((device.id, b"acts", odd) for odd in (b"", good[:-1], good + b"\x00", b"\x00" * 64, b"\xff" * 64)),
    ):
        assert queries.device_that_signed(device_id, body=body, signature=signature) is None


def test_device_that_signed_says_that_it_is_revoked(device) -> None:
    device.revoke()
    found = queries.device_that_signed(device.id, body=b"acts", signature=device.sign(b"acts"))
    assert found and found.revoked


def test_register_lets_no_batch_change_the_organisation(act, take, lead, site) -> None:
    assert take(act(lead, {"name": "A", "timezone": "Etc/UTC"}, kind="org.open_site")).code == "console-only"


@pytest.mark.parametrize(
    "text",
    ["", "not json", "[]", "{}", '{"kty": "oct", "k": "AAAA"}', '{"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}'],
)
def test_check_public_key_refuses_what_is_no_p256_key(text) -> None:
    with pytest.raises(Refused, match="bad-key"):
        rules.check_public_key(text)


def test_check_public_key_refuses_a_private_part() -> None:
    pair = jwk.JWK.generate(kty="EC", crv="P-256")
    assert rules.check_public_key(pair.export_public())
    with pytest.raises(Refused, match="bad-key"):
        rules.check_public_key(pair.export_private())
    other = jwk.JWK.generate(kty="EC", crv="P-384")
    with pytest.raises(Refused, match="bad-key"):
        rules.check_public_key(other.export_public())


def test_change_role_refuses_a_worker_nobody_knows(site, now) -> None:
    draft = rules.RoleChange(uuid.uuid4(), uuid.uuid4(), "outreach", site.id, True, now)
    with pytest.raises(Refused, match="unknown-worker"):
        actions.change_role(draft, by=CONSOLE, received_at=now)


@pytest.mark.parametrize("everywhere", [True, False])
def test_role_is_held_once_at_a_place(site, outreach, everywhere) -> None:
    told = {
        "worker_id": outreach.id,
        "site_id": None if everywhere else site.id,
        "name": "stock",
        "since": date(2026, 3, 10),
        "granted_by": "",
    }
    models.Role.objects.create(**told)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Role.objects.create(**told)
