"""`handrail worker`."""

import json
import re
import stat
from typing import Any

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.journal import models as journal
from handrail.core.org import actions, models, queries
from handrail.fronts.console import setting_up, workers


def password_in(said: str) -> str:
    return str(re.findall(r"password (\S+)", said)[0])


def roles_of(handle: str) -> set[tuple[str, Any]]:
    return set(models.Role.objects.filter(worker__handle=handle).values_list("name", "site__name"))


def run(handle: str, *roles: str, site: str | None = None, new_password: bool = False) -> None:
    workers.run(handle, roles=roles, site=site, new_password=new_password)


def test_run_adds_a_worker_with_a_password_that_works(site, now, capsys) -> None:
    run("sam")
    said = capsys.readouterr().out
    actions.sign_in("sam", password_in(said), now=now)
    assert said.count("password") == 1 and roles_of("sam") == {("outreach", "Riverside")}


def test_run_adds_roles_at_the_named_site_each_once(other_site, capsys) -> None:
    run("sam", "lead", "stock", "lead", site="Harbour")
    assert roles_of("sam") == {("lead", "Harbour"), ("stock", "Harbour")}


def test_run_grants_a_known_worker_a_role_and_leaves_the_password(outreach, now, capsys) -> None:
    run("ash", "lead")
    assert roles_of("ash") == {("lead", "Riverside"), ("outreach", "Riverside")}
    assert "password" not in capsys.readouterr().out
    actions.sign_in("ash", "ash password long", now=now)


def test_run_sets_a_new_password_ends_sessions_and_enters_no_password(outreach, now, capsys) -> None:
    _, stamp = actions.sign_in("ash", "ash password long", now=now)
    run("ash", new_password=True)
    password = password_in(capsys.readouterr().out)
    assert queries.worker(outreach.id, stamp=stamp) is None
    actions.sign_in("ash", password, now=now)
    with pytest.raises(Refused, match="wrong-sign-in"):
        actions.sign_in("ash", "ash password long", now=now)
    entry = journal.OpenEntry.objects.get(kind="org.set_password")
    assert entry.journal == "confidential" and json.loads(entry.stated)["body"] == {"worker": str(outreach.id)}


@pytest.mark.parametrize(
    ("handle", "roles", "place", "code"),
    [
        ("ash", (), None, "handle-taken"),
        ("ash", ("king",), None, "unknown-role"),
        ("sam", ("lead", "king"), None, "unknown-role"),
        ("sam", (), "Nowhere", "unknown-site"),
        ("x" * 81, (), None, "bad-name"),
    ],
)
def test_run_refuses_and_changes_nothing(outreach, handle, roles, place, code) -> None:
    before = journal.OpenEntry.objects.count()
    with pytest.raises(Refused, match=code):
        run(handle, *roles, site=place)
    assert journal.OpenEntry.objects.count() == before and models.Worker.objects.count() == 1


def test_run_refuses_a_handle_of_someone_who_left(outreach) -> None:
    models.Worker.objects.update(active=False)
    with pytest.raises(Refused, match="handle-taken"):
        run("ash", new_password=True)


def test_run_in_a_demo_keeps_the_sign_ins_that_up_shows_true(outreach, settings, empty, capsys) -> None:
    settings.DEMO = True
    kept = setting_up.kept_sign_ins()
    kept.write_text(json.dumps({"ash": "old", "kit": "as before"}))
    run("ash", new_password=True)
    assert json.loads(kept.read_text()) == {"ash": password_in(capsys.readouterr().out), "kit": "as before"}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_run_grants_what_is_about_the_whole_programme_everywhere(site, now, capsys) -> None:
    run("sam", "lead", "manager")
    assert roles_of("sam") == {("lead", "Riverside"), ("manager", None)}
    assert "at every site" in capsys.readouterr().out
    (grant,) = queries.grants_of(queries.worker_named("sam").id, "release.approve")
    assert (grant.role, grant.since, grant.by) == ("manager", now.date(), str(workers.CONSOLE.id))
    assert queries.grants_of(queries.worker_named("sam").id, "supplies.see") == []


def test_run_takes_a_role_away_and_what_is_recorded_after_it_is_held(site, outreach, act, take, capsys) -> None:
    run("ash", "lead")
    told = {"given": [{"item": "SYR-INS-28-1", "amount": 1}]}
    assert take(act(outreach, told)).outcome == "saved"
    workers.run("ash", roles=[], without=["outreach", "lead"], site=None, new_password=False)
    assert roles_of("ash") == set() and "no longer lead, outreach" in capsys.readouterr().out
    later = take(act(outreach, told))
    assert (later.outcome, later.code) == ("held", "not-allowed")


def test_run_takes_all_roles_away_at_the_named_site_or_at_every_one(site, other_site, outreach) -> None:
    run("ash", "lead", "manager", site="Harbour")
    workers.run("ash", roles=[], without=["all"], site="Harbour", new_password=False)
    assert roles_of("ash") == {("outreach", "Riverside")}
    run("ash", "lead", site="Harbour")
    workers.run("ash", roles=[], without=["all"], site=None, new_password=False)
    assert roles_of("ash") == set()


@pytest.mark.parametrize(
    ("handle", "role", "code"),
    [("ash", "lead", "role-not-held"), ("ash", "chief", "unknown-role"), ("zed", "all", "unknown-worker")],
)
def test_run_takes_nothing_away_that_is_not_held(site, outreach, handle, role, code) -> None:
    with pytest.raises(Refused, match=code):
        workers.run(handle, roles=[], without=[role], site=None, new_password=False)
    assert roles_of("ash") == {("outreach", "Riverside")}


def test_list_all_names_everybody_and_what_they_hold(site, outreach, capsys) -> None:
    run("sam", "lead", "manager")
    workers.run("ash", roles=[], without=["all"], site=None, new_password=False)
    capsys.readouterr()
    workers.list_all()
    assert [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()] == [
        ["ash", "no role"],
        ["sam", "lead at Riverside, manager"],
    ]
