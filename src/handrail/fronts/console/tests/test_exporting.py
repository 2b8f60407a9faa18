"""`handrail export`."""

import json

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.journal import models as journal_models
from handrail.fronts.console import exporting


def test_run_exports_a_history_for_a_reason_and_says_that_it_is_internal(lead, visit, now, tmp_path, capsys) -> None:
    from handrail.core.encounters import actions

    actions.record_visit(visit(), by=lead, received_at=now)
    exporting.run("history", tmp_path / "out", why="audit", json=True)
    assert json.loads(capsys.readouterr().out)["written"] == 1
    assert (tmp_path / "out" / "README.txt").read_text().startswith("internal, not released; taken for: audit")
    exporting.run("history", tmp_path / "out", why="analysis", json=False)
    assert "0 months written, 1 as they were" in capsys.readouterr().out
    taken = journal_models.OpenEntry.objects.filter(kind="release.take-out")
    assert taken.count() == 2


@pytest.mark.parametrize("why", ["", "a mood"])
def test_run_refuses_an_export_without_a_reason_and_writes_nothing(lead, tmp_path, why) -> None:
    with pytest.raises(Refused, match="why-needed"):
        exporting.run("history", tmp_path / "out", why=why, json=False)
    assert not (tmp_path / "out").exists()


def test_run_refuses_a_kind_that_there_is_not(db) -> None:
    with pytest.raises(Refused, match="unknown-export"):
        exporting.run("people", None, why="audit", json=False)
