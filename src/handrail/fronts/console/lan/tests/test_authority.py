"""A certificate authority that can speak for one name, and for no other."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import verification

from handrail.core.common.refusals import Refused
from handrail.fronts.console.lan import authority

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAME, ADDRESS = "riverside.local", "192.168.8.10"


@pytest.fixture
def made(tmp_path: Path) -> authority.Authority:
    return authority.make(tmp_path / "lan", name=NAME, addresses=[ADDRESS], at=MADE)


def server(made: authority.Authority) -> x509.Certificate:
    return x509.load_pem_x509_certificates(made.files[0].read_bytes())[0]


def believed(made: authority.Authority, leaf: x509.Certificate, subject: x509.GeneralName, at: datetime = MADE) -> bool:
    store = verification.Store([made.root])
    asked = verification.PolicyBuilder().store(store).time(at).build_server_verifier(subject)
    try:
        asked.verify(leaf, [made.certificate])
    except verification.VerificationError:
        return False
    return True


def test_make_is_believed_for_its_name_and_address(made) -> None:
    made.renew(at=MADE)
    assert believed(made, server(made), x509.DNSName(NAME))
    made.check(at=MADE)


@pytest.mark.parametrize("name", ["bank.example", "local", "riverside.local.example", "other.local"])
def test_sign_of_another_name_is_believed_by_nobody(made, name) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not believed(made, made.sign(key, name, addresses=[], at=MADE), x509.DNSName(name))


def test_make_limits_root_and_authority_alike(made) -> None:
    for one, depth in ((made.root, 1), (made.certificate, 0)):
        limits = one.extensions.get_extension_for_class(x509.NameConstraints)
        assert limits.critical and limits.value.excluded_subtrees is None
        assert [str(name.value) for name in limits.value.permitted_subtrees] == [NAME, f"{ADDRESS}/32"]
        basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
        assert basic.critical and basic.value == x509.BasicConstraints(ca=True, path_length=depth)
        assert one.not_valid_after_utc - one.not_valid_before_utc == authority.LASTS


def test_make_throws_the_roots_key_away(made) -> None:
    held = [one for one in made.folder.iterdir() if b"PRIVATE KEY" in one.read_bytes()]
    assert [one.name for one in held] == [authority.AUTHORITY_KEY]
    assert made.key.public_key() != made.root.public_key()
    made.renew(at=MADE)
    assert not any(stat.S_IMODE(one.stat().st_mode) & 0o077 for one in (made.folder, *made.folder.iterdir()))


def test_make_refuses_a_clock_that_cannot_be(tmp_path) -> None:
    with pytest.raises(Refused, match="clock-behind"):
        authority.make(tmp_path / "lan", name=NAME, addresses=[], at=datetime(1970, 1, 1, tzinfo=UTC))
    assert not (tmp_path / "lan").exists()


def test_check_refuses_a_clock_before_it_and_days_after_it(made) -> None:
    with pytest.raises(Refused, match="clock-behind"):
        made.check(at=datetime(1970, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="trust-over"):
        made.check(at=MADE + authority.LASTS)


def test_renew_makes_another_certificate_thirty_days_before_the_end(made) -> None:
    assert made.renew(at=MADE) and not made.renew(at=MADE)
    first, key = server(made), made.files[1].read_bytes()
    assert first.not_valid_after_utc - first.not_valid_before_utc <= timedelta(days=397)
    due = first.not_valid_after_utc - authority.RENEWED_BEFORE
    assert not made.renew(at=due - DAY) and made.renew(at=due)
    assert server(made).not_valid_after_utc > first.not_valid_after_utc and made.files[1].read_bytes() == key
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(*made.files)


def test_renew_makes_another_one_when_the_clock_was_ahead(made) -> None:
    made.renew(at=MADE + 300 * DAY)
    assert made.renew(at=MADE) and server(made).not_valid_before_utc <= MADE


def test_renew_replaces_a_damaged_certificate(made) -> None:
    made.renew(at=MADE)
    made.files[0].write_text("half a file")
    assert made.renew(at=MADE) and believed(made, server(made), x509.DNSName(NAME))


def test_renew_never_outlives_the_authority_nor_tries_for_ever(made) -> None:
    late = made.until - 10 * DAY
    assert made.renew(at=late) and server(made).not_valid_after_utc == made.until
    assert not made.renew(at=late + DAY)


def test_read_finds_what_was_made_also_before_a_server_has_a_key(made) -> None:
    assert authority.read(made.folder).name == NAME
    made.renew(at=MADE)
    made.files[1].unlink()
    authority.read(made.folder).renew(at=MADE)
    again = authority.read(made.folder)
    assert (again.name, again.addresses, again.root) == (NAME, (ADDRESS,), made.root)
    assert again.fingerprint == made.fingerprint and len(made.fingerprint.split(":")) == 32
    assert again.der == made.root.public_bytes(Encoding.DER) and not again.renew(at=MADE)


@pytest.mark.parametrize("lost", ["root.pem", "authority.pem", "authority.key", "server.key", "about.json"])
def test_read_refuses_what_is_damaged(made, lost) -> None:
    made.renew(at=MADE)
    (made.folder / lost).write_text("half a file")
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(made.folder)


def test_read_refuses_parts_of_another(made, tmp_path) -> None:
    other = authority.make(tmp_path / "other", name=NAME, addresses=[], at=MADE)
    kept = made.folder.joinpath("authority.key").read_text()
    made.folder.joinpath("authority.key").write_text(other.folder.joinpath("authority.key").read_text())
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(made.folder)
    odd = ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.folder.joinpath("authority.key").write_bytes(odd)
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(made.folder)
    made.folder.joinpath("authority.key").write_text(kept)
    made.folder.joinpath("root.pem").write_text(other.folder.joinpath("root.pem").read_text())
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(made.folder)
