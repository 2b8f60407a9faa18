"""The returns page in a browser: calibrated, weighed, read; every width, by day and night."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

ROWS = ((1000, 200, 80), (1240, 200, 100), (900, 200, 70), (1450, 200, 120), (1160, 200, 100))


def test_a_bin_is_calibrated_and_weighed(
    sign_in: Callable[..., Page], house: trial.House, fits: Any, wear: Any, pictures: Any
) -> None:
    page = sign_in()
    page.goto(f"/desk/window/{house.site}/")
    page.locator("#back-said").fill("95")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("95")
    page.goto(f"/desk/returns/{house.site}/")
    fits(page)
    page.get_by_text("Calibrate", exact=True).click()
    for n, row in enumerate(ROWS):
        for name, value in zip(("gross_g", "tare_g", "syringes"), row, strict=True):
            page.locator(f'[name="{name}.{n}"]').fill(str(value))
    pictures(page, "calibrate")
    page.get_by_role("button", name="Save all of them").click()
    expect(page.get_by_text("10.08 g a syringe")).to_be_visible()
    page.locator("#gross").fill("1780")
    page.locator("#tare").fill("900")
    page.get_by_role("button", name="Weighed and emptied").click()
    expect(page.locator(".lines li").filter(has_text="bin about 87")).to_be_visible()
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            wear(page, scheme)
            fits(page)
        pictures(page, f"returns-{width}")
