"""A certificate authority that can speak for one name, and for no other."""

import ipaddress
import json
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import verification

from handrail.core.common import wrapping
from handrail.core.common.refusals import Refused
from handrail.fronts.console.lan import authority

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NAME, ADDRESS = "riverside.local", "192.168.8.10"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A key folder."""
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path / "keys"


@pytest.fixture
def made(folder: Path) -> authority.Authority:
    return authority.make(folder, name=NAME, addresses=[ADDRESS], at=MADE)


@pytest.fixture
def shown(made: authority.Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> authority.Shown:
    (tmp_path / "run").mkdir()
    (tmp_path / "memory").mkdir()
    monkeypatch.setattr(authority, "MEMORY", tmp_path / "memory")
    return authority.Shown(made, tmp_path / "run", at=MADE)


def believed(made: authority.Authority, leaf: x509.Certificate, subject: x509.GeneralName, at: datetime = MADE) -> bool:
    store = verification.Store([made.root])
    asked = verification.PolicyBuilder().store(store).time(at).build_server_verifier(subject)
    try:
        asked.verify(leaf, [made.certificate])
    except verification.VerificationError:
        return False
    return True


def test_make_is_believed_for_its_name_and_address(made, shown) -> None:
    assert believed(made, shown.leaf, x509.DNSName(NAME))
    assert believed(made, shown.leaf, x509.IPAddress(ipaddress.ip_address(ADDRESS)))
    made.check(at=MADE)


@pytest.mark.parametrize("name", ["bank.example", "local", "riverside.local.example", "other.local"])
def test_sign_of_another_name_is_believed_by_nobody(made, name) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert not believed(made, made.sign(key, name, addresses=[], at=MADE), x509.DNSName(name))


def test_sign_of_another_address_is_believed_by_nobody(made) -> None:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    for address in ("192.168.8.11", "::1"):
        leaf = made.sign(key, NAME, addresses=[address], at=MADE)
        assert not believed(made, leaf, x509.IPAddress(ipaddress.ip_address(address)))


def test_make_limits_root_and_authority_alike(made) -> None:
    for one, depth in ((made.root, 1), (made.certificate, 0)):
        limits = one.extensions.get_extension_for_class(x509.NameConstraints)
        assert limits.critical and limits.value.excluded_subtrees is None
        assert [str(name.value) for name in limits.value.permitted_subtrees] == [NAME, f"{ADDRESS}/32"]
        basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
        assert basic.critical and basic.value == x509.BasicConstraints(ca=True, path_length=depth)
        assert one.not_valid_after_utc - one.not_valid_before_utc == authority.LASTS


def test_make_throws_the_roots_key_away(made, folder) -> None:
    held = [one for one in folder.iterdir() if b"PRIVATE KEY" in one.read_bytes()]
    assert [one.name for one in held] == [authority.KEY]
    assert made.key.public_key() != made.root.public_key()
    assert not any(stat.S_IMODE(one.stat().st_mode) & 0o077 for one in folder.iterdir())


def test_make_wraps_its_key_where_a_passphrase_stands_before_the_folder(folder, monkeypatch) -> None:
    monkeypatch.setattr(wrapping, "MEMORY_KIB", 64)
    wrapping.wrap(folder, "five words drawn at random", names=())
    authority.make(folder, name=NAME, addresses=[], at=MADE)
    assert (folder / authority.KEY).read_bytes().startswith(wrapping.HEAD)
    assert authority.read(folder).name == NAME
    wrapping.forget(folder)
    with pytest.raises(Refused, match="keys-locked"):
        authority.read(folder)


def test_make_refuses_a_clock_that_cannot_be(folder) -> None:
    with pytest.raises(Refused, match="clock-behind"):
        authority.make(folder, name=NAME, addresses=[], at=datetime(1970, 1, 1, tzinfo=UTC))
    assert not authority.stands(folder) and list(folder.iterdir()) == []


def test_check_refuses_a_clock_before_it_and_days_after_it(made) -> None:
    with pytest.raises(Refused, match="clock-behind"):
        made.check(at=datetime(1970, 1, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="trust-over"):
        made.check(at=MADE + authority.LASTS)


def test_shown_keeps_its_key_in_memory_for_its_owner_alone_and_for_one_start(made, shown, tmp_path) -> None:
    certificate, key = shown.files
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    assert key.is_relative_to(authority.MEMORY)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (key, key.parent)] == [0o600, 0o700]
    again = authority.Shown(made, tmp_path / "run", at=MADE)  # the one before was killed
    assert not key.exists() and again.files[1].exists()
    again.end()
    assert list(authority.MEMORY.iterdir()) == []


def test_shown_lies_beside_the_locks_where_there_is_no_memory_to_write_to(made, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(authority, "MEMORY", tmp_path / "none")
    shown = authority.Shown(made, tmp_path, at=MADE)
    assert shown.files[1].is_relative_to(tmp_path)
    shown.end()
    assert not shown.files[1].exists()


def test_renew_makes_another_certificate_thirty_days_before_the_end(shown) -> None:
    first, key = shown.leaf, shown.files[1].read_bytes()
    assert first.not_valid_after_utc - first.not_valid_before_utc <= timedelta(days=397)
    due = first.not_valid_after_utc - authority.RENEWED_BEFORE
    assert not shown.renew(at=due - DAY) and shown.renew(at=due) and not shown.renew(at=due)
    told = x509.load_pem_x509_certificates(shown.files[0].read_bytes())
    assert told == [shown.leaf, shown.held.certificate]
    assert shown.leaf.not_valid_after_utc > first.not_valid_after_utc and shown.files[1].read_bytes() == key


def test_renew_makes_another_one_when_the_clock_was_ahead(made, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(authority, "MEMORY", tmp_path)
    ahead = authority.Shown(made, tmp_path, at=MADE + 300 * DAY)
    assert ahead.renew(at=MADE) and ahead.leaf.not_valid_before_utc <= MADE


def test_renew_never_outlives_the_authority_nor_tries_for_ever(made, shown) -> None:
    late = made.until - 10 * DAY
    assert shown.renew(at=late) and shown.leaf.not_valid_after_utc == made.until
    assert not shown.renew(at=late + DAY)


def test_read_finds_what_was_made(made, folder) -> None:
    again = authority.read(folder)
    assert (again.name, again.addresses, again.root) == (NAME, (ADDRESS,), made.root)
    assert again.fingerprint == made.fingerprint and len(made.fingerprint.split(":")) == 32
    assert again.der == made.root.public_bytes(Encoding.DER)


@pytest.mark.parametrize("lost", [authority.KEY, authority.ABOUT])
def test_read_refuses_what_is_damaged(made, folder, lost) -> None:
    (folder / lost).write_text("half a file")
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(folder)


@pytest.mark.parametrize("part", ["key", "root", "kind"])
def test_read_refuses_parts_of_another(made, folder, tmp_path, part) -> None:
    (tmp_path / "other").mkdir()
    other = authority.make(tmp_path / "other", name=NAME, addresses=[], at=MADE)
    odd = other.key if part == "key" else ed25519.Ed25519PrivateKey.generate()
    if part == "root":
        about = json.loads((folder / authority.ABOUT).read_text())
        about["root"] = other.root.public_bytes(Encoding.PEM).decode()
        (folder / authority.ABOUT).write_text(json.dumps(about))
    else:
        (folder / authority.KEY).write_bytes(odd.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(Refused, match="trust-unreadable"):
        authority.read(folder)


def test_put_away_keeps_what_was_public_and_destroys_the_key(made, folder) -> None:
    authority.put_away(folder, at=MADE)
    assert not authority.stands(folder) and [one.name for one in folder.iterdir()] == [
        "lan-until-2026-03-01-120000.json"
    ]
