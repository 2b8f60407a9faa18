"""Someone tells us that they used naloxone, on a phone, without script; staff do the same at a desk."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from handrail.fronts.console import trial

PHONE = {"width": 360, "height": 740}


def tap(page: Page, *answers: tuple[str, str]) -> None:
    for name, value in answers:
        page.locator(f'label:has([name="{name}"][value="{value}"])').click()


def thanked(page: Page, says: str = "Thank you") -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(says)


@pytest.mark.scenario("frontline:S12")
def test_a_reversal_report_by_phone_takes_four_taps_and_no_script(
    context: Callable[..., BrowserContext], house: trial.House, fits: Any
) -> None:
    """First screen within 5 taps, a second event in as many, of a death little is asked; no cookie is set. 30 and 60 s are a person's."""
    opened = context(viewport=PHONE, java_script_enabled=False, has_touch=True)
    page = opened.new_page()
    page.goto("/tell/")
    send = page.get_by_role("button", name="Send").first
    expect(send).to_be_in_viewport()
    tap(page, ("when", "today"), ("doses", "2"), ("outcome", "ok"))
    send.click()
    thanked(page)
    page.get_by_role("link", name="One more").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell us you used naloxone")
    tap(page, ("outcome", "died"))
    expect(page.get_by_label("Which month?")).to_be_visible()
    for gone in ("when", "ambulance", "age"):
        expect(page.locator(f".asked.{gone}")).to_be_hidden()
    tap(page, ("doses", "1"))
    send.click()
    thanked(page, "We are sorry")
    assert opened.cookies() == []


def test_the_form_fits_every_screen_by_day_and_night(
    context: Callable[..., BrowserContext], fits: Callable[[Page], None], wear: Any, pictures: Any
) -> None:
    page = context().new_page()
    page.goto("/tell/")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            wear(page, scheme)
            fits(page)
            pictures(page, f"tell-{width}-{scheme}")
    page.get_by_text("add more if you want").click()
    expect(page.get_by_label("Which naloxone?")).to_be_visible()
    fits(page)
    page.set_viewport_size({"width": 360, "height": 1900})
    pictures(page, "tell-more")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator(".refusal")).to_contain_text("nothing-told")
    pictures(page, "tell-refused")
    tap(page, ("outcome", "died"))
    pictures(page, "tell-died")


def test_keyboard_alone_tells_at_a_desk(
    sign_in: Callable[..., Page], house: trial.House, fits: Any, pictures: Any
) -> None:
    page = sign_in()
    page.goto(f"/desk/told/{house.site}/")
    first = page.locator('[name="when"]').first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Kept")).to_be_visible()
    expect(page.locator(".lines li").filter(has_text="told at a desk").first).to_be_visible()
    for width in (360, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        fits(page)
        pictures(page, f"desk-told-{width}")
