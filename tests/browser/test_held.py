"""The review of held acts in a real browser: two people, one look, small screens, night, keyboard alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from handrail.fronts.console import trial

RAW = "JG7MCT"
HOLD = """
import json, sys
import django
django.setup()
from handrail.core.common import clock
from handrail.core.journal import held
for told, reason, site in json.load(sys.stdin):
    held.keep_refused(told, reason=reason, received_at=clock.now(), site=site)
"""


@pytest.fixture
def hold(house: trial.House) -> Callable[..., None]:
    """Hold acts in the house: bodies with a reason each."""

    def run(*bodies: Any, reason: str = "not-an-act") -> None:
        house.run("-c", HOLD, told=json.dumps([(body, reason, house.site) for body in bodies]))

    return run


def line(page: Page, reason: str) -> Page:
    page.goto("/desk/held/")
    page.locator(f'[data-reason="{reason}"]').first.get_by_role("link", name="Open", exact=True).click()
    return page


def test_two_people_open_a_held_body_once_and_one_destroys_it(
    sign_in: Callable[..., Page], hold: Callable[..., None]
) -> None:
    hold({"body": {"card": RAW, "note": f"for {RAW}", "given": [{"item": "COOK", "amount": 3}]}}, reason="unknown-item")
    lead, reviewer = line(sign_in(), "unknown-item"), line(sign_in("noor"), "unknown-item")
    lead.get_by_label("to see whether it happened").check()
    lead.get_by_role("button", name="Ask to open it").click()
    expect(lead.locator("#open [role=status]")).to_contain_text("Another reviewer confirms")
    reviewer.reload()
    reviewer.get_by_role("button", name="Confirm the opening").click()
    expect(reviewer.locator("#open [role=status]")).to_contain_text("The one who asked can look once")
    lead.reload()
    lead.get_by_role("button", name="Look now").click()
    expect(lead.locator(".opened")).to_contain_text("Cooker")
    assert RAW not in lead.content() and "for a card" in lead.content()
    lead.get_by_role("link", name="Resolve").click()
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # no browser keeps it, and none may ask for it again unasked
        lead.go_back()
    expect(lead.locator("body")).not_to_contain_text("Cooker")
    line(lead, "unknown-item").get_by_label("it was a test or a training").check()
    lead.get_by_role("button", name="Not an act: destroy").click()
    expect(lead.locator("main [role=status]")).to_contain_text("1 body was destroyed; its count stays.")


def test_keyboard_alone_asks_to_open(sign_in: Callable[..., Page], hold: Callable[..., None]) -> None:
    hold({"a": 1}, reason="not-canonical")
    page = line(sign_in(), "not-canonical")
    page.get_by_label("to mend the device or program").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask to open it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#open [role=status]")).to_contain_text("You asked")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_held_pages_fit_their_width_and_have_no_serious_finding(
    sign_in: Callable[..., Page], hold: Callable[..., None], fits: Callable[[Page], None], width: int, scheme: str
) -> None:
    hold({"id": "x" * 90, "width": width, "scheme": scheme}, reason="not-openable")
    page = sign_in(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto("/desk/held/")
    first = page.locator('[data-reason="not-openable"] a').first.get_attribute("href")
    for path in ("/desk/held/", str(first)):
        page.goto(path)
        fits(page)
