"""What is checked before a server starts, and what is said when it does not."""

import socket
import stat
import sys
from pathlib import Path

import pytest

from handrail.core.common import home
from handrail.core.common.refusals import Refused
from handrail.fronts.console import app, keyring, machine, serving, setting_up


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> socket.socket:
    """A port that somebody else listens on, named in the environment."""
    held = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("HANDRAIL_PORT", str(held.getsockname()[1]))
    return held


def up(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["handrail", "up", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    return end.value.code


@pytest.mark.parametrize("told", ["abc", "0", "99999", "-1", "8000.0", "٨٠٠٠", "9" * 5000])
def test_port_refuses_what_is_no_port(monkeypatch, told) -> None:
    monkeypatch.setenv("HANDRAIL_PORT", told)
    with pytest.raises(Refused, match="bad-port"):
        serving.port()


@pytest.mark.parametrize(("told", "port"), [("", 8000), ("1", 1), ("65535", 65535)])
def test_port_takes_a_port(monkeypatch, told, port) -> None:
    monkeypatch.setenv("HANDRAIL_PORT", told)
    assert serving.port() == port


def test_up_on_a_taken_port_makes_nothing(empty: Path, taken, monkeypatch, capsys) -> None:
    with taken:
        assert up(monkeypatch, "--site", "Riverside") == 2
    assert "[port-taken]" in " ".join(capsys.readouterr().err.split()) and list(empty.iterdir()) == []


def test_up_on_a_bad_port_or_in_a_bad_zone_makes_nothing(empty: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("HANDRAIL_PORT", "99999")
    assert up(monkeypatch, "--site", "Riverside") == 2
    monkeypatch.setenv("HANDRAIL_PORT", str(machine.free_port()))
    assert up(monkeypatch, "--site", "Riverside", "--timezone", "Here") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "[bad-port]" in told and "[unknown-timezone]" in told and list(empty.iterdir()) == []


def test_check_refuses_while_another_server_holds_the_folder(empty: Path, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_PORT", str(machine.free_port()))
    with serving._alone(home.open_home().run), pytest.raises(Refused, match="server-runs"):
        serving.check()
    serving.check()


def test_serve_tells_the_sign_ins_also_when_it_cannot(empty: Path, taken, capsys) -> None:
    home.begin(demo=False)
    with taken, pytest.raises(Refused, match="port-taken"):
        serving.serve({"lead": "shown once"})
    assert "sign in as lead     password shown once" in capsys.readouterr().out


def test_main_makes_everything_for_its_owner_alone(empty: Path, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_PORT", str(machine.free_port()))
    monkeypatch.setattr(setting_up, "prepare", lambda **_: {})
    monkeypatch.setattr(keyring, "warn_of_place", lambda: None)  # it asks a PostgreSQL where its data lies
    monkeypatch.setattr(serving, "serve", lambda _: home.open_home().run.joinpath("made").touch())
    before = app.os.umask(0o022)
    try:
        up(monkeypatch, "--site", "Riverside")
    finally:
        app.os.umask(before)
    made = [empty / "data", *(empty / "data").rglob("*"), *(empty / "keys").rglob("*")]
    assert len(made) >= 5 and not any(stat.S_IMODE(one.stat().st_mode) & 0o077 for one in made)


def test_install_leaves_the_system_readable_for_all(monkeypatch) -> None:
    told: list[int] = []

    class Done:
        returncode, stderr = 0, ""

    monkeypatch.setattr(machine.os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine.shutil, "which", lambda _: "/usr/bin/apt-get")

    def run(*_: object, umask: int, **__: object) -> Done:
        told.append(umask)
        return Done()

    monkeypatch.setattr(machine.subprocess, "run", run)
    assert machine.install("postgresql") and told == [0o022, 0o022]
