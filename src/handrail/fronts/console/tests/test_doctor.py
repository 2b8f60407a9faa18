"""`handrail doctor`: every line well, to be looked at and broken, and nothing changed by looking."""

import json
import sqlite3
import subprocess
import sys
import uuid
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import DatabaseError, connection

from handrail.core.common import wrapping
from handrail.core.encounters import actions
from handrail.core.journal import guards, turns
from handrail.core.journal import queries as journal
from handrail.core.org import copies
from handrail.core.org import queries as org
from handrail.fronts.console import app, copying, doctor, keyring, restoring, retaining, setting_up
from handrail.fronts.console.doctor import care, finding, machine
from handrail.fronts.console.doctor import house as looked_at

from .copies import older


@pytest.fixture
def look(house, now) -> finding.Look:
    """The house as the doctor sees it, everything in it an hour old."""
    (house.home.database).touch()
    for path in (house.home.database, *house.home.keys.iterdir()):
        older(path, now=now, hours=1)
    return finding.Look(house.home, now)


def states(check: Any, look: finding.Look) -> list[str]:
    return [one.state for one in check(look)]


def said(check: Any, look: finding.Look) -> str:
    return " ".join(f"{one.said} {one.next}" for one in check(look))


@pytest.mark.parametrize(("free_mb", "state"), [(100_000, "ok"), (1_999, "look"), (299, "broken")])
def test_room(look, monkeypatch, free_mb, state) -> None:
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mb * 1_000_000))
    assert states(machine.room, look) == [state]


@pytest.fixture
def _old_program(monkeypatch, tmp_path, now) -> None:
    """The program itself was installed before the day of the tests."""
    (tmp_path / "program").touch()
    older(tmp_path / "program", now=now, hours=24)
    monkeypatch.setattr(machine, "__file__", str(tmp_path / "program"))


@pytest.mark.usefixtures("_old_program")
def test_time_is_wrong_before_what_was_written_or_sealed(look, now, monkeypatch) -> None:
    assert states(machine.time, look) == ["ok"]
    assert states(machine.time, finding.Look(look.here, now - timedelta(hours=1, minutes=4))) == ["ok"]
    assert states(machine.time, finding.Look(look.here, now - timedelta(hours=2))) == ["broken"]
    assert "1970-01-01" in said(machine.time, finding.Look(look.here, now - timedelta(days=20522, hours=18)))
    monkeypatch.setattr(journal, "sealed_through", lambda: now.date() + timedelta(days=1))
    assert "is sealed already" in said(machine.time, look)


def layers(*kinds: str) -> str:
    told: list[dict[str, Any]] = []
    for kind in reversed(kinds):
        told = [{"type": kind, "children": told} if told else {"type": kind}]
    return json.dumps({"blockdevices": told})


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (layers("crypt", "part", "disk"), "ok"),
        (layers("lvm", "crypt", "part", "disk"), "ok"),
        (layers("part", "disk"), "look"),
        ("not json", "look"),
        ('{"blockdevices": [{"type": "x", "children": 1}]}', "look"),
        (subprocess.CalledProcessError(1, "lsblk"), "look"),
        (FileNotFoundError("lsblk"), "look"),
    ],
)
def test_encryption(look, monkeypatch, answer, state) -> None:
    def told(*words: str) -> str:
        if words[0] == "findmnt":
            return "/dev/mapper/data[/sub]\n"
        assert words[-1] == "/dev/mapper/data"
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    monkeypatch.setattr(machine, "_said", told)
    assert states(machine.encryption, look) == [state]


def test_encryption_says_something_of_this_machine(look) -> None:
    assert machine._said("true") == "" and len(states(machine.encryption, look)) == 1


def test_modes(look) -> None:
    assert states(machine.modes, look) == ["ok"]
    look.here.database.chmod(0o644)
    assert states(machine.modes, look) == ["look"]
    look.here.data.chmod(0o755)
    assert states(machine.modes, look) == ["broken"]


def test_place(look, monkeypatch) -> None:
    assert states(care.place, look) == ["broken"]
    assert states(care.place, finding.Look(_demo(look), look.now)) == ["ok"]
    monkeypatch.setattr(keyring, "lies_beside_data", lambda _: False)
    assert "another volume" in said(care.place, look)
    monkeypatch.setattr(wrapping, "is_wrapped", lambda _: True)
    assert "a passphrase" in said(care.place, look)


def _demo(look: finding.Look) -> Any:
    told = {name: getattr(look.here, name) for name in ("data", "keys", "run", "database")}
    return SimpleNamespace(**told, demo=True)


def test_offline(look) -> None:
    assert states(care.offline, look) == ["ok"]
    (look.here.keys / keyring.OFFLINE).unlink()
    assert states(care.offline, look) == ["look"]
    assert states(care.offline, finding.Look(_demo(look), look.now)) == ["ok"]


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (1, "ok"), (2, "look"), (7, "look"), (8, "broken")])
def test_copies_by_age(look, days, state) -> None:
    copies.finish_copy(1, look.now.date() - timedelta(days=days))
    assert states(care.copies, look) == [state]


def test_copies_where_none_was_made_and_where_some_are_too_old(look) -> None:
    assert states(care.copies, look) == ["look"]
    assert states(care.copies, finding.Look(_demo(look), look.now)) == ["ok"]
    folder = look.here.data / "copies"
    folder.mkdir()
    (folder / "handrail-2025-01-01-1-sealed.age").touch()
    assert "1 are kept longer than they may be, handrail-2025" in said(care.copies, look)


def test_left_over(look, monkeypatch, tmp_path) -> None:
    assert states(care.left_over, look) == []
    (look.here.run / copying.SNAPSHOT).touch()
    assert "copy.snapshot was left" in said(care.left_over, look)
    with copying._alone(look.here.run, clear=False):
        assert states(care.left_over, look) == []
    (look.here.run / copying.SNAPSHOT).unlink()
    (look.here.run / restoring.WORK).mkdir()
    (look.here.run / setting_up.RESTORING).touch()
    monkeypatch.setenv(copying.TO, str(tmp_path / "pulled out"))
    assert states(care.left_over, look) == ["broken", "look", "broken"]
    monkeypatch.setenv(copying.TO, str(tmp_path))
    assert states(care.left_over, look) == ["broken", "look"]


def test_mode(look, monkeypatch) -> None:
    assert states(looked_at.mode, look) == ["ok"]
    monkeypatch.undo()
    if connection.vendor == "sqlite":

        def refuse(_: Any) -> None:
            raise setting_up.Refused("unsafe-database", mode="delete", synchronous=1)

        monkeypatch.setattr(setting_up, "check_database", refuse)
        assert states(looked_at.mode, look) == ["broken"]


def test_guarded(look) -> None:
    assert states(looked_at.guarded, look) == ["ok"]
    guards.lift(connection)
    assert states(looked_at.guarded, look) == ["broken"]
    guards.install(connection)


def test_sound(look) -> None:
    assert states(looked_at.sound, look) == (["ok"] if connection.vendor == "sqlite" else [])


class Rows:
    """A connection that answers one statement after another."""

    vendor = "sqlite"

    def __init__(self, *answers: Any, vendor: str = "sqlite") -> None:
        self.answers, self.vendor = list(answers), vendor

    def cursor(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def execute(self, sql: str) -> None:
        pass

    def fetchall(self) -> Any:
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("integrity", "keys", "told"),
    [
        ([("Tree 7 page 3: btreeInitPage() returns error code 11",)], [], "btreeInitPage"),
        ([("ok",)], [("org_role", 3, "org_worker", 0)], "org_role names a row of org_worker"),
    ],
)
def test_sound_names_what_is_damaged(look, monkeypatch, integrity, keys, told) -> None:
    monkeypatch.setattr(looked_at, "connection", Rows(integrity, keys))
    assert told in said(looked_at.sound, look)


GOOD = {**looked_at.SERVER_LOGS, "data_checksums": "on"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (GOOD, ["ok"]),
        (GOOD | {"log_error_verbosity": "default"}, ["look"]),
        (GOOD | {"data_checksums": "off"}, ["ok", "look"]),
        ({}, ["look", "look"]),
    ],
)
def test_server(look, monkeypatch, settings, expected) -> None:
    monkeypatch.setattr(looked_at, "connection", Rows(list(settings.items()), vendor="postgresql"))
    assert states(looked_at.server, look) == expected


def test_server_is_asked_where_there_is_one(look) -> None:
    assert "ok" in states(looked_at.server, look) or connection.vendor == "sqlite"


def test_sealed(look, visit, outreach, now, seal) -> None:
    assert "no day yet" in said(looked_at.sealed, look)
    actions.record_visit(visit(), by=outreach, received_at=now)
    assert states(looked_at.sealed, look) == ["ok"]
    assert states(looked_at.sealed, finding.Look(look.here, now + timedelta(days=4))) == ["look"]
    seal()
    assert "through 2026-03-10; has not run here" in said(
        looked_at.sealed, finding.Look(look.here, now + timedelta(days=4))
    )
    turns.note(turns.SEALING, now.date())
    assert "last ran 2026-03-10" in said(looked_at.sealed, look)


def test_forgotten(look, visit, outreach, now) -> None:
    assert states(looked_at.forgotten, look) == ["ok"]
    actions.record_visit(visit(), by=outreach, received_at=now)
    later = finding.Look(look.here, now + timedelta(days=3))
    assert states(looked_at.forgotten, later) == ["look"] and "has not run here" in said(looked_at.forgotten, later)
    retaining.run(json=True, dry_run=True)
    assert turns.last(turns.FORGETTING) is None
    retaining.reapply()
    for days, state in ((2, "ok"), (3, "look")):
        assert states(looked_at.forgotten, finding.Look(look.here, now + timedelta(days=days))) == [state]
    assert "last ran 2026-03-10" in said(looked_at.forgotten, look)


@pytest.mark.parametrize("told", ["[]", "{", '{"forgetting": "yesterday"}', '{"sealing": "2026-03-09"}'])
def test_turns_that_cannot_be_read_are_none(look, now, told) -> None:
    (look.here.run / "turns.json").write_text(told)
    assert turns.last(turns.FORGETTING) is None
    for back in (0, 9):  # a clock that was put back takes no turn away
        turns.note(turns.FORGETTING, now.date() - timedelta(days=back))
    assert turns.last(turns.FORGETTING) == now.date()


def test_ends(look, monkeypatch) -> None:
    assert states(looked_at.ends, look) == ["ok"]
    monkeypatch.setattr(looked_at.anchor, "compare", lambda: looked_at.anchor.Held("cut"))
    assert states(looked_at.ends, look) == ["broken"]


@pytest.mark.parametrize(("days", "state"), [(None, "ok"), (7, "ok"), (8, "look"), (29, "look"), (30, "broken")])
def test_held(look, monkeypatch, days, state) -> None:
    oldest = None if days is None else look.now.date() - timedelta(days=days)
    monkeypatch.setattr(journal, "held_summary", lambda: journal.HeldSummary(0 if days is None else 3, oldest))
    assert states(looked_at.held, look) == [state]


def contact(*, missing: int = 0, last: date, revoked: bool = False) -> org.Contact:
    device = org.Device(uuid.uuid4(), uuid.uuid4(), "Van 2", "phone", last, last if revoked else None)
    return org.Contact(device, last, missing, last)


def test_devices(look, monkeypatch) -> None:
    assert "none was heard from" in said(looked_at.devices, look)
    today, long_ago = look.now.date(), look.now.date() - timedelta(days=15)
    known = [contact(last=today), contact(last=long_ago), contact(last=long_ago, revoked=True)]
    monkeypatch.setattr(org, "contacts", lambda: known)
    assert states(looked_at.devices, look) == ["look", "ok"]
    known.append(contact(last=today, missing=40))
    assert "Van 2: at least 40 acts missing since 2026-03-10" in said(looked_at.devices, look)


def main(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["handrail", "doctor", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    return end.value.code


def test_main_prints_a_page_and_ends_with_1_when_something_is_broken(look, monkeypatch, capsys) -> None:
    before = [(path, path.stat().st_mtime_ns) for path in look.here.data.rglob("*")]
    assert main(monkeypatch) == 1
    page = capsys.readouterr().out
    assert "broken  keys" in page and "-> ./handrail keys wrap" in page and len(page.splitlines()) < 40
    assert [(path, path.stat().st_mtime_ns) for path in look.here.data.rglob("*") if path.suffix != ".lock"] == [
        one for one in before if one[0].suffix != ".lock"
    ]


def test_main_tells_json_and_ends_with_0_when_nothing_is_broken(look, monkeypatch, capsys) -> None:
    monkeypatch.setattr(doctor, "CHECKS", (machine.modes, looked_at.guarded))
    assert main(monkeypatch, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in told] == ["ok", "ok"] and set(told[0]) == {"name", "state", "said", "next"}


def test_main_refuses_an_empty_folder(empty, monkeypatch, capsys) -> None:
    assert main(monkeypatch) == 2 and "[not-set-up]" in " ".join(capsys.readouterr().err.split())
    assert list(empty.iterdir()) == []


def test_examine_goes_on_when_the_database_cannot_be_read(look, monkeypatch) -> None:
    def fail(_: Any) -> Any:
        raise DatabaseError("malformed: JG7MCT")

    monkeypatch.setattr(doctor.connection, "close", lambda: None)
    monkeypatch.setattr(doctor, "CHECKS", (fail, machine.modes))
    told = doctor.examine()
    assert [one.state for one in told] == ["broken", "ok"] and "JG7MCT" not in told[0].said


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the embedded database's file")
def test_sound_finds_bit_rot_in_the_structure_of_a_page(look, tmp_path, transactional_db) -> None:
    """A flipped bit in a tree's own bytes is found here; one in what a sealed row says is found by `verify`."""
    source, file = sqlite3.connect(connection.settings_dict["NAME"]), tmp_path / "rot"
    source.execute("VACUUM INTO ?", (str(file),))
    source.close()
    told = file.read_bytes()
    found = 0
    for page in range(1, 101):
        at = page * 4096  # the kind of a page stands in its first byte
        file.write_bytes(told[:at] + bytes([told[at] ^ 0xFF]) + told[at + 1 :])
        found += _damaged(file)
    assert found == 100


def _damaged(file: Path) -> bool:
    direct = sqlite3.connect(file)
    try:
        return direct.execute("PRAGMA integrity_check(3)").fetchall() != [("ok",)]
    except sqlite3.DatabaseError:
        return True
    finally:
        direct.close()
