"""The page of trust: four addresses, nothing else, to anybody."""

import http.client
import plistlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from handrail.fronts.console import machine
from handrail.fronts.console.lan import authority, sheet, trusting

MADE = datetime(2026, 3, 1, tzinfo=UTC)
LOOPBACK = "127.0.0.1"


@pytest.fixture
def held(tmp_path: Path) -> authority.Authority:
    return authority.make(tmp_path, name="riverside.local", addresses=[LOOPBACK], at=MADE)


@pytest.fixture
def page(held) -> Iterator[trusting.TrustPage]:
    made = trusting.TrustPage(trusting.answers(held, address="https://riverside.local:8443/app/"), machine.free_port())
    made.begin(LOOPBACK)
    yield made
    made.end()


def ask(page: trusting.TrustPage, path: str, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
    talk = http.client.HTTPConnection(LOOPBACK, page.port, timeout=5)
    talk.request(method, path)
    answer = talk.getresponse()
    return answer.status, answer.headers, answer.read()


class Tags(HTMLParser):
    """What a page loads, and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, {name: value or "" for name, value in attrs}))


def test_page_offers_the_certificate_and_the_next_address_without_script(page) -> None:
    status, headers, body = ask(page, "/")
    tags = Tags(body.decode()).seen
    assert status == 200 and "default-src 'none'" in headers["Content-Security-Policy"]
    assert {told["href"] for tag, told in tags if tag == "a"} == {
        "/handrail.crt", "/handrail.mobileconfig", "https://riverside.local:8443/app/",
    }  # fmt: skip
    assert not {tag for tag, _ in tags} & {"script", "form", "img", "iframe"} and b"</html>" in body


def test_page_gives_the_root_in_both_forms(page, held) -> None:
    status, headers, body = ask(page, "/handrail.crt")
    assert (status, headers["Content-Type"], body) == (200, "application/x-x509-ca-cert", held.der)
    status, headers, body = ask(page, "/handrail.mobileconfig")
    told = plistlib.loads(body)
    assert (status, headers["Content-Type"]) == (200, "application/x-apple-aspen-config")
    (payload,) = told["PayloadContent"]
    assert (payload["PayloadType"], payload["PayloadContent"]) == ("com.apple.security.root", held.der)
    assert trusting.profile(held).encode() == body


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/desk/"), ("GET", "/?a=1"), ("GET", "/../root.pem"), ("POST", "/"), ("OPTIONS", "/"), ("PUT", "/handrail.crt")],
)  # fmt: skip
def test_page_answers_nothing_else_and_names_nothing(page, method, path) -> None:
    status, headers, body = ask(page, path, method)
    assert (status, body) == (404, b"") and "Server" not in headers and "Date" not in headers


def test_page_answers_head_without_a_body(page) -> None:
    status, headers, body = ask(page, "/trust.css", "HEAD")
    assert (status, body) == (200, b"") and int(headers["Content-Length"]) == len(trusting.STYLE.read_bytes())


def test_page_keeps_no_line(page, capfd) -> None:
    ask(page, "/")
    with socket.create_connection((LOOPBACK, page.port)) as rude:
        rude.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        rude.recv(1000)
    assert capfd.readouterr() == ("", "")


def test_page_lets_one_too_many_go(page, monkeypatch) -> None:
    waiting = [socket.create_connection((LOOPBACK, page.port)) for _ in range(trusting.AT_ONCE)]
    with socket.create_connection((LOOPBACK, page.port), timeout=5) as late:
        assert late.recv(100) == b""
    for one in waiting:
        one.close()


def test_page_says_nothing_of_a_device_that_went_away(page, capfd) -> None:
    page._server.handle_error(None, None)
    assert capfd.readouterr() == ("", "")


def test_begin_stays_where_it_was_when_it_cannot_move(page) -> None:
    with pytest.raises(OSError, match="assign"):
        page.begin("192.168.250.250")
    assert ask(page, "/")[0] == 200
    page.begin("127.0.0.2")
    with pytest.raises(OSError, match="refused"):
        ask(page, "/")
    page.end()
    page.end()


def test_begin_listens_on_ipv6_too(page) -> None:
    page.begin("::1")
    with socket.create_connection(("::1", page.port), timeout=5) as talk:
        talk.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert talk.recv(20).startswith(b"HTTP/1.0 200")


def test_sheet_stands_alone_and_holds_both_codes(tmp_path) -> None:
    trust = {"address": "http://riverside.local:8080/", "fingerprint": "AB:CD"}
    file = sheet.write(tmp_path / "exports", trust=trust, desk="https://riverside.local:8443/desk/")
    text = file.read_text()
    tags = Tags(text).seen
    assert [told["src"][:19] for tag, told in tags if tag == "img"] == ["data:image/svg+xml;"] * 2
    assert [told["href"][:14] for tag, told in tags if tag == "link"] == ["data:text/css;"]
    assert "AB:CD" in text and trust["address"] in text
