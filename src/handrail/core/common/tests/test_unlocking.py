"""Where a passphrase may come from, and how a server's own processes get what it opened."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from handrail.core.common import unlocking, wrapping
from handrail.core.common.refusals import Refused

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wrapped key folder that this process has not opened, and nobody who says the passphrase."""
    monkeypatch.setattr(wrapping, "MEMORY_KIB", 64)
    wrapping.wrap(tmp_path, PASSPHRASE, names=())
    wrapping.write(tmp_path / "ring.json", "canary")
    wrapping.forget(tmp_path)
    for name in (unlocking.TEXT, unlocking.FILE, unlocking.HANDED_ON, "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    return tmp_path


def code(folder: Path, *, demo: bool = False) -> str:
    with pytest.raises(Refused) as refused:
        unlocking.unlock(folder, demo=demo)
    return refused.value.code


def test_unlock_asks_nothing_where_no_passphrase_stands(tmp_path) -> None:
    unlocking.unlock(tmp_path, demo=False)
    assert not wrapping.is_open(tmp_path) and unlocking.hand_on(tmp_path) == {}


def test_unlock_refuses_when_nobody_says_the_passphrase(folder) -> None:
    assert code(folder) == "keys-locked"


def test_unlock_takes_a_passphrase_from_a_file_descriptor(folder, monkeypatch) -> None:
    out, into = os.pipe()
    os.write(into, f"{PASSPHRASE}\n".encode())
    os.close(into)
    monkeypatch.setenv(unlocking.FILE, str(out))
    unlocking.unlock(folder, demo=False)
    unlocking.unlock(folder, demo=False)  # once: the pipe is empty now
    os.close(out)
    assert wrapping.read(folder / "ring.json") == "canary"


def test_unlock_takes_it_from_a_file_that_another_program_has_read_already(folder, monkeypatch, tmp_path) -> None:
    (tmp_path / "said").write_text(f"{PASSPHRASE}\r\n")
    with (tmp_path / "said").open() as said:
        said.read()
        monkeypatch.setenv(unlocking.FILE, str(said.fileno()))
        unlocking.unlock(folder, demo=False)
    assert wrapping.is_open(folder)


def test_unlock_takes_a_passphrase_from_a_systemd_credential(folder, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "handrail-passphrase").write_text(PASSPHRASE)
    unlocking.unlock(folder, demo=False)
    assert wrapping.is_open(folder)


def test_unlock_asks_on_a_terminal(folder, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(unlocking.getpass, "getpass", lambda _: PASSPHRASE)
    unlocking.unlock(folder, demo=False)
    assert wrapping.is_open(folder)


def test_unlock_refuses_a_passphrase_in_the_environment_save_in_a_demo(folder, monkeypatch) -> None:
    monkeypatch.setenv(unlocking.TEXT, PASSPHRASE)
    assert code(folder) == "passphrase-in-environment"
    unlocking.unlock(folder, demo=True)
    assert wrapping.is_open(folder)


def test_hand_on_lets_a_child_open_the_folder_and_says_nothing_in_its_environment(folder) -> None:
    wrapping.unwrap(folder, PASSPHRASE)
    key, told = wrapping.data_key(folder), unlocking.hand_on(folder)
    assert key is not None and key.hex() not in str(told) and PASSPHRASE not in str(told)
    child = (
        "import sys, pathlib; from handrail.core.common import unlocking, wrapping; folder = pathlib.Path(sys.argv[1]);"
        "unlocking.unlock(folder, demo=False); print(wrapping.read(folder / 'ring.json'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", child, str(folder)], env=os.environ | told, capture_output=True, text=True, check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.stdout == "canary\n"


def test_unlock_asks_anew_when_the_parent_that_handed_on_is_gone(folder, monkeypatch) -> None:
    monkeypatch.setenv(unlocking.HANDED_ON, "/proc/1/fd/999999")
    assert code(folder) == "keys-locked"
