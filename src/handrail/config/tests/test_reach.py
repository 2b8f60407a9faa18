"""Under which address a house is reached, and who is let in."""

from dataclasses import replace

import pytest

from handrail.config import reach

TLS = reach.Reach("https://handrail.example.org", ("handrail.example.org",), None, "")
PROXIED = replace(TLS, proxy="10.0.0.7")


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADDRESS", "TRUST", "PROXY", "HOSTS", "PORT"):
        monkeypatch.delenv(f"HANDRAIL_{name}", raising=False)


def test_from_environment_reaches_this_machine_only_when_nothing_is_told() -> None:
    told = reach.from_environment()
    assert told == reach.Reach("http://localhost:8000", reach.HERE, None, "")
    assert not told.https and told.hsts_seconds == 0


def test_from_environment_answers_the_named_hosts_and_no_other(monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_ADDRESS", "https://handrail.example.org:8443")
    monkeypatch.setenv("HANDRAIL_HOSTS", "desk.example.org,")
    told = reach.from_environment()
    assert told.hosts == ("handrail.example.org", "desk.example.org")
    assert told.https and told.hsts_seconds == reach.A_YEAR_SECONDS


def test_from_environment_asks_for_no_hsts_where_the_page_of_trust_is_plain_http(monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_ADDRESS", "https://riverside.local:8443")
    monkeypatch.setenv("HANDRAIL_TRUST", '{"address": "http://riverside.local:8080/", "fingerprint": "AB"}')
    told = reach.from_environment()
    assert (
        told.https
        and told.hsts_seconds == 0
        and told.trust == {"address": "http://riverside.local:8080/", "fingerprint": "AB"}
    )


def test_from_environment_trusts_a_proxy_only_for_https(monkeypatch) -> None:
    monkeypatch.setenv("HANDRAIL_PROXY", "10.0.0.7")
    assert reach.from_environment().proxy == ""
    monkeypatch.setenv("HANDRAIL_ADDRESS", "https://handrail.example.org")
    assert reach.from_environment().proxy == "10.0.0.7"


@pytest.mark.parametrize(
    ("hop", "scheme", "status"),
    [("10.0.0.7", "https", 200), ("10.0.0.7", "http", 403), ("10.0.0.8", "https", 403), ("10.0.0.7", "", 403)],
)
def test_door_lets_in_only_what_the_hop_took_by_https(client, settings, hop, scheme, status) -> None:
    settings.REACH, settings.SECURE_PROXY_SSL_HEADER = PROXIED, ("HTTP_X_FORWARDED_PROTO", "https")
    answer = client.get("/", REMOTE_ADDR=hop, headers={"X-Forwarded-Proto": scheme})
    assert answer.status_code == status
    assert status == 200 or answer.content == b""


def test_door_asks_browsers_for_https_from_now_on(client, settings) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    settings.REACH = TLS
    assert client.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"
