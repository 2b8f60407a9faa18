"""The tour of docs/tutorial/first-shift.md, walked by a new outreach worker; its pictures are taken here."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

TABLET = {"width": 820, "height": 720}


def test_a_new_worker_walks_the_tour(
    sign_in: Callable[..., Page], house: trial.House, fits: Any, pictures: Any
) -> None:
    page = sign_in("ash", viewport=TABLET)
    page.get_by_role("link", name="Window").first.click()
    page.get_by_role("button", name="10 × 1 mL + bin").click()
    page.locator("#back-said").fill("12")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("12 returned, as said")
    pictures(page, "tour-window")
    page.goto("/desk/")
    page.get_by_role("link", name="Naloxone used").first.click()
    for name, value in (("when", "today"), ("doses", "2"), ("outcome", "ok")):
        page.locator(f'label:has([name="{name}"][value="{value}"])').click()
    pictures(page, "tour-told")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Kept. Say thank you from us.")).to_be_visible()
    page.goto("/desk/")
    page.get_by_role("link", name="Returns").first.click()
    expect(page.get_by_text("said to have gone in, not yet weighed")).to_be_visible()
    fits(page)
    pictures(page, "tour-returns")
    page.goto("/desk/")
    page.get_by_role("link", name="Your week").first.click()
    expect(page.locator('[data-week="visits"]').nth(1)).not_to_have_text("0")
    for width in (360, 820, 1440):
        page.set_viewport_size({"width": width, "height": 720})
        fits(page)
    page.set_viewport_size(TABLET)
    pictures(page, "tour-week")
