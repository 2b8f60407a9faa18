"""`handrail verify` and the sealer beside the server."""

import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from handrail.core.encounters import actions
from handrail.core.journal import guards, models, turns
from handrail.core.org import models as org_models
from handrail.fronts.console import sealer, verifying


@pytest.fixture
def sealed(visit: Any, outreach: Any, now: Any, seal: Any) -> None:
    """One sealed visit."""
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()


@pytest.mark.parametrize("as_json", [True, False])
def test_run_returns_0_when_all_of_it_holds(sealed, capsys, as_json) -> None:
    assert verifying.run(json=as_json) == 0
    told = capsys.readouterr().out
    if as_json:
        assert json.loads(told) == {
            "sealed": 1,
            "expired": 0,
            "unsealed": 2,
            "batches": 1,
            "broken": None,
            "anchor": "none",
            "unbalanced": 0,
            "guards_missing": [],
        }
    else:
        assert "sealed: 1, expired: 0, not sealed yet: 2; batches: 1" in told and "guards missing: none" in told


@pytest.mark.parametrize("as_json", [True, False])
def test_run_returns_1_and_names_the_entry_that_was_edited(sealed, tamper, capsys, as_json) -> None:
    entry = models.SealedEntry.objects.get()
    tamper("UPDATE journal_sealedentry SET kind = 'window.undo'")
    guards.install(connection)
    assert verifying.run(json=as_json) == 1
    told = capsys.readouterr().out
    assert str(entry.id) in told and "leaf" in told and "2026-03-10" in told


def test_run_returns_1_when_a_mark_does_not_add_up(sealed, tamper, capsys) -> None:
    tamper("DELETE FROM supplies_balancemark")
    guards.install(connection)
    assert verifying.run(json=True) == 1
    assert json.loads(capsys.readouterr().out)["unbalanced"] == 2


def test_run_returns_1_when_a_guard_is_missing(sealed, capsys) -> None:
    connection.check_constraints()
    guards.lift(connection)
    assert verifying.run(json=False) == 1
    assert "guard_journal_batch_update" in capsys.readouterr().out


def test_seal_due_seals_no_day_that_is_not_over_at_every_site(visit, outreach, other_site, now, monkeypatch) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    told = []
    for hours in (
        0,
        12,
        30,
    ):  # morning at the site; the next day in London, late evening in Vancouver; the next day everywhere
        monkeypatch.setattr("handrail.core.common.clock.now", lambda hours=hours: now + timedelta(hours=hours))
        sealer.seal_due()
        told.append(models.SealedEntry.objects.filter(journal="anonymous").count())
    assert told == [0, 0, 1]


def test_seal_due_of_an_empty_house_seals_nothing(db) -> None:
    assert sealer.seal_due() == 0


def test_seal_due_notes_the_day_on_which_it_turned_though_nothing_was_open(site, now) -> None:
    turns.note(turns.SEALING, now.date() - timedelta(days=9))
    sealer.seal_due()
    assert turns.last(turns.SEALING) == now.date()


def test_run_seals_until_told_to_stop_and_forgets_old_tries(monkeypatch, site, lead, now) -> None:
    org_models.SignInGuard.objects.create(handle="x", day=now.date() - timedelta(days=2))
    stop, turns = threading.Event(), []

    def seal(turned: Any) -> int:
        turns.append(1)
        if len(turns) == 2:
            stop.set()
        return 0

    monkeypatch.setattr(sealer, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(sealer, "seal_due", seal)
    monkeypatch.setattr(sealer.connection, "close", lambda: None)  # the test's own
    sealer.run(stop)
    assert len(turns) == 2 and org_models.SignInGuard.objects.count() == 0


@pytest.mark.parametrize("error", [OperationalError("database is locked"), ValueError("JG7MCT")])
def test_run_outlives_whatever_goes_wrong_and_names_no_contents(monkeypatch, db, caplog, error) -> None:
    stop = threading.Event()

    def busy(turned: Any) -> int:
        stop.set()
        raise error

    monkeypatch.setattr(sealer, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(sealer, "seal_due", busy)
    monkeypatch.setattr(sealer.connection, "close", lambda: None)
    monkeypatch.setattr(logging.getLogger("handrail"), "propagate", True)
    sealer.run(stop)
    assert type(error).__name__ in caplog.text and str(error) not in caplog.text


def test_a_clock_that_jumps_seals_and_forgets_nothing_until_somebody_says_it_is_right(
    visit, outreach, now, monkeypatch, caplog
) -> None:
    """Ten years ahead for a while, as after a dead battery: all would be destroyed, and no day sealed for ten years."""
    actions.record_visit(visit(), by=outreach, received_at=now)
    forgot = sealer.work(set(), None)
    stop, right = threading.Event(), now

    def ahead() -> Any:
        stop.set()
        return now + timedelta(days=3652)

    monkeypatch.setattr("handrail.core.common.clock.now", ahead)
    monkeypatch.setattr(sealer, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(sealer.connection, "close", lambda: None)
    monkeypatch.setattr(logging.getLogger("handrail"), "propagate", True)
    sealer.run(stop)
    assert "the clock has jumped" in caplog.text
    caplog.clear()
    assert sealer._warn(warned=True) and not caplog.text  # it is said once
    assert sealer.work(set(), forgot) == forgot and models.OpenEntry.objects.filter(journal="anonymous").count() == 1
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: right + timedelta(days=2))
    assert sealer.work(set(), forgot) != forgot and models.ExpiringTime.objects.count() == 1
    monkeypatch.setattr("handrail.core.common.clock.now", ahead)
    sealer.retaining.reapply()  # `./handrail retain`: somebody looked
    assert not turns.jumped(ahead().date()) and models.ExpiringTime.objects.count() == 0
