"""A drill: what comes back, and that the house that goes on serving is as it was."""

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from handrail.core.common import home, keys, passing, wrapping
from handrail.core.encounters import actions
from handrail.core.org import queries as org
from handrail.core.people import erased
from handrail.core.people import rules as people
from handrail.fronts.console import anchor, app, copying, drilling, retaining, serving

from .copies import kept, refused

embedded = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a server's drill fills an empty database")
served = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="a database server")


@pytest.fixture
def lived(transactional_db, house, visit, outreach, now, seal, monkeypatch) -> Iterator[Path]:
    """A copy, and what came after it: a card that was removed, another day, two months, in which keys passed and the ends moved on."""
    card = people.new_code()
    for told in (card, people.new_code()):
        body = {"given": [{"item": "FOIL", "amount": 1}], "card": told}
        actions.record_visit(visit(body), by=outreach, received_at=now)
    seal()
    anchor.keep()
    made = copying.back_up(house.folder / "stick")
    site_id = org.sites()[0].id
    gone = people.pseudonym(card, site_id=site_id, ring=keys.ring())
    erased.note(erased.Erased(str(site_id), gone, now))
    retaining.reapply()
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    anchor.keep()
    passing.make("month:2025-01")  # due to be destroyed
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(days=60))
    yield made.path
    home.open_home()


def drill(file: Path, house: Any) -> Any:
    return drilling.drill(file, identity=str(house.stick))


@embedded
def test_drill_leaves_the_house_and_its_keys_as_they_were_to_the_byte(lived, house) -> None:
    before = kept(house.folder)
    with serving._alone(house.home.run):  # the house goes on serving
        report = drill(lived, house)
    assert kept(house.folder) == before
    assert (report.number, report.forgotten > 0) == (1, True) and "anonymous journal" in report.lacking[0]
    assert home.open_home() == house.home and anchor.compare().state == anchor.HOLDS


@embedded
def test_drill_goes_through_all_that_a_return_does(lived, house, monkeypatch) -> None:
    seen = {}
    begin = anchor.begin_anew

    def look() -> None:
        begin()
        here = home.open_home()
        seen.update(
            ends=json.loads((here.keys / anchor.NAME).read_text()), spans=passing.spans(), erased=erased.listed()
        )
        seen.update(persons=_persons(), epoch=org.epoch(), home=here)

    monkeypatch.setattr(anchor, "begin_anew", look)
    epoch = org.epoch()
    drill(lived, house)
    assert seen["persons"] == 1 and seen["epoch"] != epoch and seen["erased"] == {}
    assert "month:2025-01" not in seen["spans"]
    assert not seen["home"].keys.exists() and not seen["home"].data.exists()
    assert "month:2025-01" in passing_of(house) and anchor.where().parent == house.home.keys
    assert seen["ends"] != json.loads(anchor.where().read_text())


def passing_of(house: Any) -> list[str]:
    home.open_home()
    return passing.spans()


def _persons() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM encounters_encounter WHERE person <> ''")
        return int(cursor.fetchone()[0])


@embedded
def test_drill_on_a_spare_machine_leaves_nothing_there(lived, house, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_HOME", str(house.folder / "spare"))
    before = kept(house.folder)
    drill(lived, house)
    assert kept(house.folder) == before and not (house.folder / "spare").exists()


def test_drill_that_is_refused_leaves_nothing(lived, house) -> None:
    told = lived.read_bytes()
    lived.write_bytes(told[: len(told) - 40])
    before = kept(house.folder)
    assert refused(drill, lived, house).code == "copy-broken" and kept(house.folder) == before
    lived.write_bytes(told)
    (house.home.keys / "ring.json").rename(house.folder / "ring.json")
    assert refused(drill, lived, house).code == "keys-missing"
    (house.folder / "ring.json").rename(house.home.keys / "ring.json")


@embedded
def test_drill_opens_a_wrapped_copy_of_the_keys(lived, house, monkeypatch) -> None:
    monkeypatch.setattr(wrapping, "MEMORY_KIB", 1024)
    monkeypatch.setattr(wrapping, "_keys", {})
    said = house.folder / "said"
    said.mkdir()
    (said / "handrail-passphrase").write_text("correct horse battery")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(said))
    wrapping.wrap(house.home.keys, "correct horse battery", names=("ring.json", passing.NAME, erased.NAME))
    before = kept(house.folder)
    assert drill(lived, house).number == 1 and kept(house.folder) == before
    assert list(wrapping._keys) == [house.home.keys]
    wrapping.forget(house.home.keys)


def test_what_a_killed_drill_left_is_found_and_cleared_but_not_under_one_that_runs(lived, house) -> None:
    run, ring = house.home.run, house.home.keys
    beside = ring.with_name(f"drill-{ring.name}")
    for folder in (run / drilling.WORK / "house", beside / ring.name):
        folder.mkdir(parents=True)
        (folder / "file").write_text("readable")
    with drilling._alone(run):
        assert drilling.left(run, ring) == [] and refused(drill, lived, house).code == "drill-runs"
        drilling.clear_left(run, ring)
        assert beside.exists()
    assert drilling.left(run, ring) == [run / drilling.WORK, beside]
    drilling.clear_left(run, ring)
    assert drilling.left(run, ring) == [] and not beside.exists()


@embedded
def test_main_drills(lived, house, monkeypatch, capsys) -> None:
    for words in ([], ["--json"]):
        monkeypatch.setattr(
            sys, "argv", ["handrail", "restore", str(lived), "--identity", str(house.stick), "--drill", *words]
        )
        with pytest.raises(SystemExit) as end:
            app.main()
        assert end.value.code == 0
    said = capsys.readouterr().out
    assert "copy 1 of 2026-03-10 can be brought back" in said and "nothing of this house was touched" in said
    assert json.loads(said.splitlines()[-1])["number"] == 1


@served
def test_drill_on_a_server_fills_an_empty_database_and_says_that_it_is_left(lived, house, monkeypatch, capsys) -> None:
    assert refused(drill, lived, house).code == "database-not-empty"
    before, held = connection.settings_dict["NAME"], kept(house.folder)
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE drilled")
    connection.close()
    connection.settings_dict["NAME"] = "drilled"
    try:
        report = drill(lived, house)
        assert (report.number, _persons()) == (1, 1)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE drilled WITH (FORCE)")
    assert kept(house.folder) == held
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", "postgresql:///drilled")
    drilling.tell_report(report, json=False)
    assert "drop the database that HANDRAIL_DATABASE_URL names" in capsys.readouterr().out
