"""The house's name on the network, by multicast DNS: `riverside.local` leads here, and nobody else may answer to it."""

import contextlib
import ipaddress
import socket

from zeroconf import (  # type: ignore[attr-defined]  # its package offers two of these without naming them in __all__
    AddressResolver,
    DNSAddress,
    IPVersion,
    NonUniqueNameException,
    ServiceInfo,
    Zeroconf,
)

from handrail.core.common.refusals import Refused

from . import addresses

HTTPS = "_https._tcp.local."
LISTENS_MILLISECONDS = 2500  # RFC 6762, 6: who spoke within the last second waits before it answers again


class Announcement:
    """Answers for one name at one address, until it is taken back. Say `begin` again after the address has changed."""

    def __init__(self, name: str, port: int) -> None:
        """Keep what will be said: a host's name that ends in .local, and the port of its https service."""
        self.name, self.port = name, port
        self._speaker: Zeroconf | None = None

    def begin(self, address: str) -> None:
        """Ask whether the name is free there, then answer to it. Raises Refused: `name-taken`, `cannot-announce`."""
        self.end()
        version = IPVersion.V6Only if ":" in address else IPVersion.V4Only
        if address not in addresses.own():
            raise Refused("cannot-announce", address=address)
        try:
            self._speaker = Zeroconf(interfaces=[address], ip_version=version)
        except OSError:
            raise Refused("cannot-announce", address=address) from None
        AddressResolver(f"{self.name}.").request(self._speaker, LISTENS_MILLISECONDS)
        if self.others() or not self._registers(address):
            self.end()
            raise Refused("name-taken", name=self.name)

    def others(self) -> list[str]:
        """Return addresses of other machines that were heard to answer to the name."""
        if self._speaker is None:
            return []
        heard = (one for one in self._speaker.cache.entries_with_name(f"{self.name}.") if isinstance(one, DNSAddress))
        told = {str(ipaddress.ip_address(one.address)) for one in heard}
        return sorted(told - addresses.own())

    def end(self) -> None:
        """Say goodbye, so that devices forget the address at once."""
        if self._speaker is not None:
            self._speaker.close()
            self._speaker = None

    def _registers(self, address: str) -> bool:
        assert self._speaker
        with contextlib.suppress(NonUniqueNameException):
            self._speaker.register_service(self._service(address))
            return True
        return False

    def _service(self, address: str) -> ServiceInfo:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return ServiceInfo(
            HTTPS, f"{self.name.removesuffix('.local')}.{HTTPS}", port=self.port, server=f"{self.name}.",
            addresses=[socket.inet_pton(family, address)],
        )  # fmt: skip
