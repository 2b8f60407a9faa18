"""Fixtures of this room's tests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common import home, keys
from handrail.core.org import actions as org
from handrail.fronts.console import anchor, setting_up

from .copies import House


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


@pytest.fixture
def house(empty: Path, site: Any, monkeypatch: pytest.MonkeyPatch) -> House:
    """A real installation with one site over the test's own database. A test that makes a copy asks for `transactional_db` too."""
    home.begin(demo=False)
    org.install(demo=False)
    monkeypatch.setattr(setting_up, "check_database", lambda _: None)
    return House(empty)
