"""The house's own certificate authority: it can speak for one name and no other, and it renews the server's certificate by itself.

A root that devices are asked to trust signs one authority and its key is thrown away at once: it is never written. The authority's key
is a secret of the key folder, wrapped with the rest where a passphrase stands before them. Both may only vouch for the house's name
and the address it was made with (RFC 5280, 4.2.1.10), so a device that trusts the root cannot be lied to about another site, not even
by somebody who stole this machine. The limits stand in the authority's certificate too because a device may pass over those of a
root (RFC 5280, 6.1). The server's own key lives for one start and, where the system has a file system in memory, never on a disk.
"""

import contextlib
import ipaddress
import json
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from handrail.core.common import wrapping
from handrail.core.common.refusals import Refused
from handrail.fronts.console import private

LASTS = timedelta(days=5 * 365)  # the root and the authority
SERVER_LASTS = timedelta(days=397)  # what browsers take from anybody (CA/Browser Forum ballot 193 and SC31: 398 days)
RENEWED_BEFORE = timedelta(days=30)
WARNED_BEFORE = timedelta(days=180)  # new paper and every device once: a season to do it in
BACKDATED = timedelta(days=1)  # a tablet's clock may be slow by some hours, or in another zone
A_SECOND = timedelta(seconds=1)  # certificates know no shorter time
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # this program is younger: a clock before it is wrong
KEY, ABOUT = "lan-authority.key", "lan.json"
MEMORY = Path("/dev/shm")  # noqa: S108  -- a file system in memory; a folder of a random name is made in it, for its owner alone


@dataclass(frozen=True)
class Authority:
    """What one house can vouch for. `addresses` are those that its certificates may name, fixed when it was made."""

    name: str
    addresses: tuple[str, ...]
    root: x509.Certificate
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of what devices trust, as phones show it: 32 pairs of hex digits."""
        return self.root.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def until(self) -> datetime:
        """Return when devices stop trusting it."""
        return self.root.not_valid_after_utc

    @property
    def der(self) -> bytes:
        """Return the root as devices take it."""
        return self.root.public_bytes(Encoding.DER)

    def check(self, *, at: datetime) -> None:
        """Make sure that devices can trust it now. Raises Refused: `clock-behind`, `trust-over`."""
        if at < self.certificate.not_valid_before_utc:
            raise Refused("clock-behind", now=f"{at:%Y-%m-%d}")
        if at >= self.until:
            raise Refused("trust-over", until=f"{self.until:%Y-%m-%d}")

    def sign(
        self, key: ec.EllipticCurvePublicKey, name: str, *, addresses: Sequence[str], at: datetime
    ) -> x509.Certificate:
        """Vouch for a server. What it says about another name no device believes."""
        names = [x509.DNSName(name), *(x509.IPAddress(ipaddress.ip_address(one)) for one in addresses)]
        begins = max(self.certificate.not_valid_before_utc, at - BACKDATED)
        made = _builder(_subject(name), key, begins=begins, ends=min(begins + SERVER_LASTS, self.until))
        made = (
            made.issuer_name(self.certificate.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        return made.sign(self.key, hashes.SHA256())


class Shown:
    """What the server shows while it runs: a certificate, the authority's behind it, and a key that nobody reads afterwards."""

    def __init__(self, held: Authority, run: Path, *, at: datetime) -> None:
        """Make a key and its certificate; `run` remembers where they lie, should this process be killed."""
        self.held, self._note = held, run / "shown"
        self._clear()
        folder = Path(tempfile.mkdtemp(prefix="handrail-", dir=MEMORY if MEMORY.is_dir() else run))
        self._note.write_text(str(folder))
        self.files = (folder / "server.pem", folder / "server.key")
        key = ec.generate_private_key(ec.SECP256R1())
        self._public = key.public_key()
        private.write(self.files[1], _pem(key))
        self.leaf = self._write(at)

    def renew(self, *, at: datetime) -> bool:
        """Write another certificate when the one there is nearly over, or not begun; tell whether it did. The key stays."""
        enough = min(at + RENEWED_BEFORE, self.held.until - A_SECOND)
        if self.leaf.not_valid_before_utc <= at and self.leaf.not_valid_after_utc > enough:
            return False
        self.leaf = self._write(at)
        return True

    def end(self) -> None:
        """Remove both."""
        self._clear()

    def _clear(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._note.read_text())
        self._note.unlink(missing_ok=True)

    def _write(self, at: datetime) -> x509.Certificate:
        leaf = self.held.sign(self._public, self.held.name, addresses=self.held.addresses, at=at)
        private.write(self.files[0], _text(leaf) + _text(self.held.certificate))
        return leaf


def make(folder: Path, *, name: str, addresses: Sequence[str], at: datetime) -> Authority:
    """Make a root, throw its key away, and keep the authority that it signed in the key folder. Raises Refused("clock-behind")."""
    if at < EARLIEST:
        raise Refused("clock-behind", now=f"{at:%Y-%m-%d}")
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    titles = [_subject(f"Handrail {name}"), _subject(f"Handrail {name} server")]
    begins, limits = at - BACKDATED, _limits(name, addresses)
    root = _ca(titles[0], root_key, limits=limits, depth=1, begins=begins, issuer=(titles[0], root_key))
    certificate = _ca(titles[1], key, limits=limits, depth=0, begins=begins, issuer=(titles[0], root_key))
    wrapping.write(folder / KEY, _pem(key))
    about = {"name": name, "addresses": list(addresses), "root": _text(root), "authority": _text(certificate)}
    private.write(folder / ABOUT, json.dumps(about))
    return Authority(name, tuple(addresses), root, certificate, key)


def stands(folder: Path) -> bool:
    """Tell whether one was made here."""
    return (folder / ABOUT).exists()


def put_away(folder: Path, *, at: datetime) -> None:
    """Keep the public part of the one before under another name, and destroy its key: it vouches for nothing more."""
    (folder / ABOUT).rename(folder / f"lan-until-{at:%Y-%m-%d-%H%M%S}.json")
    wrapping.overwrite(folder / KEY)


def read(folder: Path) -> Authority:
    """Read what was made here. Raises Refused: `trust-unreadable` when a part is missing, damaged or another's; `keys-locked`."""
    try:
        about = json.loads((folder / ABOUT).read_text())
        root, certificate = (x509.load_pem_x509_certificate(about[one].encode()) for one in ("root", "authority"))
        key = load_pem_private_key(wrapping.read(folder / KEY).encode(), None)
        certificate.verify_directly_issued_by(root)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise ValueError("the key is another's")
    except (OSError, ValueError, TypeError, KeyError, InvalidSignature):
        raise Refused("trust-unreadable", where=str(folder)) from None
    return Authority(about["name"], tuple(about["addresses"]), root, certificate, key)


def _limits(name: str, addresses: Sequence[str]) -> x509.NameConstraints:
    """Permit one name and single addresses: names and addresses of any other kind have no permitted one."""
    hosts = [x509.IPAddress(ipaddress.ip_network(one)) for one in addresses]
    return x509.NameConstraints(permitted_subtrees=[x509.DNSName(name), *hosts], excluded_subtrees=None)


def _ca(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    limits: x509.NameConstraints,
    depth: int,
    begins: datetime,
    issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey],
) -> x509.Certificate:
    made = (
        _builder(subject, key.public_key(), begins=begins, ends=begins + LASTS)
        .issuer_name(issuer[0])
        .add_extension(x509.BasicConstraints(ca=True, path_length=depth), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(limits, critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key()), critical=False)
    )
    return made.sign(issuer[1], hashes.SHA256())


def _builder(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, *, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(int.from_bytes(secrets.token_bytes(16)) >> 1)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=False,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _subject(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title[:64])])  # RFC 5280: ub-common-name


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _text(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
