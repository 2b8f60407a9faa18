"""Where a law limits, the window says so before the tap, and counts along; a visit over it is saved and asks why."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from handrail.fronts.console import trial


def test_the_limit_counts_along_and_holds_nothing_back(
    sign_in: Callable[..., Page], house: trial.House, fits: Any, pictures: Any
) -> None:
    page = sign_in()
    page.goto(f"/desk/amounts/{house.site}/")
    page.get_by_label("a law limits how many").check()
    page.get_by_label("and so many more").fill("10")
    page.get_by_label("which law").fill("state rule")
    pictures(page, "amounts")
    page.get_by_role("button", name="Set").click()
    expect(page.locator(".lede")).to_contain_text("state rule")
    try:
        page.goto(f"/desk/window/{house.site}/")
        page.locator("#back-said").fill("12")
        expect(page.locator("[data-limit]")).to_have_text("22")
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            fits(page)
        page.locator("#give-SYR-INS-28-1").fill("40")
        page.get_by_role("button", name="Done").click()
        expect(page.locator(".because")).to_be_visible()
        pictures(page, "because")
        page.get_by_role("button", name="far to come").click()
        expect(page.get_by_text("Kept, tied to nobody.")).to_be_visible()
    finally:
        page.goto(f"/desk/amounts/{house.site}/")
        page.get_by_label("by need").check()
        page.get_by_role("button", name="Set").click()
        expect(page.locator(".lede")).to_contain_text("By need")
