"""A passphrase before the keys: what it closes, what opens it, what a cut-off run leaves."""

import os
import stat
from pathlib import Path

import pytest

from handrail.core.common import passing, wrapping
from handrail.core.common.refusals import Refused

PASSPHRASE = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id with little memory: the tests ask what it does, not how long it takes."""
    monkeypatch.setattr(wrapping, "MEMORY_KIB", 64)
    monkeypatch.setattr(wrapping, "PASSES", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A key folder with one secret, readable."""
    wrapping.write(tmp_path / "ring.json", '{"pepper": "canary"}')
    return tmp_path


def wrapped(folder: Path) -> Path:
    wrapping.wrap(folder, PASSPHRASE, names=("ring.json", "passing.json"))
    return folder


def refused(call, *told) -> str:
    with pytest.raises(Refused) as refusal:
        call(*told)
    return refusal.value.code


def test_wrap_leaves_no_secret_readable(folder) -> None:
    wrapped(folder)
    assert wrapping.is_wrapped(folder)
    assert not any(b"canary" in file.read_bytes() for file in folder.iterdir())
    assert wrapping.read(folder / "ring.json") == '{"pepper": "canary"}'
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())


def test_read_and_write_need_the_passphrase(folder) -> None:
    wrapping.forget(wrapped(folder))
    assert refused(wrapping.read, folder / "ring.json") == "keys-locked"
    assert refused(wrapping.write, folder / "ring.json", "x") == "keys-locked"
    assert refused(wrapping.unwrap, folder, "another passphrase altogether") == "wrong-passphrase"
    wrapping.unwrap(folder, PASSPHRASE)
    assert "canary" in wrapping.read(folder / "ring.json")


def test_wrap_again_puts_another_passphrase_in_place_of_the_first(folder) -> None:
    wrapped(folder)
    wrapping.wrap(folder, "another passphrase altogether", names=("ring.json",))
    wrapping.forget(folder)
    assert refused(wrapping.unwrap, folder, PASSPHRASE) == "wrong-passphrase"
    wrapping.unwrap(folder, "another passphrase altogether")
    assert "canary" in wrapping.read(folder / "ring.json")


def test_wrap_refuses_a_short_passphrase_and_a_folder_that_is_closed(folder) -> None:
    assert refused(lambda: wrapping.wrap(folder, "x" * 15, names=())) == "short-passphrase"
    assert not wrapping.is_wrapped(folder)
    wrapping.forget(wrapped(folder))
    assert refused(lambda: wrapping.wrap(folder, PASSPHRASE, names=())) == "keys-locked"


def test_read_opens_what_a_wrapping_that_was_cut_off_left_readable(folder) -> None:
    wrapping.wrap(folder, PASSPHRASE, names=())
    assert "canary" in wrapping.read(folder / "ring.json")
    wrapping.wrap(folder, PASSPHRASE, names=("ring.json",))
    assert b"canary" not in (folder / "ring.json").read_bytes()


def test_a_wrapped_file_opens_under_its_own_name_only_and_never_when_changed(folder) -> None:
    wrapped(folder)
    told = (folder / "ring.json").read_bytes()
    (folder / "passing.json").write_bytes(told)
    assert refused(wrapping.read, folder / "passing.json") == "keys-broken"
    (folder / "ring.json").write_bytes(told[:-1] + bytes([told[-1] ^ 1]))
    assert refused(wrapping.read, folder / "ring.json") == "keys-broken"


@pytest.mark.parametrize("at", ["memory_kib", "passes"])
def test_unwrap_refuses_a_changed_cost(folder, at) -> None:
    wrapping.forget(wrapped(folder))
    path = folder / wrapping.NAME
    path.write_text(path.read_text().replace(f'"{at}": ', f'"{at}": 1'))
    assert refused(wrapping.unwrap, folder, PASSPHRASE) == "wrong-passphrase"


def test_write_overwrites_what_was_there(folder) -> None:
    path = folder / "ring.json"
    with path.open("rb") as before:
        wrapping.write(path, "another")
        assert before.read() == bytes(len('{"pepper": "canary"}'))


def test_write_leaves_the_file_as_it_was_when_the_disk_is_full(folder, monkeypatch) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wrapping.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        wrapping.write(folder / "ring.json", "another")
    assert "canary" in wrapping.read(folder / "ring.json")
    assert [file.name for file in folder.iterdir()] == ["ring.json"]


def test_read_looks_again_when_it_meets_a_file_that_is_being_replaced(folder, monkeypatch) -> None:
    texts = iter([b"\0" * 20, b"", b"whole"])
    monkeypatch.setattr(Path, "read_bytes", lambda _: next(texts))
    assert wrapping.read(folder / "ring.json") == "whole"


def test_overwrite_leaves_nothing_and_forgives_what_is_gone(folder) -> None:
    path = folder / "ring.json"
    kept = os.open(path, os.O_RDONLY)
    wrapping.overwrite(path)
    wrapping.overwrite(path)
    assert not path.exists() and not os.read(kept, 100).strip(b"\0")
    os.close(kept)


def test_keys_that_pass_lie_wrapped_too(folder, monkeypatch) -> None:
    monkeypatch.setattr(passing, "_folder", [wrapped(folder)])
    key = passing.make("month:2026-03")
    assert key.hex().encode() not in (folder / passing.NAME).read_bytes()
    assert passing.find("month:2026-03") == key and passing.end("month:2026-03") and passing.spans() == []


def test_end_overwrites_the_key_that_passed(folder, monkeypatch) -> None:
    monkeypatch.setattr(passing, "_folder", [folder])
    key = passing.make("month:2026-03")
    with (folder / passing.NAME).open("rb") as before:
        passing.end("month:2026-03")
        assert key.hex().encode() not in before.read()
