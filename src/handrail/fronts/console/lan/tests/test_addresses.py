"""Which address is served, and which never."""

from types import SimpleNamespace

import ifaddr
import pytest

from handrail.core.common.refusals import Refused
from handrail.fronts.console.lan import addresses

Told = dict[str, list[str]]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """Put a machine with these adapters in place, and the address by which it leaves."""

    def put(adapters: Told, route: str | None = None) -> None:
        def ip(one: str) -> SimpleNamespace:
            return SimpleNamespace(ip=(one, 0, 0) if ":" in one else one)

        made = [SimpleNamespace(name=name, ips=[ip(one) for one in ips]) for name, ips in adapters.items()]
        monkeypatch.setattr(ifaddr, "get_adapters", lambda: made)
        monkeypatch.setattr(addresses, "_by_route", lambda: route)

    return put


def refused(wanted: str | None = None) -> str:
    with pytest.raises(Refused) as refusal:
        addresses.choose(wanted)
    return refusal.value.code


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("10.1.2.3", True), ("172.16.0.1", True), ("172.32.0.1", False), ("192.168.8.10", True), ("169.254.9.9", True),
        ("fd12::1", True), ("fe80::1", False), ("2001:db8::1", False), ("192.0.2.2", False), ("127.0.0.1", False),
    ],
)  # fmt: skip
def test_is_private_knows_the_private_networks(address, told) -> None:
    assert addresses.is_private(address) is told


def test_choose_takes_the_way_out_when_it_is_private(machine) -> None:
    machine({"lo": ["127.0.0.1"], "eth0": ["192.168.1.5"], "wlan0": ["192.168.8.10"]}, "192.168.8.10")
    assert addresses.choose(None) == "192.168.8.10"


def test_choose_takes_the_only_one_without_a_way_out(machine) -> None:
    machine({"docker0": ["172.17.0.1"], "wg0": ["10.9.0.2"], "wlan0": ["192.168.8.10", "fd12::1"]})
    assert addresses.choose(None) == "192.168.8.10"
    machine({"wlan0": ["fd12::1", "2001:db8::1"]}, "2001:db8::1")
    assert addresses.choose(None) == "fd12::1"


def test_choose_never_takes_a_public_address(machine) -> None:
    machine({"lo": ["127.0.0.1"], "eth0": ["203.0.113.9"]}, "203.0.113.9")
    assert refused() == "no-private-address"
    assert refused("203.0.113.9") == "public-address"
    assert refused("8.8.8.8") == "public-address"


def test_choose_does_not_guess(machine) -> None:
    machine({"eth0": ["192.168.1.5"], "wlan0": ["192.168.8.10"]}, "203.0.113.9")
    assert refused() == "several-addresses"


def test_choose_takes_the_wanted_one_if_it_is_here(machine) -> None:
    machine({"eth0": ["192.168.1.5"], "wlan0": ["192.168.8.10"]})
    assert addresses.choose("192.168.1.5") == "192.168.1.5"
    assert addresses.choose("127.0.0.1") == "127.0.0.1"
    assert refused("192.168.9.9") == "not-this-machine"
    assert refused("riverside") == "bad-address"


def test_own_knows_the_virtual_ones_too(machine) -> None:
    machine({"lo": ["127.0.0.1"], "docker0": ["172.17.0.1"]})
    assert addresses.own() == {"127.0.0.1", "172.17.0.1"} and addresses.private() == []


@pytest.mark.parametrize("fails", [True, False])
def test_by_route_asks_for_the_way_and_sends_nothing(monkeypatch, fails) -> None:
    class Asking:
        def __init__(self, *_: object) -> None: ...
        def __enter__(self) -> "Asking":
            return self

        def __exit__(self, *_: object) -> None: ...
        def connect(self, place: object) -> None:
            if fails:
                raise OSError

        def getsockname(self) -> tuple[str, int]:
            return "192.168.8.10", 9

    monkeypatch.setattr(addresses.socket, "socket", Asking)
    assert addresses._by_route() == (None if fails else "192.168.8.10")
