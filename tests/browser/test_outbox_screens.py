"""The app's screens: their width, by keyboard alone, and whom they speak to."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from handrail.fronts.console import trial

from .tablets import Tablets


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_screens_fit_their_width_and_have_no_serious_finding(
    tablet: Tablets, house: trial.House, fits: Callable[[Any], None], width: int, scheme: str
) -> None:
    van = tablet(size={"width": width, "height": 800}, options={"color_scheme": scheme})
    page = van.page
    page.goto("/app/")
    check(page, fits, "enrol")
    van.enrol()
    van.offline()
    van.record()
    for name in ("window", "rush", "place", "device", "open"):
        page.goto(f"/app/#/{name}")
        check(page, fits, name)
    page.goto("/app/#/window")
    page.locator("#lock-now").click()
    check(page, fits, "unlock")


def check(page: Any, fits: Callable[[Any], None], name: str) -> None:
    fits(page)
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main select, main .pill span, main input:not([type=radio]):not([type=checkbox])')]
           .filter((one) => one.checkVisibility() && !one.classList.contains('visually-hidden'))
           .filter((one) => one.getBoundingClientRect().height < 47.5).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == [], name


def test_keyboard_alone_records_a_visit_a_tally_and_unlocks(tablet: Tablets, house: trial.House) -> None:
    van = tablet(size={"width": 1280, "height": 800})
    page = van.enrol()
    page.keyboard.press("Alt+1")
    expect(page.locator("#done")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#saved li")).to_contain_text("saved:")
    page.locator("#nav a").nth(1).focus()
    page.keyboard.press("Enter")
    page.locator(".tile").nth(0).focus()
    page.keyboard.press("Enter")
    page.locator(".tile").nth(1).focus()
    page.keyboard.press("F2")
    page.keyboard.type("100")
    page.keyboard.press("Enter")
    expect(page.locator(".tile output").nth(1)).to_have_text("100")
    page.locator("#rush-undo").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tile output").nth(1)).to_have_text("0")
    page.locator(".tile").nth(1).focus()
    page.keyboard.press("Space")
    page.locator("#rush-close").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#saved li")).to_contain_text("1 people + 10 × 1 mL syringe 28G")
    page.locator("#lock-now").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("2580")
    page.locator("body").press("Enter")
    expect(page.locator("#done")).to_be_visible()


def test_app_speaks_to_its_own_server_only(tablet: Tablets, house: trial.House) -> None:
    van = tablet()
    asked: list[str] = []
    assert van.context
    van.context.on("request", lambda request: asked.append(request.url))
    van.enrol()
    van.record()
    assert all(url.startswith((house.address, "blob:")) for url in asked) and van.context.cookies() == []
