"""Fixtures of this room's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from handrail.core.common import home, keys
from handrail.fronts.console import anchor


@pytest.fixture(autouse=True)
def _no_copy_left_over() -> None:
    """No test finds the chains' ends that another one, on another database, left beside the keys."""
    anchor.where().unlink(missing_ok=True)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Name a data folder and a key folder that do not exist yet; the ring of the process is put back after."""
    before = keys.ring()
    monkeypatch.setenv("HANDRAIL_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HANDRAIL_KEYS", str(tmp_path / "keys"))
    assert home.is_new()
    yield tmp_path
    keys.install(before)
