"""What `handrail serve` refuses before anything starts, and what it passes on."""

import sys
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common import home, keys
from handrail.core.common.refusals import Refused
from handrail.fronts.console import app, doors, keyring, machine, production, serving, setting_up
from handrail.fronts.console.lan import house


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said, as one line: the console breaks lines where they end."""
    return " ".join(capsys.readouterr().err.split())


def serve(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["handrail", "serve", *words])
    with pytest.raises(SystemExit) as end:
        app.main()
    return end.value.code


@pytest.fixture
def real(empty: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A real house that opens, and a server that only remembers how it was started."""
    home.begin(demo=False)
    monkeypatch.setattr(setting_up, "open_house", lambda: None)
    monkeypatch.setattr(keyring, "lies_beside_data", lambda _: False)
    return empty


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    keepers: list[Any] = []

    def remember(_: object, keeper: Any) -> int:
        keepers.append(keeper)
        return 0

    monkeypatch.setattr(serving, "serve", remember)
    return keepers


def test_serve_refuses_an_empty_folder_and_makes_nothing(empty, monkeypatch, capsys) -> None:
    assert serve(monkeypatch) == 2 and serve(monkeypatch, "--lan") == 2
    assert said(capsys).count("[not-set-up]") == 2 and list(empty.iterdir()) == []


@pytest.mark.scenario("trust:30")
def test_serve_refuses_a_demo(empty, monkeypatch, capsys) -> None:
    home.begin(demo=True)
    assert serve(monkeypatch) == 2 and serve(monkeypatch, "--lan") == 2
    assert said(capsys).count("[demo-for-life]") == 2


def test_serve_refuses_plain_http(real, monkeypatch, capsys) -> None:
    for name in ("TLS_CERT", "TLS_KEY", "PROXY"):
        monkeypatch.delenv(f"HANDRAIL_{name}", raising=False)
    assert serve(monkeypatch) == 2 and "[no-door]" in said(capsys)


def test_serve_refuses_a_second_server(real, monkeypatch, capsys) -> None:
    with serving._alone(home.open_home().run):
        assert serve(monkeypatch, "--lan") == 2
    assert "[server-runs]" in said(capsys)


@pytest.mark.parametrize("words", [("--name", "van"), ("--new-trust",)])
def test_serve_refuses_words_that_go_with_lan(real, monkeypatch, words) -> None:
    assert serve(monkeypatch, *words) == 2


@pytest.mark.scenario("trust:30")
def test_serve_refuses_readable_keys_on_the_databases_volume(real, started, monkeypatch, capsys) -> None:
    monkeypatch.setattr(keyring, "lies_beside_data", lambda _: True)
    assert serve(monkeypatch, "--lan") == 2 and "[keys-beside-data]" in said(capsys) and not started


def test_serve_stands_behind_a_proxy(real, started, monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_NAME", "handrail.example.org")
    monkeypatch.setenv("HANDRAIL_PROXY", "127.0.0.1")
    port = machine.free_port()
    assert serve(monkeypatch, "--port", str(port)) == 0
    (keeper,) = started
    assert isinstance(keeper, doors.Here) and keeper.door.port == port


def test_serve_passes_its_words_on_to_the_local_network(real, started, monkeypatch) -> None:
    told: dict[str, Any] = {}
    monkeypatch.setattr(house, "keeper", lambda **words: told.update(words))
    assert (
        serve(monkeypatch, "--lan", "--name", "van", "--address", "10.0.0.7", "--trust-port", "81", "--new-trust") == 0
    )
    assert told == {"name": "van", "address": "10.0.0.7", "ports": (8443, 81), "new_trust": True}


def test_check_settings_refuses_debug_and_demo_keys(settings, empty) -> None:
    production.check_settings()
    settings.DEBUG = True
    with pytest.raises(Refused, match="debug-on"):
        production.check_settings()
    settings.DEBUG = False
    keys.install(keys.make(demo=True))
    with pytest.raises(Refused, match="demo-for-life"):
        production.check_settings()
