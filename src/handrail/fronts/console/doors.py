"""Doors: where a server listens, what it is called, and which certificate it shows."""

import enum
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtensionOID

from handrail.core.common import clock
from handrail.core.common.refusals import Refused

from .setting_up import say, tell

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  -- a server with a certificate of its own is there to be reached
HTTPS_PORT = 443
LONGEST_HOST = 259  # octets: RFC 1035, 2.3.4, and a port
HOST = re.compile(
    r"(?i:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.(?i:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?))*(?::[0-9]{1,5})?"
)
PKCS8 = b"-----BEGIN PRIVATE KEY-----"  # the one form of key that the server reads


@dataclass(frozen=True)
class Door:
    """`host` and `port`: where the server listens. `address`: what people open. `files`: certificate and key, for https of its own."""

    host: str
    port: int
    address: str
    files: tuple[Path, Path] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The host that a request asks for."""
        return self.address.partition("://")[2]


class Change(enum.Enum):
    """What became of a door since it was last looked at."""

    NONE = enum.auto()
    CERTIFICATE = enum.auto()  # renewed: workers are followed by new ones that show it
    PLACE = enum.auto()  # the machine has another address: the server starts again there


class Keeper(Protocol):
    """Keeps a door while a server stands in it."""

    door: Door

    def begin(self) -> None:
        """Start what goes with the server, once it answers."""
        ...

    def tend(self) -> Change:
        """Look after the door; called every few seconds."""
        ...

    def greet(self) -> None:
        """Say where people find the house."""
        ...

    def end(self) -> None:
        """Stop what goes with the server."""
        ...


class Here:
    """Plain http, and nothing that changes: the door of `up`, and of a server behind a proxy."""

    def __init__(self, door: Door) -> None:
        """Keep this door."""
        self.door = door

    def begin(self) -> None:
        """Nothing goes with it."""

    def tend(self) -> Change:
        """Nothing changes."""
        return Change.NONE

    def greet(self) -> None:
        """Say where people find the house."""
        print(f"\n  {self.door.address}/        public pages\n  {self.door.address}/desk/   staff\n")

    def end(self) -> None:
        """Nothing went with it."""


class Shown(Here):
    """A certificate from elsewhere: a renewed file is taken up while the server runs, if it is good."""

    def __init__(self, door: Door, files: tuple[Path, Path]) -> None:
        """Keep this door, and look whether its certificate is good. Raises Refused as `check_certificate`."""
        super().__init__(replace(door, files=files))
        self.files = files
        self._check()
        self._seen = self._stamp()

    def tend(self) -> Change:
        """Notice another file; a bad one is said and not taken."""
        now = self._stamp()
        if now == self._seen:
            return Change.NONE
        self._seen = now
        try:
            self._check()
        except Refused as refusal:
            tell(f"the new certificate was not taken: {say(refusal)}")
            return Change.NONE
        tell("showing the new certificate")
        return Change.CERTIFICATE

    def _check(self) -> None:
        check_certificate(*self.files, name=self.door.name, at=clock.now())

    def _stamp(self) -> list[int]:
        return [file.stat().st_mtime_ns if file.exists() else 0 for file in self.files]


def for_up(port: int) -> Keeper:
    """Return the door of `up`: this machine only."""
    none = dict.fromkeys(("HANDRAIL_ADDRESS", "HANDRAIL_TRUST", "HANDRAIL_PROXY"), "")
    return Here(Door(LOOPBACK, port, f"http://localhost:{port}", environment=none))


def from_environment(*, port: int, address: str | None) -> Keeper:
    """Return the door of `serve`, as HANDRAIL_NAME, HANDRAIL_TLS_CERT and _KEY or HANDRAIL_PROXY describe it.

    Raises:
        Refused: `no-door`, `two-doors`, `no-host-name`, `bad-proxy`, `bad-address`, and as `check_certificate`.
    """
    told = os.environ.get
    certificate, key, proxy = told("HANDRAIL_TLS_CERT", ""), told("HANDRAIL_TLS_KEY", ""), told("HANDRAIL_PROXY", "")
    if not proxy and not (certificate and key):
        raise Refused("no-door")
    if proxy and (certificate or key):
        raise Refused("two-doors")
    name = told("HANDRAIL_NAME", "")
    if not is_host(name):
        raise Refused("no-host-name")
    _check_address(address or LOOPBACK, "bad-address")
    if proxy:
        _check_address(proxy, "bad-proxy")
        ours = {"HANDRAIL_ADDRESS": f"https://{name}", "HANDRAIL_PROXY": proxy}
        return Here(Door(address or LOOPBACK, port, f"https://{name}", environment=ours))
    own = f"https://{name}" if port == HTTPS_PORT or ":" in name else f"https://{name}:{port}"
    door = Door(address or EVERYWHERE, port, own, environment={"HANDRAIL_ADDRESS": own})
    return Shown(door, (Path(certificate), Path(key)))


def is_host(name: str) -> bool:
    """Tell whether this is a host's name, with a port or without: letters, digits, dots and hyphens."""
    return len(name) <= LONGEST_HOST and HOST.fullmatch(name) is not None


def check_certificate(certificate: Path, key: Path, *, name: str, at: datetime) -> None:
    """Make sure that a certificate can be shown.

    Raises:
        Refused: `bad-certificate` when a file cannot be read or they do not belong together, `bad-tls-key` for another form of key,
            `certificate-over` outside its days, `certificate-elsewhere` when it is for other names.
    """
    try:
        shown = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        told = key.read_bytes()
        held = load_pem_private_key(told, None).public_key()
    except (OSError, ValueError, TypeError):
        raise Refused("bad-certificate") from None
    if PKCS8 not in told:
        raise Refused("bad-tls-key")
    _check_pair(shown, held)
    if not shown.not_valid_before_utc <= at < shown.not_valid_after_utc:
        raise Refused("certificate-over", until=f"{shown.not_valid_after_utc:%Y-%m-%d}")
    if not _covers(shown, name.partition(":")[0]):
        raise Refused("certificate-elsewhere", name=name)


def _check_pair(shown: x509.Certificate, held: PublicKeyTypes) -> None:
    if shown.public_key() != held:
        raise Refused("bad-certificate")


def _covers(shown: x509.Certificate, host: str) -> bool:
    try:
        names = shown.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return False
    assert isinstance(names, x509.SubjectAlternativeName)
    for one in names.get_values_for_type(x509.DNSName):
        if one.lower() == host.lower() or (one.startswith("*.") and one[2:].lower() == host.partition(".")[2].lower()):
            return True
    return False


def _check_address(told: str, code: str) -> None:
    try:
        ipaddress.ip_address(told)
    except ValueError:
        raise Refused("bad-proxy" if code == "bad-proxy" else "bad-address", address=told[:60]) from None
