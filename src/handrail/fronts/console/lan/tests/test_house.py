"""The door on the local network: made once, renewed, followed, and refused where it cannot be trusted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handrail.core.common import clock, home
from handrail.core.common.refusals import Refused
from handrail.fronts.console import machine
from handrail.fronts.console.doors import Change
from handrail.fronts.console.lan import addresses, authority, house

LOOPBACK = "127.0.0.1"


class Silent:
    """An announcement that is only remembered."""

    def __init__(self, name: str, port: int) -> None:
        self.at, self.heard, self.refusal = [], [], None

    def begin(self, address: str) -> None:
        if self.refusal:
            raise self.refusal
        self.at.append(address)

    def others(self) -> list[str]:
        return self.heard

    def end(self) -> None:
        self.at.append("")


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Any) -> Path:
    """A key folder, on the only private address there is: loopback's."""
    here = home.Home(tmp_path / "data", tmp_path / "keys", demo=False)
    here.run.mkdir(parents=True)
    here.keys.mkdir(mode=0o700)
    monkeypatch.setattr(home, "open_home", lambda: here)
    monkeypatch.setattr(addresses, "private", lambda: [LOOPBACK])
    monkeypatch.setattr(addresses, "_by_route", lambda: None)
    monkeypatch.setattr(house, "Announcement", Silent)
    monkeypatch.setattr(authority, "MEMORY", tmp_path)
    return here.keys


def keep(**told: Any) -> house.Local:
    ports = (machine.free_port(), machine.free_port())
    return house.keeper(**{"name": None, "address": None, "ports": ports, "new_trust": False} | told)


def refused(**told: Any) -> str:
    with pytest.raises(Refused) as refusal:
        keep(**told)
    return refusal.value.code


def test_keeper_makes_the_authority_once_for_the_sites_name(keys) -> None:
    made = keep()
    assert made.held.name == "riverside.local" and made.held.addresses == (LOOPBACK,)
    assert made.door.address == f"https://riverside.local:{made.door.port}" and made.door.files == made.shown.files
    assert made.door.environment["HANDRAIL_ADDRESS"] == made.door.address
    again = keep(name="Riverside")
    assert (
        again.held.fingerprint == made.held.fingerprint
        and again.held.fingerprint in again.door.environment["HANDRAIL_TRUST"]
    )


def test_keeper_refuses_another_name_until_trust_is_made_anew(keys, capsys) -> None:
    first = keep().held
    assert refused(name="van-2") == "other-name"
    second = keep(name="van-2.local", new_trust=True).held
    assert second.name == "van-2.local" and second.fingerprint != first.fingerprint
    assert len(list(keys.glob("lan-until-*"))) == 1 and "anew" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "van 2", "-van", "van-", "a" * 64, "van.two", "vän", "van_2"])
def test_keeper_refuses_what_is_no_name(keys, name) -> None:
    assert refused(name=name or " ") == "bad-lan-name" and not authority.stands(keys)


def test_keeper_refuses_a_wrong_clock(keys, monkeypatch) -> None:
    keep()
    monkeypatch.setattr(clock, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    assert refused() == "clock-behind"


def test_keeper_refuses_taken_ports_before_it_makes_anything(keys) -> None:
    import socket

    with socket.create_server((LOOPBACK, 0)) as held:
        taken = held.getsockname()[1]
        assert refused(ports=(taken, machine.free_port())) == "port-taken"
        assert refused(ports=(machine.free_port(), taken)) == "port-taken"
    assert not authority.stands(keys)


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("Riverside", "riverside.local"), ("Éire & Søn, 2nd van", "eire-sn-2nd-van.local"), ("移動", "handrail.local"),
        ("a" * 60, "a" * 40 + ".local"), ("--", "handrail.local"),
    ],
)  # fmt: skip
def test_name_for_makes_a_name_that_people_can_type(site, name) -> None:
    assert house.name_for(site) == name


def test_begin_opens_the_page_and_greets_with_what_to_print(keys, capsys) -> None:
    made = keep()
    made.begin()
    try:
        made.greet()
        told = capsys.readouterr().out
        paper = home.open_home().data / "exports" / "add-a-device.html"
        assert str(paper) in told and made.held.fingerprint in told and made.held.fingerprint in paper.read_text()
        assert made.announcement.at == [LOOPBACK]
    finally:
        made.end()
    assert made.announcement.at[-1] == ""


def test_begin_refuses_a_taken_page(keys) -> None:
    import socket

    made = keep()
    with socket.create_server((LOOPBACK, made.page.port)), pytest.raises(Refused, match="port-taken"):
        made.begin()


@pytest.fixture
def open_door(keys):
    made = keep()
    made.begin()
    yield made
    made.end()


def test_tend_renews_once_and_warns_in_the_last_season(open_door, now, monkeypatch, capsys) -> None:
    assert open_door.tend() is Change.NONE
    monkeypatch.setattr(clock, "now", lambda: now + authority.SERVER_LASTS - timedelta(days=20))
    assert open_door.tend() is Change.CERTIFICATE and open_door.tend() is Change.NONE
    monkeypatch.setattr(clock, "now", lambda: open_door.held.until - timedelta(days=100))
    open_door.tend()
    open_door.tend()
    assert capsys.readouterr().err.count("--new-trust") == 1


def test_tend_follows_the_machine_to_another_address(open_door, monkeypatch, capsys) -> None:
    monkeypatch.setattr(addresses, "private", lambda: ["127.0.0.2"])
    assert open_door.tend() is Change.PLACE and open_door.door.host == "127.0.0.2"
    assert open_door.announcement.at == [LOOPBACK, "127.0.0.2"] and open_door.tend() is Change.NONE
    monkeypatch.setattr(addresses, "private", list)
    assert open_door.tend() is Change.NONE and open_door.tend() is Change.NONE
    assert open_door.door.host == "127.0.0.2" and capsys.readouterr().err.count("cannot be followed") == 1


def test_tend_never_leaves_an_address_that_was_named(keys, monkeypatch) -> None:
    made = keep(address=LOOPBACK)
    made.begin()
    monkeypatch.setattr(addresses, "private", lambda: ["127.0.0.2"])
    assert made.tend() is Change.NONE and made.door.host == LOOPBACK
    made.end()


def test_tend_announces_again_when_the_name_is_free(open_door, monkeypatch, capsys) -> None:
    monkeypatch.setattr(addresses, "private", lambda: ["127.0.0.2"])
    open_door.announcement.refusal = Refused("name-taken", name="riverside.local")
    assert open_door.tend() is Change.PLACE
    open_door.tend()
    assert capsys.readouterr().err.count("[name-taken]") == 1
    open_door.announcement.refusal = None
    open_door.tend()
    open_door.tend()
    assert open_door.announcement.at == [LOOPBACK, "127.0.0.2"]


def test_tend_says_who_else_answers_to_the_name(open_door, capsys) -> None:
    open_door.announcement.heard = ["10.9.9.9"]
    open_door.tend()
    open_door.tend()
    assert capsys.readouterr().err.count("10.9.9.9") == 1
