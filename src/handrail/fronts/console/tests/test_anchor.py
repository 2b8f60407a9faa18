"""The chains' ends beside the keys, and what `verify` says of them."""

import json
import stat
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from handrail.core.encounters import actions
from handrail.core.journal import guards, models
from handrail.core.journal import queries as journal
from handrail.fronts.console import anchor, programme, sealer, verifying


@pytest.fixture
def kept(visit: Any, outreach: Any, now: Any, monkeypatch: Any) -> Any:
    """One visit, sealed by the sealer the day after."""
    actions.record_visit(visit(), by=outreach, received_at=now)
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=1))
    sealer.seal_due()
    return anchor.where()


def cut(tamper: Any) -> None:
    for table in ("expiringtime", "expiringperson", "sealedentry", "sealedtable", "batch"):
        tamper(f"DELETE FROM journal_{table}")
    for table in ("supplies_balancemark", "supplies_movement", "exchange_line", "encounters_encounter"):
        tamper(f"DELETE FROM {table}")
    guards.install(connection)


def verified(capsys: Any) -> tuple[int, dict[str, Any]]:
    code = verifying.run(json=True)
    return code, json.loads(capsys.readouterr().out)


def test_seal_due_keeps_both_ends_for_the_owner_alone(kept) -> None:
    ends = {one.journal: {"number": one.number, "chain": bytes(one.chain).hex()} for one in models.Batch.objects.all()}
    assert json.loads(kept.read_text()) == ends and set(ends) == {"anonymous", "confidential"}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and [one.name for one in kept.parent.glob("anchor*")] == [
        kept.name
    ]


def test_verify_says_that_the_copy_holds_or_that_there_is_none(kept, capsys) -> None:
    assert verified(capsys)[1]["anchor"] == "holds"
    kept.unlink()
    code, told = verified(capsys)
    assert (code, told["anchor"], told["broken"]) == (0, "none", None)


def test_verify_says_cut_when_the_last_batch_is_gone(kept, tamper, capsys) -> None:
    cut(tamper)
    code, told = verified(capsys)
    assert (code, told["anchor"]) == (1, "cut")
    assert told["broken"] == {"journal": "anonymous", "batch": 1, "day": "", "why": "cut", "entry": ""}
    assert verifying.run(json=False) == 1 and "anonymous journal, batch 1 of" in capsys.readouterr().out


def test_verify_says_cut_when_the_batch_has_another_chain(kept, capsys) -> None:
    ends = json.loads(kept.read_text())
    ends["confidential"]["chain"] = "00" * 32
    kept.write_text(json.dumps(ends))
    told = verified(capsys)[1]["broken"]
    assert (told["journal"], told["why"], bool(told["day"])) == ("confidential", "cut", True)


@pytest.mark.parametrize("text", ["", "[]", '{"anonymous": 1}', '{"anonymous": {"number": "x", "chain": ""}}'])
def test_compare_says_cut_of_a_copy_that_cannot_be_read(kept, text) -> None:
    kept.write_text(text)
    assert anchor.compare().state == "cut"


def test_keep_leaves_a_copy_that_says_cut(kept, tamper, caplog) -> None:
    before = kept.read_text()
    cut(tamper)
    anchor.keep()
    assert kept.read_text() == before and anchor.compare().state == "cut"


def test_load_demo_keeps_the_ends(db) -> None:
    programme.load_demo(programme.demo_sign_ins())
    assert set(json.loads(anchor.where().read_text())) == {"anonymous", "confidential"}
    assert anchor.compare().state == "holds"


def test_seal_due_leaves_a_late_act_for_the_next_days_sealing(kept, visit, outreach, now, monkeypatch) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now + timedelta(days=1))
    assert sealer.seal_due() == 0 and models.OpenEntry.objects.filter(journal="anonymous").count() == 1
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=2))
    assert sealer.seal_due() == 1 and models.OpenEntry.objects.count() == 0
    assert journal.sealed_through() == now.date() + timedelta(days=1)


def test_sealed_through_of_an_empty_journal_is_no_day(db) -> None:
    assert journal.sealed_through() is None and journal.last_links() == [] and journal.link("anonymous", 1) is None


def test_seal_due_leaves_a_late_act_alone_after_a_day_on_which_nothing_happened(
    kept, visit, outreach, now, monkeypatch
) -> None:
    turned: set[Any] = set()
    late = models.OpenEntry.objects.filter(journal="anonymous")
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=3))
    sealer.seal_due(turned)
    actions.record_visit(visit(), by=outreach, received_at=now + timedelta(days=3))
    sealer.seal_due(turned)
    assert late.count() == 1
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=4))
    sealer.seal_due(turned)
    assert late.count() == 0
