"""Fixtures of this room's tests."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handrail.core.common import home, keys
from handrail.core.org import actions as org
from handrail.fronts.console import anchor, setting_up
from handrail.fronts.console.lan import authority

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


@pytest.fixture
def signed(tmp_path: Path, now: datetime) -> Callable[..., tuple[Path, Path]]:
    """Write a certificate for a name, good from the day before `now`, and its key: readable, as operators have them."""

    def make(name: str) -> tuple[Path, Path]:
        folder = tmp_path / f"files for {name.removeprefix('*')}"
        folder.mkdir()
        key = ec.generate_private_key(ec.SECP256R1())
        held = authority.make(folder, name=name.removeprefix("*."), addresses=[], at=now)
        leaf = held.sign(key.public_key(), name, addresses=[], at=now)
        files = folder / "shown.pem", folder / "shown.key"
        files[0].write_bytes(leaf.public_bytes(Encoding.PEM))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    return make
