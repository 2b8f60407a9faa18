"""Signing in, locking and devices in a real browser: passkeys of a virtual authenticator, two workers on one screen, no script."""

import re
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from handrail.fronts.console import trial

PRESET = "10 × 1 mL + bin"


@pytest.fixture(scope="session")
def newcomer(house: trial.House) -> Callable[..., tuple[str, str]]:
    """Add a worker from the console; returns handle and one-time password."""

    def add(*roles: str) -> tuple[str, str]:
        handle = f"new-{secrets.token_hex(3)}"
        told = house.run("-m", "handrail", "worker", handle, *(word for role in roles for word in ("--role", role)))
        found = re.search(r"password (\S+)", told)
        assert found
        return handle, found.group(1)

    return add


def authenticator(page: Page) -> Any:
    """Plug a virtual authenticator into a page: it makes and proves passkeys, its owner always present."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def password(page: Page, handle: str, word: str) -> None:
    page.goto("/desk/sign-in")
    page.fill("#handle", handle)
    page.fill("#password", word)
    page.click("main button.primary")


def own_password(page: Page) -> None:
    page.wait_for_url("**/own-password")
    for field in ("#password", "#again"):
        page.fill(field, "four words that i keep")
    page.click("main button.primary")
    page.wait_for_url("**/set-up")


def pin(page: Page, digits: str = "2580") -> None:
    page.wait_for_url("**/sign-in/pin")
    for field in ("#pin", "#again"):
        page.fill(field, digits)
    page.click("main button.primary")
    page.wait_for_url("**/desk/")


def test_a_passkey_is_made_at_the_first_sign_in_and_opens_the_next_shift(page: Page, newcomer) -> None:
    handle, word = newcomer("outreach")
    authenticator(page)
    password(page, handle, word)
    own_password(page)
    page.get_by_role("button", name="Make a passkey on this device instead").click()
    pin(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(handle)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/desk/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(handle)


def test_an_authenticator_without_our_passkey_says_so_and_leaves_the_other_way(page: Page, complaints) -> None:
    session = authenticator(page)
    page.goto("/desk/sign-in")
    session.send("WebAuthn.disable")
    page.evaluate("void (navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')))")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("[data-passkey] .refusal")).to_contain_text("No passkey was used")
    expect(page.locator("#password")).to_be_visible()


def test_without_script_password_and_code_open_a_shift(context: Callable[..., BrowserContext], house) -> None:
    page = context(java_script_enabled=False).new_page()
    password(page, "kit", trial.PASSWORD)
    page.wait_for_url("**/code")
    expect(page.get_by_role("button", name="passkey")).to_have_count(0)
    page.fill("#code", house.code("kit"))
    page.click("main button.primary")
    page.wait_for_url("**/desk/")
    page.goto("/desk/shift")
    page.get_by_role("button", name="Lock now").click()
    page.wait_for_url("**/unlock")
    page.fill("#pin", trial.PIN)
    page.click("main button.primary")
    page.wait_for_url("**/desk/")


def test_keyboard_alone_signs_in_and_unlocks(page: Page, house) -> None:
    page.goto("/desk/sign-in")
    for words in ("ash", trial.PASSWORD):
        page.keyboard.type(words)
        page.keyboard.press("Tab" if words == "ash" else "Enter")
    page.wait_for_url("**/code")
    page.keyboard.type(house.code("ash"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    page.goto("/desk/unlock")
    page.keyboard.type(trial.PIN)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")


def idle(page: Page) -> None:
    """Let the page's own clock run until it locks."""
    page.clock.run_for(6 * 60 * 1000)
    expect(page.locator("#lock")).to_be_visible()


@pytest.mark.scenario("trust:19")
def test_a_locks_and_b_unlocks_and_none_of_as_drafts_is_seen(sign_in, context, house, complaints) -> None:
    page = sign_in("ash")
    page.clock.install()
    password(page, "kit", trial.PASSWORD)  # kit opens a shift on the same screen, then ash takes it back
    page.fill("#code", house.code("kit"))
    page.click("main button.primary")
    page.wait_for_url("**/desk/")
    page.goto("/desk/unlock")
    page.get_by_role("radio", name="ash").check(force=True)
    page.fill("#pin", trial.PIN)
    page.click("main button.primary")
    page.wait_for_url("**/desk/")
    page.goto(f"/desk/window/{house.site}/")
    page.get_by_role("button", name=PRESET).click()
    page.locator("#card").fill("JG7MCT")
    expect(page.locator("#card-says")).not_to_be_empty()  # answered: a clock that jumps would time it out
    idle(page)
    expect(page.locator("main")).to_be_hidden()
    page.get_by_role("link", name="Somebody else").click()
    page.get_by_role("radio", name="kit").check(force=True)
    page.fill("#pin", trial.PIN)
    page.click("main button.primary")
    page.wait_for_url("**/desk/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kit")
    for _ in range(3):
        page.go_back()
        assert "JG7MCT" not in page.content()
        if page.locator("#card").count():
            expect(page.locator("#card")).to_have_value("")
            expect(page.locator("#give-SYR-INS-28-1")).to_have_value("")


def test_what_was_typed_stays_under_the_lock_and_a_wrong_pin_does_not_lift_it(sign_in, house, complaints) -> None:
    page = sign_in("ash")
    page.clock.install()
    page.goto(f"/desk/window/{house.site}/")
    page.get_by_role("button", name=PRESET).click()
    idle(page)
    page.fill("#lock-pin", "9753")
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#lock .refusal")).to_contain_text("not right")
    expect(page.locator("main")).to_be_hidden()
    page.fill("#lock-pin", trial.PIN)
    page.get_by_role("button", name="Unlock").click()
    expect(page.locator("#give-SYR-INS-28-1")).to_have_value("10")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("saved")


@pytest.mark.scenario("trust:19")
def test_a_tally_saved_while_locked_is_signed_as_the_open_shifts(sign_in, house) -> None:
    page = sign_in("ash")
    page.goto("/desk/shift")
    page.get_by_role("button", name="Lock now").click()
    page.get_by_role("link", name="Window, no code").click()
    expect(page.locator("#card")).to_be_disabled()
    page.get_by_role("button", name=PRESET).click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("saved")
    page.goto("/desk/")
    page.wait_for_url("**/unlock?next=*")


def test_a_lead_prints_the_sheet_for_a_device(sign_in, house) -> None:
    page = sign_in("robin")
    page.get_by_role("link", name="Devices").first.click()
    page.fill("#label", "Van 2")
    page.select_option("#kind", "van-tablet")
    page.get_by_role("button", name="Make the sheet").click()
    expect(page.locator(".steps .step")).to_have_count(3)
    expect(page.locator("img.qr")).to_be_visible()
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollHeight") < 1400  # one page of A4 at this width


WIDTHS = [320, 360, 768, 1440]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_their_width_and_have_no_serious_finding(
    sign_in, newcomer, house, fits, width: int, scheme: str
) -> None:
    page = sign_in("robin", viewport={"width": width, "height": 800}, color_scheme=scheme)
    looked = ["/desk/", "/desk/sign-in", "/desk/unlock", "/desk/shift", f"/desk/devices/{house.site}/"]
    for path in looked:
        page.goto(path)
        fits(page)
    password(page, *newcomer("outreach"))
    page.wait_for_url("**/own-password")
    fits(page)
    own_password(page)
    fits(page)
    password(page, "ash", trial.PASSWORD)
    page.wait_for_url("**/code")
    fits(page)
