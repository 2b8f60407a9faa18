"""`handrail keys`: where keys may lie, a passphrase before them, keys made anew, the offline key."""

import io
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.db import DatabaseError, connection

from handrail.core.common import home, keys, passing, wrapping
from handrail.core.common.refusals import Refused
from handrail.fronts.console import app, keyring, serving, setting_up

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def house(empty: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> home.Home:
    """A real, empty installation over the test's own database; Argon2id costs little."""
    monkeypatch.setattr(setting_up, "check_database", lambda _: None)
    monkeypatch.setattr(wrapping, "MEMORY_KIB", 64)
    home.begin(demo=False)
    return home.open_home()


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["handrail", "keys", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    return end.value.code


def code(call, *told, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def elsewhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let a folder lie on a volume of its own."""
    of = Path.stat

    class Away:
        def __init__(self, told) -> None:
            self.st_dev, self.st_mode = told.st_dev + 1, told.st_mode

    monkeypatch.setattr(Path, "stat", lambda path, **named: Away(of(path)) if path == folder else of(path, **named))


def test_check_place_refuses_readable_keys_on_the_volume_of_the_data(house) -> None:
    assert code(keyring.check_place) == "keys-beside-data"


def test_check_place_takes_keys_on_other_media(house, monkeypatch) -> None:
    elsewhere(monkeypatch, house.keys)
    keyring.check_place()


@pytest.mark.scenario("trust:30")
def test_check_place_takes_wrapped_keys(house) -> None:
    wrapping.wrap(house.keys, PASSPHRASE, names=keyring.SECRET_FILES)
    keyring.check_place()


def test_check_place_asks_nothing_of_a_demo(empty, db) -> None:
    home.begin(demo=True)
    keyring.check_place()


class Server:
    """A connection to a PostgreSQL on this machine that says where its data lies, or will not."""

    vendor = "postgresql"

    def __init__(self, answer: object, host: str = "127.0.0.1") -> None:
        self.answer, self.settings_dict = answer, {"HOST": host}

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, sql: str) -> None:
        if isinstance(self.answer, Exception):
            raise self.answer

    def fetchone(self):
        return (str(self.answer),)


def test_server_places_names_the_folder_of_a_server_on_this_machine(tmp_path, monkeypatch, db) -> None:
    def places(server: Server) -> list[Path]:
        monkeypatch.setattr("django.db.connection", server)
        monkeypatch.setattr("django.db.transaction.atomic", lambda: server)
        return keyring._server_places()

    assert places(Server(tmp_path)) == [tmp_path]
    assert places(Server(tmp_path / "gone")) == []
    assert places(Server(DatabaseError("no"))) == []
    assert places(Server(tmp_path, host="db.example")) == []


def test_warn_of_place_says_it_and_goes_on(house, monkeypatch, capsys) -> None:
    keyring.warn_of_place()
    assert "[keys-beside-data]" in capsys.readouterr().err
    elsewhere(monkeypatch, house.keys)
    keyring.warn_of_place()
    assert capsys.readouterr().err == ""


def test_wrap_takes_what_is_piped_in_and_the_house_still_opens(house, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSPHRASE}\n"))
    pepper = keys.ring().pepper
    assert run(monkeypatch, "wrap") == 0
    wrapping.forget(house.keys)
    assert code(home.open_home) == "keys-locked"
    wrapping.unwrap(house.keys, PASSPHRASE)
    home.open_home()
    assert keys.ring().pepper == pepper and "write it down" in capsys.readouterr().err


def test_wrap_asks_twice_on_a_terminal(house, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    typed = iter([PASSPHRASE, "something else entirely", PASSPHRASE, PASSPHRASE, PASSPHRASE, PASSPHRASE])
    monkeypatch.setattr(keyring.getpass, "getpass", lambda _: next(typed))
    assert code(keyring.wrap) == "passphrases-differ" and not wrapping.is_wrapped(house.keys)
    keyring.wrap()
    keyring.wrap()
    assert "another passphrase" in capsys.readouterr().err and wrapping.is_wrapped(house.keys)


def test_wrap_refuses_while_a_server_runs(house) -> None:
    with serving._alone(house.run):
        assert code(keyring.wrap) == "server-runs"


def test_rotate_keeps_the_key_before_and_waits_30_days_for_the_next(house, monkeypatch, capsys, now) -> None:
    first = keys.ring()
    assert run(monkeypatch, "rotate", "site") == 0
    second = keys.read(house.keys / "ring.json")
    assert second.site[1] == first.site[0] and keys.ring() == second
    assert run(monkeypatch, "rotate", "site") == 2
    assert "[turned-lately]" in " ".join(capsys.readouterr().err.split())
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=30))
    assert run(monkeypatch, "rotate", "site") == 0
    assert keys.read(house.keys / "ring.json").site[1] == second.site[0]


def test_rotate_does_not_wait_when_it_is_told_why(house, monkeypatch, capsys) -> None:
    for words in (["answer"], ["answer", "--force", "Van 2 was stolen"]):
        assert run(monkeypatch, "rotate", *words) == 0
    assert "Van 2 was stolen" in capsys.readouterr().err


def test_rotate_refuses_what_cannot_be_made_anew(house, monkeypatch, capsys) -> None:
    assert run(monkeypatch, "rotate", "pepper") == 2
    assert "[unknown-key]" in " ".join(capsys.readouterr().err.split())


def test_offline_prints_the_key_once_and_keeps_its_public_half_only(house, monkeypatch, capsys) -> None:
    assert keyring.offline_recipient(house) == ""
    assert run(monkeypatch, "offline") == 0
    identity = pyrage.x25519.Identity.from_str(capsys.readouterr().out.splitlines()[-1])
    assert keyring.offline_recipient(house) == str(identity.to_public())
    told = b"".join(file.read_bytes() for file in house.keys.iterdir())
    assert str(identity).encode() not in told
    assert stat.S_IMODE((house.keys / keyring.OFFLINE).stat().st_mode) == 0o600


def test_offline_makes_another_only_when_asked_to(house, monkeypatch, capsys) -> None:
    run(monkeypatch, "offline")
    before = keyring.offline_recipient(house)
    assert run(monkeypatch, "offline") == 2 and keyring.offline_recipient(house) == before
    assert "[offline-key-stands]" in " ".join(capsys.readouterr().err.split())
    assert run(monkeypatch, "offline", "--replace") == 0 and keyring.offline_recipient(house) != before


def test_the_database_of_these_tests_is_not_asked_where_it_lies_when_it_is_embedded() -> None:
    if connection.vendor == "sqlite":
        assert keyring._server_places() == []


def test_copy_takes_the_wrapped_keys_and_leaves_behind_those_that_pass(house, monkeypatch, capsys) -> None:
    stick = house.keys.parent / "stick"
    assert run(monkeypatch, "copy", str(stick)) == 2 and not stick.exists()
    assert "[wrap-first]" in " ".join(capsys.readouterr().err.split())
    passing.make("month:2026-03")
    wrapping.wrap(house.keys, PASSPHRASE, names=keyring.SECRET_FILES)
    for _ in range(2):
        assert run(monkeypatch, "copy", str(stick)) == 0
    copied = stick / house.keys.name
    assert sorted(path.name for path in copied.iterdir()) == ["ring.json", "wrapping.json"]
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in copied.iterdir())
    wrapping.unwrap(copied, PASSPHRASE)
    assert keys.read(copied / "ring.json") == keys.ring()


def test_copy_says_when_the_media_takes_nothing(house) -> None:
    wrapping.wrap(house.keys, PASSPHRASE, names=keyring.SECRET_FILES)
    (house.keys.parent / "file").touch()
    assert code(keyring.copy_to, house.keys.parent / "file") == "copy-failed"
