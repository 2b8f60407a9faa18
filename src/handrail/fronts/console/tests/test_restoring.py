"""`handrail restore`: what comes back, into what, and everything that is refused before anything is changed."""

import io
import json
import shutil
import sqlite3
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from handrail.core.common import home, keys
from handrail.core.encounters import actions
from handrail.core.org import queries as org
from handrail.core.people import erased
from handrail.core.people import rules as people
from handrail.fronts.console import anchor, app, copying, digests, packing, postgres, restoring, serving, setting_up

from .copies import kept, refused

embedded = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the embedded database's file")
served = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a database server")


@pytest.fixture
def copy(transactional_db, house, visit, outreach, now, seal) -> Path:
    """A copy on a stick: one visit of a sealed day, one of an open day, and somebody who is signed in."""
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    actions.record_visit(visit(), by=outreach, received_at=now)
    Session.objects.create(session_key="x", session_data="y", expire_date=now)
    made: copying.Made = copying.back_up(house.folder / "stick")
    return made.path


@pytest.fixture
def elsewhere(house, monkeypatch) -> Path:
    """Another machine: an empty data folder, and the keys, brought there."""
    folder: Path = house.folder / "elsewhere"
    shutil.copytree(house.home.keys.parent, house.folder / "keys there")
    monkeypatch.setenv("HANDRAIL_HOME", str(folder))
    monkeypatch.setenv("HANDRAIL_KEYS", str(house.folder / "keys there"))
    return folder


def forged(house: Any, **changes: Any) -> Path:
    """Make a copy of the test's own by hand, its manifest changed."""
    database = house.folder / "any"
    if not database.exists():
        database.write_bytes(b"not a database, and long enough to be cut")
    manifest = {
        "v": 1, "installation": house.home.keys.name, "demo": False, "engine": connection.vendor, "number": 1,
        "day": "2026-03-10", **copying._of(database), "migrations": [], "tables": {}, "ends": {}, "epoch": "", "open": 0,
    }  # fmt: skip
    target: Path = house.folder / "forged.age"
    packing.write(
        manifest | changes,
        database,
        target,
        recipient=str(packing.pyrage.x25519.Identity.from_str(house.identity).to_public()),
    )
    return target


def bring(file: Path, house: Any, *, destroy_old: bool = False) -> restoring.Report:
    return restoring.restore(file, identity=str(house.stick), destroy_old=destroy_old)


def code(file: Path, house: Any, **named: Any) -> str:
    return refused(bring, file, house, **named).code


@embedded
def test_restore_brings_all_of_it_into_an_empty_folder_and_begins_another_epoch(copy, house, elsewhere) -> None:
    before, name = org.epoch(), connection.settings_dict["NAME"]
    report = bring(copy, house)
    held = digests.of_file(elsewhere / "db.sqlite3")
    assert (report.number, report.day, report.sealed, report.unsealed) == (1, "2026-03-10", 1, 3)
    told = digests.of_file(Path(name))
    differing = set(digests.differing(held, digests.as_json(told)))
    assert differing <= {"org_epoch", "org_copy", "django_session"} and "org_epoch" in differing
    assert held.tables["django_session"][0] == 0
    assert report.epoch != before and held.epoch == report.epoch.replace("-", "") and report.lacking == []
    assert home.open_home().keys.parent == house.folder / "keys there" and connection.settings_dict["NAME"] == name
    assert house.files(elsewhere) == ["db.sqlite3", "installation.json", "run/turns.json"]


@embedded
def test_restore_sets_the_old_database_aside_or_destroys_it(copy, house) -> None:
    place = house.home.database
    for journal_mode in ("WAL", "DELETE"):
        place.unlink(missing_ok=True)
        old = sqlite3.connect(place)
        old.execute(f"PRAGMA journal_mode={journal_mode}")
        old.execute("CREATE TABLE old (told TEXT)")
        old.execute("INSERT INTO old VALUES ('kept')")
        old.commit()
        old.close()
        report = bring(copy, house)
        kept = sqlite3.connect(report.aside)
        assert kept.execute("SELECT told FROM old").fetchall() == [("kept",)]
        kept.close()
    assert [path.name for path in copying.set_aside(house.home)] == ["db.before-1", "db.before-2"]
    assert bring(copy, house, destroy_old=True).aside == ""
    assert [path.name for path in copying.set_aside(house.home)] == ["db.before-1", "db.before-2"]


@embedded
def test_restore_sets_a_database_aside_that_is_beyond_reading_with_its_log(copy, house) -> None:
    place = house.home.database
    for end in ("", "-wal", "-shm"):
        place.with_name(place.name + end).write_bytes(b"broken" * 100)
    report = bring(copy, house)
    assert sorted(path.name for path in copying.set_aside(house.home)) == [
        "db.before-1",
        "db.before-1-shm",
        "db.before-1-wal",
    ]
    assert Path(report.aside).read_bytes() == b"broken" * 100
    assert not place.with_name("db.sqlite3-wal").exists() and digests.of_file(place).open == 1


@embedded
def test_restore_says_what_came_after_the_copy_and_keeps_the_old_ends_as_evidence(
    copy, house, visit, outreach, now, seal
) -> None:
    for _ in range(2):
        actions.record_visit(visit(), by=outreach, received_at=now)
        seal()
    anchor.keep()
    ends = json.loads(anchor.where().read_text())
    report = bring(copy, house)
    assert report.lacking == ["anonymous journal: batches that are not in this copy: the last 2"]
    assert json.loads((house.home.keys / "anchor-before-1.json").read_text()) == ends
    assert json.loads(anchor.where().read_text())["anonymous"]["number"] == ends["anonymous"]["number"] - 2


def test_beyond_tells_a_copy_from_before_an_earlier_return(house, visit, outreach, now, seal) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    anchor.keep()
    assert anchor.beyond() == []
    ends = json.loads(anchor.where().read_text())
    anchor.where().write_text(json.dumps(ends | {"anonymous": {"number": 1, "chain": "00" * 32}}))
    assert anchor.beyond() == [
        "anonymous journal: this copy was made before an earlier return, and what followed that is not in it"
    ]
    anchor.begin_anew()
    anchor.begin_anew()
    assert sorted(path.name for path in house.home.keys.glob("anchor*")) == [
        "anchor-before-1.json",
        "anchor-before-2.json",
        "anchor.json",
    ]


@embedded
def test_restore_refuses_a_damaged_database_and_changes_nothing(copy, house, elsewhere, monkeypatch) -> None:
    packed, database = house.folder / "packed", house.folder / "any"
    packing.decrypt(copy, packed, identities=[house.identity])
    whole = packing.Opened(packed)
    whole.database(database)
    told = database.read_bytes()
    for at in range(4096, len(told), len(told) // 12):
        database.write_bytes(told[:at] + bytes([told[at] ^ 0xFF]) + told[at + 1 :])
        assert code(forged(house, **whole.manifest), house) == "copy-broken", at
    assert not (elsewhere / "db.sqlite3").exists()
    database.write_bytes(told)
    direct = sqlite3.connect(database)
    direct.execute("DELETE FROM org_role")  # something that is missing, though the file is sound
    direct.commit()
    assert code(forged(house, **whole.manifest | copying._of(database)), house) == "copy-broken"
    direct.execute("DROP TRIGGER guard_journal_sealedentry_update")
    direct.execute("UPDATE journal_sealedentry SET kind = 'x'")
    direct.commit()
    direct.close()
    changed = whole.manifest | digests.as_json(digests.of_file(database)) | copying._of(database)
    assert code(forged(house, **changed), house) == "copy-unsound"
    assert not (elsewhere / "db.sqlite3").exists() and house.files(elsewhere / "run") == ["restoring"]


@pytest.mark.parametrize(
    ("text", "code_"),
    [
        ("AGE-SECRET-KEY-1NOTAKEY", "not-an-identity"),
        ("# only a remark\n", "not-an-identity"),
        (None, "not-an-identity"),
    ],
)
def test_restore_refuses_what_is_no_offline_key(house, text, code_) -> None:
    house.stick.unlink() if text is None else house.stick.write_text(text)
    assert code(house.folder / "x.age", house) == code_


def test_restore_refuses_another_offline_key(house) -> None:
    file = forged(house)
    house.stick.write_text(str(packing.pyrage.x25519.Identity.generate()))
    assert code(file, house) == "wrong-identity"


def test_restore_refuses_a_file_that_is_not_there_is_no_copy_or_was_cut(house) -> None:
    assert code(house.folder / "gone.age", house) == code(house.folder, house) == "no-such-file"
    file = forged(house)
    told = file.read_bytes()
    for length in (0, 10, 100, len(told) - 40, len(told) - 1):
        file.write_bytes(told[:length])
        assert code(file, house) == "copy-broken", length


@pytest.mark.parametrize(
    "packed",
    [b"", b"text", packing._packed, [("manifest.json", b"{}")], [("other", b"{}")], [("manifest.json", b"not json")]],
)
def test_restore_refuses_what_somebody_else_packed(house, packed) -> None:
    if callable(packed):
        packed = b"".join(packing._packed(()))
    if isinstance(packed, list):
        packed = b"".join(packing._packed(tuple((name, len(text), io.BytesIO(text)) for name, text in packed)))
    identity = packing.pyrage.x25519.Identity.from_str(house.identity)
    file = house.folder / "x.age"
    file.write_bytes(packing.pyrage.encrypt(packed, [identity.to_public()]))
    assert code(file, house) == "copy-broken"


def test_restore_refuses_a_copy_that_another_hand_made(house) -> None:
    ring = keys.ring()
    keys.install(keys.make(demo=False))
    file = forged(house)
    keys.install(ring)
    assert code(file, house) == "copy-not-ours"


@pytest.mark.parametrize(
    ("changes", "code_"),
    [
        ({"installation": str(uuid.uuid4())}, "another-installation"),
        ({"installation": "../../etc"}, "copy-broken"),
        ({"v": 2}, "newer-schema"),
        ({"migrations": ["supplies.0099_from_tomorrow"]}, "newer-schema"),
        ({"engine": "another"}, "another-engine"),
        ({"size": 1_000_000}, "copy-broken"),
        ({"size": "many"}, "copy-broken"),
    ],
)
def test_restore_refuses_a_copy_that_does_not_belong_here(house, changes, code_) -> None:
    before = house.files()
    assert code(forged(house, **changes), house) == code_
    assert house.files() == before


def test_restore_refuses_where_the_keys_are_not(house, elsewhere, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_KEYS", str(house.folder / "nowhere"))
    assert code(forged(house), house) == "keys-missing" and not elsewhere.exists()


def test_restore_refuses_another_folder_while_the_one_that_the_keys_serve_stands(house, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_HOME", str(house.folder / "drill"))
    before = kept(house.home.keys)
    told = refused(bring, forged(house), house)
    assert (told.code, told.facts["where"]) == ("keys-serve-another", str(house.home.data))
    assert kept(house.home.keys) == before and not (house.folder / "drill").exists()


def test_restore_refuses_while_a_server_runs(house) -> None:
    with serving._alone(house.home.run):
        assert code(forged(house), house) == "server-runs"


def test_restore_refuses_when_there_is_no_room(house, monkeypatch) -> None:
    def full(*_: Any) -> None:
        raise packing.pyrage.DecryptError("OSError: [Errno 28] No space left on device")

    monkeypatch.setattr(packing.pyrage, "decrypt_io", full)
    assert code(forged(house), house) == "no-room"

    def broken(*_: Any, **__: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(packing, "decrypt", broken)
    with pytest.raises(OSError, match="Input/output"):
        bring(house.folder / "x", house)


def test_restore_clears_away_what_a_killed_one_left(house) -> None:
    work = house.home.run / restoring.WORK
    work.mkdir()
    (work / "database").write_text("readable")
    assert code(house.folder / "gone.age", house) == "no-such-file" and not work.exists()


def test_make_sure_refuses_a_house_that_a_return_left_half_done(house) -> None:
    (house.home.run / setting_up.RESTORING).touch()
    assert refused(setting_up.make_sure).code == "restore-unfinished"


@pytest.mark.parametrize("tty", [True, False])
def test_restore_asks_for_the_offline_key(house, monkeypatch, tty) -> None:
    monkeypatch.setattr(restoring.getpass, "getpass", lambda _: house.identity.lower())
    monkeypatch.setattr("sys.stdin", io.StringIO(house.stick.read_text()))
    monkeypatch.setattr("sys.stdin.isatty", lambda: tty, raising=False)
    assert restoring.identities("-") == [house.identity]


@embedded
def test_main_brings_a_copy_back(copy, house, monkeypatch, capsys) -> None:
    for words in ([], ["--json"]):
        monkeypatch.setattr(sys, "argv", ["handrail", "restore", str(copy), "--identity", str(house.stick), *words])
        with pytest.raises(SystemExit) as end:
            app.main()
        assert end.value.code == 0
    said = capsys.readouterr().out
    assert "copy 1 of 2026-03-10 is back: 1 sealed entries verified, 3 not sealed yet" in said
    assert json.loads(said.splitlines()[-1])["sealed"] == 1


def test_tell_report_says_what_is_lacking_and_where_the_old_one_stands(capsys) -> None:
    report = restoring.Report(
        3,
        "2026-03-10",
        1,
        2,
        5,
        "x",
        ["anonymous journal: batches that are not in this copy: the last 2"],
        "/var/db.before-1",
    )
    restoring.tell_report(report, json=False)
    said = capsys.readouterr().out
    assert "lacking: anonymous journal" in said and "/var/db.before-1 and is destroyed after 24 hours" in said


@served
def test_restore_fills_an_empty_database_of_a_server_and_no_other(copy, house, elsewhere) -> None:
    assert code(copy, house) == "database-not-empty"
    (elsewhere / "run" / setting_up.RESTORING).unlink()
    before = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE brought_back")
    connection.close()
    connection.settings_dict["NAME"] = "brought_back"
    try:
        report = bring(copy, house)
        with connection.cursor() as cursor:
            held = digests.read(cursor, vendor="postgresql")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE brought_back WITH (FORCE)")
    assert (report.sealed, report.unsealed, held.open) == (1, 3, 1)
    assert held.epoch == report.epoch.replace("-", "") and not (elsewhere / "run" / setting_up.RESTORING).exists()


@served
def test_restore_refuses_a_dump_that_does_not_hold_what_its_manifest_says(copy, house, elsewhere, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(restoring.digests, "differing", lambda *_: ["org_site"])
        patch.setattr(connection.introspection, "table_names", list)
        patch.setattr(postgres, "run", lambda *_: None)
        assert code(copy, house) == "copy-broken"
    assert (elsewhere / "run" / setting_up.RESTORING).exists()


def test_the_programs_of_the_server_are_where_we_look_for_them() -> None:
    if connection.vendor == "postgresql":
        assert shutil.which("pg_dump")


@embedded
@pytest.mark.scenario("trust:10")
def test_restore_forgets_and_erases_again_before_the_copy_takes_its_place(
    transactional_db, house, visit, outreach, now, seal, monkeypatch
) -> None:
    cards = [people.new_code() for _ in range(2)]
    for card in cards:
        actions.record_visit(
            visit({"given": [{"item": "FOIL", "amount": 1}], "card": card}), by=outreach, received_at=now
        )
    seal()
    file = copying.back_up(house.folder / "stick").path
    site_id = org.sites()[0].id
    gone = people.pseudonym(cards[0], site_id=site_id, ring=keys.ring())
    erased.note(erased.Erased(str(site_id), gone, now))

    report = bring(file, house)
    assert _carded(house) == 1 and report.forgotten > 0 and report.lacking == []

    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=33))
    bring(file, house)
    assert _carded(house) == 1  # a copy may be as old, and then what it did on its last day has no time any more

    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=100))
    report = bring(file, house)
    assert _carded(house) == 0 and "100 days old" in report.lacking[-1]


@embedded
def test_restore_seals_days_that_are_over_and_forgets_what_they_held(copy, house, now, monkeypatch) -> None:
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=34))
    report = bring(copy, house)
    direct = sqlite3.connect(house.home.database)
    try:
        timed, acts = direct.execute("SELECT count(at), count(*) FROM encounters_encounter").fetchone()
        still = direct.execute("SELECT count(*) FROM journal_openentry WHERE journal = 'anonymous'").fetchone()[0]
        parts = direct.execute("SELECT count(*) FROM journal_expiringtime").fetchone()[0]
    finally:
        direct.close()
    assert (timed, acts, still, parts) == (0, 2, 0, 0) and report.unsealed == 3


def _carded(house: Any) -> int:
    direct = sqlite3.connect(house.home.database)
    try:
        return int(direct.execute("SELECT count(*) FROM encounters_encounter WHERE person <> ''").fetchone()[0])
    finally:
        direct.close()
