"""Where a server may stand, and with which certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handrail.core.common import clock
from handrail.core.common.refusals import Refused
from handrail.fronts.console import doors
from handrail.fronts.console.doors import Change, Door
from handrail.fronts.console.lan import authority

MADE = datetime(2026, 3, 10, 18, tzinfo=UTC)
NAME = "handrail.example.org"


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Nothing is told; tests tell."""
    for name in ("NAME", "TLS_CERT", "TLS_KEY", "PROXY"):
        monkeypatch.delenv(f"HANDRAIL_{name}", raising=False)
    return monkeypatch


@pytest.fixture
def files(signed) -> tuple[Path, Path]:
    """A certificate for `NAME` and its key."""
    made: tuple[Path, Path] = signed(NAME)
    return made


def refused(**named: object) -> str:
    with pytest.raises(Refused) as refusal:
        doors.from_environment(**{"port": 8443, "address": None} | named)
    return refusal.value.code


def test_from_environment_refuses_plain_http_and_two_who_take_the_https(told) -> None:
    assert refused() == "no-door"
    told.setenv("HANDRAIL_TLS_CERT", "/there")
    assert refused() == "no-door"
    told.setenv("HANDRAIL_PROXY", "127.0.0.1")
    assert refused() == "two-doors"


@pytest.mark.parametrize(
    "name", ["", "https://x", "a b", "-a.org", "a..org", "x:port", "a" * 260, "x/y", "bücher.example"]
)
def test_from_environment_refuses_what_is_no_host(told, name) -> None:
    told.setenv("HANDRAIL_PROXY", "127.0.0.1")
    told.setenv("HANDRAIL_NAME", name)
    assert refused() == "no-host-name"


def test_from_environment_refuses_what_is_no_single_address(told) -> None:
    told.setenv("HANDRAIL_NAME", NAME)
    told.setenv("HANDRAIL_PROXY", "10.0.0.0/8")
    assert refused() == "bad-proxy"
    told.setenv("HANDRAIL_PROXY", "10.0.0.7")
    assert refused(address="everywhere") == "bad-address"


def test_from_environment_stands_behind_a_proxy_on_this_machine(told) -> None:
    told.setenv("HANDRAIL_NAME", NAME)
    told.setenv("HANDRAIL_PROXY", "127.0.0.1")
    door = doors.from_environment(port=8443, address=None).door
    assert (door.host, door.port, door.address, door.files) == ("127.0.0.1", 8443, f"https://{NAME}", None)
    assert door.environment == {"HANDRAIL_ADDRESS": f"https://{NAME}", "HANDRAIL_PROXY": "127.0.0.1"}


@pytest.mark.parametrize(
    ("port", "name", "address"),
    [
        (443, NAME, f"https://{NAME}"),
        (8443, NAME, f"https://{NAME}:8443"),
        (8443, f"{NAME}:443", f"https://{NAME}:443"),
    ],
)
def test_from_environment_shows_its_certificate_everywhere(told, files, port, name, address) -> None:
    told.setenv("HANDRAIL_NAME", name)
    told.setenv("HANDRAIL_TLS_CERT", str(files[0]))
    told.setenv("HANDRAIL_TLS_KEY", str(files[1]))
    door = doors.from_environment(port=port, address=None).door
    assert (door.host, door.address, door.files) == (doors.EVERYWHERE, address, files)


def check(certificate: Path, key: Path, *, name: str = NAME, at: datetime = MADE) -> str:
    with pytest.raises(Refused) as refusal:
        doors.check_certificate(certificate, key, name=name, at=at)
    return refusal.value.code


def test_check_certificate_refuses_files_that_cannot_be_shown(files, signed, tmp_path) -> None:
    certificate, key = files
    assert check(tmp_path / "none", key) == "bad-certificate"
    assert check(key, key) == "bad-certificate"
    assert check(certificate, signed("other.example.org")[1]) == "bad-certificate"
    old = tmp_path / "old.key"
    pair = ec.generate_private_key(ec.SECP256R1())
    old.write_bytes(pair.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    assert check(certificate, old) == "bad-tls-key"


def test_check_certificate_refuses_other_days_and_other_names(files) -> None:
    assert check(*files, at=MADE + authority.SERVER_LASTS) == "certificate-over"
    assert check(*files, at=MADE - timedelta(days=30)) == "certificate-over"
    assert check(*files, name="other.example.org") == "certificate-elsewhere"
    bare, key = files[0].with_name("bare.pem"), files[0].with_name("bare.key")
    held = authority.read(files[0].parent)
    bare.write_bytes(held.certificate.public_bytes(Encoding.PEM))
    key.write_bytes(held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert check(bare, key) == "certificate-elsewhere"
    doors.check_certificate(*files, name=f"{NAME.upper()}:8443", at=MADE)


def test_check_certificate_takes_one_star_for_one_label(signed) -> None:
    files = signed("*.example.org")
    doors.check_certificate(*files, name="desk.example.org", at=MADE)
    assert check(*files, name="a.desk.example.org") == "certificate-elsewhere"


def test_shown_takes_up_a_renewed_certificate_and_no_bad_one(files, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(clock, "now", lambda: MADE)
    shown = doors.Shown(Door("127.0.0.1", 8443, f"https://{NAME}"), files)
    assert shown.tend() is Change.NONE
    good = files[0].read_bytes()
    files[0].write_text("half a file")
    assert shown.tend() is Change.NONE and "not taken" in capsys.readouterr().err
    files[0].write_bytes(good)
    assert shown.tend() is Change.CERTIFICATE and shown.tend() is Change.NONE
    files[0].unlink()
    assert shown.tend() is Change.NONE


@pytest.mark.scenario("trust:30")
def test_for_up_stands_on_this_machine_alone() -> None:
    assert doors.for_up(8000).door.host == "127.0.0.1"


def test_here_stays_as_it_is(capsys) -> None:
    here = doors.for_up(8000)
    here.begin()
    here.greet()
    here.end()
    assert here.tend() is Change.NONE and "http://localhost:8000/desk/" in capsys.readouterr().out
