"""Private addresses of this machine, and which of them to serve on. A public address is never served by `--lan`."""

import ipaddress
import socket
from collections.abc import Iterator

import ifaddr

from handrail.core.common.refusals import Refused

PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        # RFC 1918; RFC 3927 (link-local); RFC 4193 (unique local, IPv6)
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7"),
    )
)
NOT_A_NETWORK = ("lo", "docker", "br-", "veth", "virbr", "cni", "tun", "tap", "wg")  # nobody's tablet is behind these
ELSEWHERE = ("198.51.100.1", 9)  # RFC 5737: nobody has it; asking for the way there sends nothing


def choose(wanted: str | None) -> str:
    """Return the address to serve on: the wanted one, else the one by which this machine reaches its network.

    Loopback is served only when asked for by name: then no tablet sees it.

    Raises:
        Refused: `public-address`, `not-this-machine`, `no-private-address`, `several-addresses`.
    """
    here = private()
    if wanted:
        return _wanted(wanted, here)
    if not here:
        raise Refused("no-private-address")
    by_route = _by_route()
    if by_route in here or len(here) == 1:
        return by_route if by_route in here else here[0]
    if len(older := [one for one in here if ":" not in one]) == 1:
        return older[0]
    raise Refused("several-addresses", addresses=", ".join(here))


def is_private(address: str) -> bool:
    """Tell whether this is an address of a private network."""
    told = ipaddress.ip_address(address)
    return any(told in one for one in PRIVATE if one.version == told.version)


def private() -> list[str]:
    """Return this machine's addresses on private networks, without its virtual ones."""
    return [one for adapter, one in _all() if is_private(one) and not adapter.startswith(NOT_A_NETWORK)]


def own() -> set[str]:
    """Return every address of this machine."""
    return {one for _, one in _all()}


def _all() -> Iterator[tuple[str, str]]:
    for adapter in ifaddr.get_adapters():
        for one in adapter.ips:
            yield adapter.name, one.ip if isinstance(one.ip, str) else one.ip[0]


def _wanted(wanted: str, here: list[str]) -> str:
    try:
        told = ipaddress.ip_address(wanted)
    except ValueError:
        raise Refused("bad-address", address=wanted[:60]) from None
    if told.is_loopback:
        return str(told)
    if not is_private(wanted):
        raise Refused("public-address", address=wanted)
    if str(told) not in here:
        raise Refused("not-this-machine", address=wanted)
    return str(told)


def _by_route() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(ELSEWHERE)
            told: str = asking.getsockname()[0]
        except OSError:
            return None
        return told
