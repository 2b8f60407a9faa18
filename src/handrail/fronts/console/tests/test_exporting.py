"""`handrail export`."""

import json

import pytest

from handrail.core.common.refusals import Refused
from handrail.fronts.console import exporting


def test_run_exports_a_history_and_says_that_it_is_internal(lead, visit, now, tmp_path, capsys) -> None:
    from handrail.core.encounters import actions

    actions.record_visit(visit(), by=lead, received_at=now)
    exporting.run("history", tmp_path / "out", json=True)
    assert json.loads(capsys.readouterr().out)["written"] == 1
    assert (tmp_path / "out" / "README.txt").read_text().startswith("internal, not released")
    exporting.run("history", tmp_path / "out", json=False)
    assert "0 months written, 1 as they were" in capsys.readouterr().out


def test_run_refuses_a_kind_that_there_is_not(db) -> None:
    with pytest.raises(Refused, match="unknown-export"):
        exporting.run("people", None, json=False)
