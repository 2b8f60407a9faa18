"""From an empty folder to a house that can serve, and back to what was there."""

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from handrail.core.common import home, keys
from handrail.core.common.refusals import Refused
from handrail.core.journal import guards
from handrail.core.org import queries as org
from handrail.fronts.console import app, programme, setting_up


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None, settings: Any) -> Any:
    """An empty data folder over the test's own database; the ring of the process is put back after."""
    before = keys.ring()
    monkeypatch.setenv("HANDRAIL_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HANDRAIL_KEYS", str(tmp_path / "keys"))
    monkeypatch.setattr(
        setting_up, "check_database", lambda _: None
    )  # the test's transaction hides the mode of the file
    yield tmp_path
    keys.install(before)


def refusal(call: Any, *told: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value


def test_prepare_opens_a_real_site_once(folder, capsys) -> None:
    first = setting_up.prepare(site="Riverside", timezone="America/Vancouver")
    second = setting_up.prepare(site="Riverside", timezone="America/Vancouver")
    assert set(first) == {"lead"} and second == {} and [one.name for one in org.sites()] == ["Riverside"]
    assert "new folder: making keys\n" in capsys.readouterr().err and not home.open_home().demo


def test_prepare_opens_another_site_beside_the_first(folder) -> None:
    for name in ("Riverside", "Harbour"):
        setting_up.prepare(site=name, timezone="Etc/UTC")
    assert {one.name for one in org.sites()} == {"Riverside", "Harbour"}


def test_prepare_names_a_real_site_that_was_given_no_name(folder) -> None:
    home.begin(demo=False)
    setting_up.prepare(site=None, timezone="Etc/UTC")
    assert [one.name for one in org.sites()] == ["First site"]


def test_prepare_loads_the_demo_once_and_shows_its_sign_ins_again(folder, settings, monkeypatch) -> None:
    settings.DEMO = True
    loaded = []

    def load(sign_ins: dict[str, str]) -> None:
        programme.org.install(demo=True)
        loaded.append(sign_ins)

    monkeypatch.setattr(programme, "load_demo", load)
    monkeypatch.setattr(programme, "demo_sign_ins", lambda: {"ash": "x"})
    told = [setting_up.prepare(site=None, timezone="Etc/UTC") for _ in range(2)]
    assert told == [{"ash": "x"}, {"ash": "x"}] and len(loaded) == 1
    kept = home.open_home()
    assert kept.demo and json.loads((kept.keys / "demo-sign-ins.json").read_text()) == {"ash": "x"}


@pytest.mark.scenario("trust:30")
def test_prepare_makes_no_real_site_of_a_demo(folder, settings) -> None:
    home.begin(demo=True)
    settings.DEMO = True
    assert refusal(setting_up.prepare, site="Riverside", timezone="Etc/UTC").code == "demo-for-life"
    assert org.sites() == []


def test_open_house_refuses_an_empty_folder(folder) -> None:
    assert refusal(setting_up.open_house).code == "not-set-up"


def test_open_house_opens_what_is_set_up(folder) -> None:
    home.begin(demo=False)
    setting_up.open_house()


def test_migrate_refuses_a_database_of_a_later_version(db) -> None:
    MigrationRecorder(connection).record_applied("supplies", "0099_from_tomorrow")
    told = refusal(setting_up.migrate)
    assert (told.code, told.facts) == ("newer-schema", {"name": "supplies.0099_from_tomorrow"})


def test_migrate_brings_missing_steps_in(db, monkeypatch, capsys) -> None:
    ran = []
    monkeypatch.setattr("django.core.management.call_command", lambda *told, **named: ran.append(told))
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("exchange", "0001_initial")
    setting_up.migrate()
    assert ran == [("migrate",)] and "bringing the tables up to date (1 steps)" in capsys.readouterr().err


def test_make_sure_refuses_while_a_guard_is_missing_and_prepare_mends_it_when_asked(folder) -> None:
    home.begin(demo=False)
    guards.lift(connection)
    told = refusal(setting_up.make_sure)
    assert told.code == "guards-missing" and str(told.facts["name"]).startswith("guard_")
    setting_up.prepare(site="A", timezone="Etc/UTC")  # nothing was recorded yet: set-up that was cut off goes on
    assert guards.missing(connection) == []
    guards.lift(connection)
    assert refusal(setting_up.prepare, site="A", timezone="Etc/UTC").code == "guards-missing"
    setting_up.prepare(site="A", timezone="Etc/UTC", guards=True)
    assert guards.missing(connection) == []


class Pragmas:
    """A database that answers what it is told to answer."""

    vendor = "sqlite"

    def __init__(self, **answers: Any) -> None:
        self.answers, self.asked = answers, ""

    def cursor(self) -> "Pragmas":
        return self

    def __enter__(self) -> "Pragmas":
        return self

    def __exit__(self, *told: object) -> None:
        pass

    def execute(self, sql: str) -> "Pragmas":
        self.asked = sql.removeprefix("PRAGMA ")
        return self

    def fetchone(self) -> tuple[Any]:
        return (self.answers[self.asked],)


def test_check_database_takes_the_mode_that_keeps_what_it_acknowledged() -> None:
    setting_up.check_database(Pragmas(journal_mode="wal", synchronous=2))


@pytest.mark.parametrize(("mode", "synchronous"), [("wal", 1), ("wal", 0), ("delete", 2), ("memory", 2)])
def test_check_database_refuses_the_rest(mode, synchronous) -> None:
    told = refusal(setting_up.check_database, Pragmas(journal_mode=mode, synchronous=synchronous))
    assert (told.code, told.facts) == ("unsafe-database", {"mode": mode, "synchronous": synchronous})


def test_check_database_asks_no_pragma_of_a_server() -> None:
    server = Pragmas()
    server.vendor = "postgresql"
    setting_up.check_database(server)
    assert server.asked == ""


def test_check_database_holds_for_the_database_of_these_tests(transactional_db) -> None:
    setting_up.check_database(connection)


def test_say_writes_a_refusal_with_its_code() -> None:
    assert setting_up.say(Refused("demo-for-life")).endswith("[demo-for-life]")


def test_say_speaks_also_when_the_settings_were_refused(monkeypatch) -> None:
    configured: list[dict[str, Any]] = []

    def refused() -> None:
        raise Refused("keys-missing", where="x")

    monkeypatch.setattr(setting_up.django, "setup", refused)
    monkeypatch.setattr("django.conf.LazySettings.configure", lambda _, **told: configured.append(told))
    assert setting_up.say(Refused("keys-missing", where="/keys")).endswith("[keys-missing]") and configured == [
        {"USE_I18N": False}
    ]


def test_main_ends_a_refusal_with_its_sentence_and_2(folder, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["handrail", "seal"])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 2 and "[not-set-up]" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["seal", "--json"], '"sealed"'),
        (["seal"], "entries sealed"),
        (["verify", "--json"], '"broken": null'),
        (["verify"], "guards missing: none"),
    ],
)
def test_main_runs_a_word(folder, monkeypatch, capsys, words, told) -> None:
    setting_up.prepare(site="Riverside", timezone="Etc/UTC")
    monkeypatch.setattr(sys, "argv", ["handrail", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 0 and told in capsys.readouterr().out


def test_prepare_reckons_a_sites_day_in_the_machines_zone_and_says_so(folder, monkeypatch, capsys) -> None:
    monkeypatch.setattr(setting_up.zone, "of_machine", lambda: "Pacific/Auckland")
    setting_up.prepare(site="Riverside", timezone=None)
    assert org.sites()[0].timezone == "Pacific/Auckland"
    assert "reckoned in Pacific/Auckland; choose another with --timezone" in capsys.readouterr().err


def test_prepare_says_that_a_site_keeps_its_zone(folder, capsys) -> None:
    setting_up.prepare(site="Riverside", timezone="America/Vancouver")
    assert "not changed" not in capsys.readouterr().err
    setting_up.prepare(site="Riverside", timezone="Europe/London")
    assert "not changed" in capsys.readouterr().err and org.sites()[0].timezone == "America/Vancouver"


@pytest.mark.parametrize(
    ("name", "zone", "code"), [("A", "Here", "unknown-timezone"), ("x" * 81, None, "bad-name"), ("", None, "bad-name")]
)
def test_prepare_refuses_before_anything_is_made(folder, name, zone, code) -> None:
    assert refusal(setting_up.prepare, site=name, timezone=zone).code == code
    assert home.is_new() and list(folder.iterdir()) == []


def test_prepare_keeps_the_sign_ins_of_a_demo_for_their_owner(folder, settings, monkeypatch) -> None:
    settings.DEMO = True
    monkeypatch.setattr(programme, "load_demo", lambda _: programme.org.install(demo=True))
    setting_up.prepare(site=None, timezone=None)
    assert stat.S_IMODE(setting_up.kept_sign_ins().stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "data").stat().st_mode) == 0o700


def test_main_adds_a_worker(folder, monkeypatch, capsys) -> None:
    setting_up.prepare(site="Riverside", timezone="Etc/UTC")
    monkeypatch.setattr(sys, "argv", ["handrail", "worker", "sam", "--role", "lead"])
    with pytest.raises(SystemExit) as end:
        app.main()
    assert end.value.code == 0 and "sam: lead at Riverside" in capsys.readouterr().out
