"""The house's name on the network. Both speakers stand on loopback: nothing leaves this machine."""

import socket
import uuid
from collections.abc import Iterator

import pytest
import zeroconf

from handrail.core.common.refusals import Refused
from handrail.fronts.console.lan import announcing

LOOPBACK, NAME = "127.0.0.1", f"trial-{uuid.uuid4().hex[:8]}.local"  # two runs side by side are strangers


@pytest.fixture
def ours() -> Iterator[announcing.Announcement]:
    made = announcing.Announcement(NAME, 8443)
    yield made
    made.end()


@pytest.fixture
def network() -> Iterator[zeroconf.Zeroconf]:
    """Somebody else on the same network."""
    other = zeroconf.Zeroconf(interfaces=[LOOPBACK])
    yield other
    other.close()


def service(instance: str) -> zeroconf.ServiceInfo:
    return zeroconf.ServiceInfo(
        announcing.HTTPS, f"{instance}.{announcing.HTTPS}", port=1, server=f"{NAME}.", addresses=[socket.inet_aton("10.9.9.9")]
    )  # fmt: skip


def test_begin_answers_to_the_name_and_end_says_goodbye(ours, network) -> None:
    ours.begin(LOOPBACK)
    asked = zeroconf.AddressResolverIPv4(f"{NAME}.")
    assert asked.request(network, 3000) and asked.parsed_addresses() == [LOOPBACK]
    assert ours.others() == []
    ours.end()
    assert ours.others() == []


def test_begin_refuses_a_name_that_another_machine_answers_to(ours, network) -> None:
    network.register_service(service("another"))
    with pytest.raises(Refused, match="name-taken"):
        ours.begin(LOOPBACK)


def test_begin_refuses_a_service_that_another_machine_offers(ours, monkeypatch) -> None:
    def clash(*_: object) -> None:
        raise zeroconf.NonUniqueNameException

    monkeypatch.setattr(zeroconf.Zeroconf, "register_service", clash)
    with pytest.raises(Refused, match="name-taken"):
        ours.begin(LOOPBACK)


def test_begin_refuses_where_nothing_can_be_said(ours) -> None:
    with pytest.raises(Refused, match="cannot-announce"):
        ours.begin("192.168.250.250")


def test_begin_refuses_where_no_socket_can_be_opened(ours, monkeypatch) -> None:
    def fail(**_: object) -> None:
        raise OSError

    monkeypatch.setattr(announcing, "Zeroconf", fail)
    with pytest.raises(Refused, match="cannot-announce"):
        ours.begin(LOOPBACK)


def test_service_names_an_address_of_either_family(ours) -> None:
    assert ours._service("fd12::1").parsed_addresses() == ["fd12::1"]
    assert ours._service("192.168.8.10").parsed_addresses() == ["192.168.8.10"]
