"""A clean phone, no internet: it takes the certificate from the sheet's page, trusts one name by it, and can do all that https allows."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from playwright.sync_api import BrowserContext, Error, Page, Playwright, expect

from handrail.fronts.console import browser as chromium

from .. import lan as network
from ..lan import ELSEWHERE, Lan
from . import phones

THREE_MINUTES = 180  # seconds: frontline S28
Open = Callable[..., AbstractContextManager[BrowserContext]]


@pytest.fixture(scope="module")
def able() -> None:
    """The test skips, loudly, where a trusted name cannot be had."""
    if chromium.find() is None or chromium.certutil() is None or not network.MEMORY.is_dir():
        pytest.skip("NOT RUN: a trusted name needs Chromium, certutil (libnss3-tools) and a second volume (/dev/shm)")


@pytest.fixture(scope="module")
def lan(able: None) -> Iterator[Lan]:
    with network.served() as made:
        yield made


@pytest.fixture
def device(player: Playwright, lan: Lan, tmp_path: Path) -> Open:
    """Open a clean device that finds the house's name; `trusts` as it took it from the page of trust, or None."""
    return partial(phones.device, player, (lan.name, ELSEWHERE), home=tmp_path)


def refusal(context: BrowserContext, address: str) -> str:
    with pytest.raises(Error) as refused:
        context.new_page().goto(address)
    return refused.value.message


@pytest.mark.scenario("frontline:S28")
def test_page_of_trust_leads_a_new_device_to_the_certificate_and_on(lan, device):
    with device(trusts=None) as context:
        page = context.new_page()
        page.goto(f"http://{lan.name}:{lan.trust_port}/")
        with page.expect_download() as taken:
            page.locator("a[href='/handrail.crt']").first.click()
        certificate = x509.load_der_x509_certificate(Path(taken.value.path()).read_bytes())
        next_address = page.locator("p > a.button").last.get_attribute("href")
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    assert fingerprint in lan.house.said()
    assert next_address == f"{lan.address}/app/"


def test_device_that_does_not_trust_the_house_is_not_let_in(lan, device):
    with device(trusts=None) as context:
        assert "ERR_CERT_AUTHORITY_INVALID" in refusal(context, f"{lan.address}/desk/sign-in")


@pytest.mark.scenario("frontline:S28")
def test_device_that_trusts_the_house_believes_it_about_no_other_name(lan, device, tmp_path):
    with (
        network.impostor(lan, lan.name, tmp_path) as ours,
        network.impostor(lan, ELSEWHERE, tmp_path) as theirs,
        device(trusts=lan.certificate()) as context,
    ):
        assert context.new_page().goto(f"https://{lan.name}:{ours}/").ok
        told = refusal(context, f"https://{ELSEWHERE}:{theirs}/")
    assert "ERR_CERT" in told, told


@pytest.mark.scenario("frontline:S28")
def test_trusted_name_is_a_secure_context_with_keys_that_never_leave(lan, device):
    with device(trusts=lan.certificate()) as context:
        page = context.new_page()
        page.goto(f"{lan.address}/desk/sign-in")
        assert page.evaluate("isSecureContext && 'serviceWorker' in navigator && 'credentials' in navigator")
        told = page.evaluate(KEY)
    assert told == {"extractable": False, "signed": 64, "refused": "InvalidAccessError"}


KEY = """async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const signed = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new Uint8Array(8));
  const refused = await crypto.subtle.exportKey("pkcs8", pair.privateKey).then(() => "", error => error.name);
  return { extractable: pair.privateKey.extractable, signed: signed.byteLength, refused };
}"""


@pytest.mark.scenario("frontline:S28")
def test_passkey_is_made_and_used_under_the_name(lan, device):
    with device(trusts=lan.certificate()) as context:
        page = context.new_page()
        page.goto(f"{lan.address}/desk/sign-in")
        page.bring_to_front()
        key_holder(context, page)
        told = page.evaluate(PASSKEY, lan.name)
    assert told == {"made": "public-key", "used": "public-key", "origin": lan.address, "same": True}


def key_holder(context: BrowserContext, page: Any) -> None:
    """Give the device a key holder of its own, as a phone has."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": options | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )


PASSKEY = """async (name) => {
  const made = await navigator.credentials.create({ publicKey: {
    rp: { id: name, name: "Handrail" }, user: { id: new Uint8Array(16), name: "ash", displayName: "ash" },
    challenge: new Uint8Array(32), pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  } });
  const used = await navigator.credentials.get({ publicKey: { rpId: name, challenge: new Uint8Array(32), userVerification: "required" } });
  const told = JSON.parse(new TextDecoder().decode(used.response.clientDataJSON));
  return { made: made.type, used: used.type, origin: told.origin, same: made.id === used.id };
}"""


@pytest.mark.scenario("frontline:S28")
def test_app_is_kept_by_its_worker_and_opens_with_no_network(lan, device):
    with device(trusts=lan.certificate()) as context:
        page = context.new_page()
        page.goto(f"{lan.address}/app/")
        assert (
            page.evaluate("navigator.serviceWorker.ready.then(kept => kept.active.scriptURL)")
            == f"{lan.address}/app/sw.js"
        )
        context.set_offline(True)
        page.reload()
        expect(page.locator("#enrol h1")).to_be_visible()


@pytest.mark.scenario("frontline:S28")
def test_camera_reads_the_square_on_a_card(lan, device, tmp_path):
    film = phones.film(tmp_path / "card.y4m", "K7QMT3")
    with device(trusts=lan.certificate(), video=film) as context:
        page = context.new_page()
        page.goto(f"{lan.address}/app/")
        assert page.evaluate(SCAN) == "K7QMT3"


SCAN = """async () => {
  const { watch } = await import("/static/outbox/scan.js");
  const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
  return await new Promise((found, failed) => {
    setTimeout(() => failed(new Error(`nothing was read at ${video.videoWidth} x ${video.videoHeight}`)), 15_000);
    watch(video, told => { found(told); return true; }).catch(failed);
  });
}"""


@pytest.fixture
def sheet(lan: Lan, device: Open, tmp_path: Path) -> dict[str, str]:
    """Let a lead, new to the house, make a passkey under its name and print the sheet of a device; what stands on it, by its pictures."""
    word = re.search(r"password (\S+)", lan.house.run("-m", "handrail", "worker", "boss", "--role", "lead"))
    with device(trusts=lan.certificate(), home=tmp_path / "desk") as context:
        page = context.new_page()
        page.bring_to_front()
        key_holder(context, page)
        page.goto(f"{lan.address}/desk/sign-in")
        fill(page, {"#handle": "boss", "#password": word.group(1)}, "**/own-password")
        fill(page, {"#password": "four words that i keep", "#again": "four words that i keep"}, "**/set-up")
        page.get_by_role("button", name="Make a passkey on this device instead").click()
        page.wait_for_url("**/sign-in/pin")
        fill(page, {"#pin": "2580", "#again": "2580"}, "**/desk/")
        page.goto(f"{lan.address}/desk/devices/{lan.house.site}/")
        fill(page, {"#label": "Van 2"}, "**/invite")
        address = page.locator("details .code").text_content()
        pictures = [one.get_attribute("src") for one in page.locator("section.step img").all()]
        return {
            "address": address,
            "trust": pictures[0],
            "enrol": pictures[1],
            "text": page.locator("main").text_content(),
        }


def fill(page: Page, fields: dict[str, str], then: str) -> None:
    """Fill a form in, send it, and wait for the page that comes next."""
    for field, value in fields.items():
        page.fill(field, value)
    page.click("main button.primary")
    page.wait_for_url(then)


@pytest.mark.scenario("frontline:S28")
def test_new_device_is_let_in_by_the_sheet_within_three_minutes(lan, device, sheet, tmp_path):
    page_of_trust = f"http://{lan.name}:{lan.trust_port}/"
    assert (sheet["trust"], sheet["enrol"]) == (picture(page_of_trust), picture(sheet["address"]))
    assert sheet["address"].startswith(f"{lan.address}/app/enrol#")
    assert re.search(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", sheet["text"]).group() in lan.house.said()
    began = time.monotonic()
    with device(trusts=lan.certificate(), home=tmp_path / "tablet") as context:
        page = context.new_page()
        page.goto(sheet["address"])
        expect(page.locator("#open h1")).to_be_visible()
        assert page.url == f"{lan.address}/app/#/open"
        page.reload()
        expect(page.locator("#where")).to_contain_text("Van 2")
    assert time.monotonic() - began < THREE_MINUTES


def picture(text: str) -> str:
    """Draw a QR code as the sheet does: what a camera reads off it is then this text."""
    return segno.make(text, error="m", micro=False).svg_data_uri(border=2, scale=6)
