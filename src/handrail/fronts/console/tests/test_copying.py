"""`handrail backup`: what is in a copy and what never is, when it is refused, how long it is kept."""

import errno
import json
import logging
import sqlite3
import stat
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions
from handrail.core.org import queries as org
from handrail.fronts.console import app, copying, digests, keyring, packing, postgres

from .copies import older, refused


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["handrail", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    return end.value.code


def opened(house: Any, made: copying.Made) -> tuple[packing.Opened, Path]:
    """Open a copy with the key on the stick; return it and its database's file."""
    packed, database = house.folder / "packed", house.folder / "database"
    packing.decrypt(made.path, packed, identities=[house.identity])
    copy = packing.Opened(packed)
    copy.check_proof()
    copy.database(database)
    return copy, database


def test_back_up_says_that_it_begins_and_is_whole_and_leaves_nothing_readable(transactional_db, house) -> None:
    (house.home.run / copying.SNAPSHOT).write_text("left by one that was killed")
    assert org.copies() is None
    made = copying.back_up()
    assert (made.number, org.copies(), made.size) == (1, (1, 1), made.path.stat().st_size)
    assert made.path.name == "handrail-2026-03-10-1-sealed.age" and made.path.parent == house.home.data / "copies"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert house.files(house.home.run) == []


def test_a_copy_holds_what_the_database_held_when_it_began(transactional_db, house) -> None:
    made = copying.back_up()
    copy, database = opened(house, made)
    if connection.vendor == "sqlite":
        assert digests.differing(digests.of_file(database), copy.manifest) == []
        assert copy.manifest["tables"]["org_copy"][0] == 1  # that it began, not that it is whole
    assert copy.manifest["epoch"] == org.epoch().replace("-", "")
    assert (copy.manifest["number"], copy.manifest["day"], copy.engine) == (1, "2026-03-10", connection.vendor)
    assert copy.installation == house.home.keys.name


def test_a_copy_says_in_its_name_whether_a_day_is_open_in_it(
    transactional_db, house, visit, outreach, now, seal
) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    assert copying.back_up().open and copying.back_up().path.name == "handrail-2026-03-10-2-open.age"
    seal()
    assert not copying.back_up().open


def test_a_copy_never_holds_a_key(transactional_db, house) -> None:
    _, database = opened(house, copying.back_up())
    told, ring = database.read_bytes(), json.loads((house.home.keys / "ring.json").read_text())
    for name in ("pepper", "anonymous", "confidential", "cabinet"):
        assert ring[name].encode() not in told and bytes.fromhex(ring[name]) not in told
    assert ring["django"].encode() not in told
    assert house.identity.encode() not in told


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="the canaries are looked for in the embedded database's file"
)
def test_a_copy_shows_none_of_200_canaries_without_the_offline_key(transactional_db, house, tamper) -> None:
    canaries = [f"canary{number:03}of200" for number in range(200)]
    rows = [(f"00000000-0000-4000-8000-{number:012}".replace("-", ""), one) for number, one in enumerate(canaries)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO org_site (id, name, timezone, opened) VALUES (%s, %s, 'Etc/UTC', '2026-03-10')", rows
        )
    made = copying.back_up()
    told = made.path.read_bytes()
    assert [one for one in canaries if one.encode() in told] == []
    _, database = opened(house, made)
    assert all(one.encode() in database.read_bytes() for one in canaries)  # with the key they are there
    assert refused(packing.decrypt, made.path, house.folder / "x", identities=[another()]).code == "wrong-identity"


def another() -> str:
    identity: Any = packing.pyrage.x25519.Identity.generate()
    return str(identity)


def test_back_up_refuses_without_an_offline_key(house) -> None:
    (house.home.keys / keyring.OFFLINE).unlink()
    assert refused(copying.back_up).code == "no-offline-key" and org.copies() is None


def test_back_up_refuses_while_another_copy_is_made(house) -> None:
    with copying._alone(house.home.run):
        assert refused(copying.back_up).code == "copy-runs"


def test_back_up_refuses_before_it_takes_the_services_room(house, monkeypatch) -> None:
    monkeypatch.setattr(copying.shutil, "disk_usage", lambda _: SimpleNamespace(free=copying.SPARE_BYTES - 1))
    assert refused(copying.back_up).code == "no-room" and org.copies() is None


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "no-room"), (errno.EROFS, "copy-failed")])
def test_back_up_leaves_no_half_copy_when_the_disk_fails(transactional_db, house, monkeypatch, number, code) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(number, "the disk says no")

    monkeypatch.setattr(packing.os, "fsync", fail)
    away = house.folder / "away"
    assert refused(copying.back_up, away).code == code
    monkeypatch.undo()
    assert list(away.iterdir()) == [] and not (house.home.run / copying.SNAPSHOT).exists()
    assert org.copies() == (1, 0)


@pytest.mark.parametrize(("said", "number"), [("OSError: [Errno 28] No space left", errno.ENOSPC), ("else", errno.EIO)])
def test_write_takes_the_words_of_the_encryption_for_what_the_disk_said(
    house, monkeypatch, tmp_path, said, number
) -> None:
    def full(*_: Any) -> None:
        raise packing.pyrage.EncryptError(said)

    monkeypatch.setattr(packing.pyrage, "encrypt_io", full)
    recipient = keyring.offline_recipient(house.home)
    with pytest.raises(OSError) as failed:  # noqa: PT011  -- its number is what counts
        packing.write({}, house.stick, tmp_path / "x.age", recipient=recipient)
    assert failed.value.errno == number and list(tmp_path.glob("x.*")) == []


def test_back_up_keeps_a_copy_of_an_earlier_epoch_that_has_the_same_name(transactional_db, house) -> None:
    away = house.folder / "away"
    away.mkdir()
    (away / "handrail-2026-03-10-1-sealed.age").write_text("older")
    (away / "handrail-2026-03-10-1.1-sealed.age").write_text("older too")
    assert copying.back_up(away).path.name == "handrail-2026-03-10-1.2-sealed.age"
    assert (away / "handrail-2026-03-10-1-sealed.age").read_text() == "older"


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="what SQLite says of a snapshot")
@pytest.mark.parametrize(
    ("number", "code"), [(sqlite3.SQLITE_FULL, "no-room"), (sqlite3.SQLITE_CORRUPT, "copy-failed")]
)
def test_back_up_says_what_kept_the_snapshot_from_being_made(house, monkeypatch, number, code) -> None:
    class Failing:
        def execute(self, *_: Any) -> None:
            error = sqlite3.OperationalError("no")
            error.sqlite_errorcode = number
            raise error

        def close(self) -> None:
            pass

    monkeypatch.setattr(copying.sqlite3, "connect", lambda *_, **__: Failing())
    assert refused(copying.back_up).code == code


def day(now: Any, back: int) -> str:
    return f"{now.date() - timedelta(days=back)}"


@pytest.mark.parametrize(
    ("back", "state", "local", "hours", "sealed_back", "due"),
    [
        (0, "open", True, 23, None, False),
        (1, "open", True, 25, None, True),
        (3, "open", False, 72, 3, True),
        (3, "open", False, 72, 4, False),  # its day is not sealed yet
        (2, "open", False, 48, 0, False),  # sealed, and not for two days
        (3, "open", False, 72, None, False),
        (35, "open", False, 900, None, True),
        (1, "sealed", True, 30, 0, False),
        (34, "sealed", False, 816, 0, False),
        (35, "sealed", True, 840, 0, True),
    ],
)
def test_is_due_by_place_and_by_what_is_open_in_a_copy(
    tmp_path, now, back, state, local, hours, sealed_back, due
) -> None:
    path = tmp_path / f"handrail-{day(now, back)}-7-{state}.age"
    path.touch()
    older(path, now=now, hours=hours)
    through = None if sealed_back is None else now.date() - timedelta(days=sealed_back)
    assert copying.is_due(path, now=now, local=local, through=through) is due


def test_is_due_never_of_a_file_that_is_no_copy(tmp_path, now) -> None:
    assert not copying.is_due(tmp_path / "handrail-2020-01-01.age", now=now, local=True, through=None)


def test_prune_destroys_what_is_due_here_away_and_set_aside(house, monkeypatch, now) -> None:
    here, away, third = house.home.data / "copies", house.folder / "away", house.folder / "third"
    for folder in (here, away, third):
        folder.mkdir()
        for back in (0, 40):
            (folder / f"handrail-{day(now, back)}-1-sealed.age").write_text("x")
    for name, hours in (("db.before-1", 25), ("db.before-2", 23)):
        (house.home.data / name).write_text("x")
        older(house.home.data / name, now=now, hours=hours)
    monkeypatch.setenv(copying.TO, str(away))
    assert copying.prune(now, folders=(third,)) == 4
    assert [len(list(folder.iterdir())) for folder in (here, away, third)] == [1, 1, 1]
    assert [path.name for path in copying.set_aside(house.home)] == ["db.before-2"]


def test_prune_forgives_a_folder_that_is_not_there(house, monkeypatch, now) -> None:
    monkeypatch.setenv(copying.TO, str(house.folder / "stick that was pulled out"))
    assert copying.prune(now) == 0


@pytest.mark.parametrize(("told", "minutes"), [("", 15), ("15m", 15), ("1h", 60), ("24h", 1440)])
def test_every_reads_a_span(monkeypatch, told, minutes) -> None:
    monkeypatch.setenv(copying.TO, "/away")
    monkeypatch.setenv(copying.EVERY, told)
    assert copying.every() == timedelta(minutes=minutes)


def test_every_is_none_where_no_folder_is_named(monkeypatch) -> None:
    monkeypatch.delenv(copying.TO, raising=False)
    assert copying.every() is None


@pytest.mark.parametrize("told", ["0m", "m", "15", "-1h", "1d", "99999m", "١m"])
def test_every_refuses_what_is_no_span(monkeypatch, told) -> None:
    monkeypatch.setenv(copying.TO, "/away")
    monkeypatch.setenv(copying.EVERY, told)
    assert refused(copying.every).code == "bad-span"


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The thread beside the server makes a copy at every turn."""
    monkeypatch.setenv(copying.TO, str(tmp_path / "beside"))
    monkeypatch.setattr(copying, "every", lambda: timedelta(microseconds=1))
    monkeypatch.setattr(copying.connection, "close", lambda: None)  # the test's own
    return tmp_path / "beside"


def test_run_makes_copies_until_told_to_stop(beside, monkeypatch) -> None:
    stop, turns, made = threading.Event(), [], []
    monkeypatch.setattr(copying, "back_up", made.append)

    def prune(now: Any) -> None:
        turns.append(now)
        if len(turns) == 2:
            stop.set()

    monkeypatch.setattr(copying, "prune", prune)
    copying.run(stop)
    assert made == [beside, beside]


def test_run_outlives_a_copy_that_fails_and_says_so_without_contents(beside, monkeypatch, caplog) -> None:
    stop, errors = threading.Event(), [ValueError("JG7MCT"), Refused("no-offline-key")]

    def fail(_: Path) -> None:
        error = errors.pop(0)
        if not errors:
            stop.set()
        raise error

    monkeypatch.setattr(copying, "back_up", fail)
    monkeypatch.setattr(logging.getLogger("handrail"), "propagate", True)
    copying.run(stop)
    assert "ValueError" in caplog.text and "no-offline-key" in caplog.text and "JG7MCT" not in caplog.text


def test_run_only_lets_old_copies_go_where_no_folder_is_named(monkeypatch) -> None:
    stop = threading.Event()
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return stop.is_set()

    monkeypatch.delenv(copying.TO, raising=False)
    monkeypatch.setattr(copying.connection, "close", lambda: None)
    monkeypatch.setattr(copying, "prune", lambda _: stop.set())
    monkeypatch.setattr(stop, "wait", wait)
    copying.run(stop)
    assert waited == [3600.0, 3600.0]


def test_main_backs_up_and_prunes(transactional_db, house, monkeypatch, capsys) -> None:
    assert run(monkeypatch, "backup", "--json") == 0
    assert json.loads(capsys.readouterr().out)["number"] == 1
    assert run(monkeypatch, "backup", "--to", str(house.folder / "away")) == 0
    assert "copy 2, " in capsys.readouterr().out
    assert run(monkeypatch, "backup", "--prune") == 0 and "0 copies destroyed" in capsys.readouterr().out
    assert run(monkeypatch, "backup", "--prune", "--to", str(house.folder / "away"), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"destroyed": 0}


def test_tell_says_also_that_a_day_is_open(tmp_path, capsys) -> None:
    copying.tell(copying.Made(tmp_path, 3, 9, open=True), json=False)
    assert "a day that is not sealed yet" in capsys.readouterr().out


def test_postgres_names_the_program_that_is_not_there_or_ended_badly(db, monkeypatch) -> None:
    monkeypatch.setattr(postgres.shutil, "which", lambda _: None)
    monkeypatch.setattr(postgres.cluster, "find", lambda: None)
    assert refused(postgres.run, "pg_dump").code == "no-such-program"
    monkeypatch.setattr(postgres.cluster, "find", lambda: Path("/nowhere"))
    assert refused(postgres.run, "pg_dump").code == "no-such-program"
    monkeypatch.setattr(postgres.cluster, "find", lambda: Path("/bin"))
    for name in ("HOST", "PORT", "USER", "PASSWORD"):
        monkeypatch.setitem(connection.settings_dict, name, "x")
    assert refused(postgres.run, "false").code == "program-failed"
    postgres.run("true")
