"""A shift on a tablet: opened, closed, locked, and what a lock keeps."""

import base64
from typing import Any

import pytest
from playwright.sync_api import expect

from handrail.core.people import rules as people
from handrail.fronts.console import trial

from .tablets import INVITE, Tablet, Tablets, ask, look

SHIFT = """
from handrail.core.org import models
row = models.Shift.objects.get(pk="{}")
print(row.method, row.until <= __import__("datetime").datetime.now(__import__("datetime").UTC))
"""


def plug(van: Tablet, passkey: dict[str, str]) -> None:
    """Plug an authenticator with this passkey into a tablet; its owner is always present."""
    assert van.context
    session = van.context.new_cdp_session(van.page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    named = {name: base64.b64encode(bytes.fromhex(passkey[of])).decode() for name, of in (("credentialId", "id"), ("userHandle", "user"))}  # fmt: skip
    key = "".join(passkey["key"].strip().splitlines()[1:-1])
    credential = named | {"isResidentCredential": True, "rpId": passkey["name"], "privateKey": key, "signCount": 0}
    session.send("WebAuthn.addCredential", {"authenticatorId": made["authenticatorId"], "credential": credential})


def test_passkey_opens_a_shift_and_closing_ends_it_at_the_server_too(tablet: Tablets, house: trial.House) -> None:
    van = tablet()
    page = van.page
    page.goto(f"/app/enrol#{ask(house, INVITE)}")
    page.evaluate("void (navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')))")  # fmt: skip
    page.locator("#passkey").click()
    expect(page.locator("#open-problem")).to_contain_text("No passkey of yours was found here")
    page.evaluate("delete navigator.credentials.get")
    plug(van, house.passkeys["kit"])
    page.locator("#passkey").click()
    expect(page.locator("#choose-pin")).to_be_visible()
    for easy in ("1111", "4567", "258"):
        van.type_pin(easy, pad="choose")
        expect(page.locator("#choose-says")).to_contain_text("not all the same and not in a row")
    for _ in range(2):
        van.type_pin("2580", pad="choose")
    van.record()
    van.send()
    van.sent()
    shift = van.store("return (await store.get('shifts')).active")
    assert ask(house, SHIFT.format(shift)) == "passkey False"
    page.goto("/app/#/device")
    with page.expect_response("**/api/shift/close"):
        page.locator("#close-shift").click()
    assert ask(house, SHIFT.format(shift)) == "passkey True"
    van.send()
    expect(page.locator("#open-form")).to_be_visible()
    page.wait_for_function("import('/static/outbox/store.js').then(async (store) => !Object.keys((await store.get('seals')) ?? {}).length)")  # fmt: skip


def test_closing_a_shift_with_no_network_is_asked_twice(tablet: Tablets) -> None:
    van = tablet()
    page = van.enrol("ash")
    van.offline()
    page.goto("/app/#/device")
    page.locator("#close-shift").click()
    expect(page.locator("#device-says")).to_contain_text("There is no network: once closed")
    page.locator("#close-shift").click()
    expect(page.locator("#open-form")).to_be_visible()


def test_rush_takes_back_its_refusal_with_the_next_tap(tablet: Tablets) -> None:
    van = tablet()
    page = van.enrol("ash")
    page.goto("/app/#/rush")
    page.locator("#rush-close").click()
    expect(page.locator("#rush-problem")).to_contain_text("Nothing to close yet")
    page.locator(".tile").nth(0).click()
    expect(page.locator("#rush-problem")).to_be_hidden()


@pytest.mark.scenario("trust:19")
def test_lock_keeps_the_draft_for_whoever_began_it_and_for_nobody_else(tablet: Tablets, house: trial.House) -> None:
    van = tablet()
    page = van.enrol("ash", "2580")
    page.locator("#lock-now").click()
    page.locator("#another-shift").click()
    van.open_shift("kit", "1379")
    expect(page.locator("#done")).to_be_visible()
    page.locator("#lock-now").click()
    van.type_pin("2580")
    expect(page.locator("#done")).to_be_visible()
    shift = van.store("return (await store.get('shifts')).active")
    van.offline()
    code = people.new_code()
    page.locator("#card").fill(code)
    page.get_by_role("button", name="Smoking kit").click()

    page.locator("#lock-now").click()  # A locks; a tally needs no unlock
    page.get_by_role("link", name="Window, no code").click()
    expect(page.locator("#give-PIPE-STEM")).to_have_value("")
    assert not page.locator("#card").is_visible() and nowhere(page, code)
    page.goto("/app/#/rush")
    for n in (0, 1):
        page.locator(".tile").nth(n).click()
    page.locator("#rush-close").click()
    expect(page.locator("#saved li")).to_contain_text("1 people")
    tally = str(page.locator("#saved li").get_attribute("data-act"))

    page.locator("#unlock-link").click()  # B unlocks
    van.type_pin("1379")
    for _ in range(3):
        expect(page.locator("#give-PIPE-STEM")).to_have_value("")
        assert nowhere(page, code)
        page.go_back()
    page.goto("/app/#/window")
    page.locator("#lock-now").click()  # and A finds it again
    van.type_pin("2580")
    expect(page.locator("#give-PIPE-STEM")).to_have_value("1")
    expect(page.locator("#card")).to_have_value(code)
    van.offline(False)
    van.send()
    van.sent()
    signed = "from handrail.core import journal\nfrom handrail.core.common.ids import parse_id\nprint(journal.find(parse_id('{}')).worker)"
    assert ask(house, signed.format(tally)) == shift


def nowhere(page: Any, code: str) -> bool:
    """Tell that a code stands nowhere on the page, in no field either."""
    typed = page.evaluate("[...document.querySelectorAll('input')].map((one) => one.value).join(' ')")
    return code not in page.content() and code not in typed


def test_idle_lock_records_without_an_unlock_and_wrong_pins_slow(tablet: Tablets, house: trial.House) -> None:
    van = tablet()
    page = van.enrol("ash")
    before = look(house)
    van.offline()
    van.record()
    page.clock.install()
    page.evaluate("dispatchEvent(new PointerEvent('pointerdown'))")
    page.clock.fast_forward(5 * 60_000 + 5_000)
    expect(page.locator("h1:visible")).to_have_text("Locked")
    assert page.locator("#saved li, #earlier li").count() == 0
    page.get_by_role("link", name="Window, no code").click()
    van.record("Smoking kit")
    page.goto("/app/#/rush")
    page.locator(".tile").nth(0).click()
    page.locator(".tile").nth(1).click()
    page.locator("#rush-close").click()
    page.locator("#unlock-link").click()
    for _ in range(3):
        van.type_pin("1111")
        expect(page.locator("#unlock-says")).to_contain_text("That is not a PIN of an open shift")
    expect(page.locator("#unlock-says")).to_contain_text("Wait")
    van.type_pin("2580")
    expect(page.locator("h1:visible")).to_have_text("Locked")  # the right one waits too
    van.kill()
    page = van.start().open("#/unlock")
    van.type_pin("1111")
    expect(page.locator("#unlock-says")).to_contain_text("Wait")
    van.sent()
    after = look(house)
    assert after["channels"]["window"] == before["channels"].get("window", 0) + 2
    assert after["channels"]["tally"] == before["channels"].get("tally", 0) + 1
