"""The planner in a real browser: a slider moves the answer, without script a button does, and every size and shade holds it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

QUESTIONS = ("naloxone", "consumption-site", "hepatitis-c", "hiv", "parameters")
SIZES = ((360, 740), (1440, 900))


def test_a_slider_moves_the_answer_and_the_address(sign_in: Callable[..., Page]) -> None:
    page = sign_in("ash")
    page.goto("/desk/plan/hepatitis-c?oat=0&nsp=0")
    expect(page.locator("#answer .lede")).to_contain_text("agonist treatment for 0 %")
    page.get_by_label("Agonist treatment reaches, %").focus()
    page.keyboard.press("End")
    expect(page.locator("#answer .lede")).to_contain_text("agonist treatment for 60 %")
    expect(page.locator("output[for=oat]")).to_have_text("60")
    expect(page).to_have_url(re.compile(r"[?&]oat=60&"))


def test_a_typed_number_past_the_evidence_is_refused_in_place(sign_in: Callable[..., Page]) -> None:
    page = sign_in("ash")
    page.goto("/desk/plan/naloxone")
    page.get_by_label("Community kits a year, planned").fill("25000")
    expect(page.locator("#answer [role=alert]")).to_contain_text("must lie between 0 and 20,000")
    page.get_by_label("Community kits a year, planned").fill("9000")
    expect(page.locator("#answer .lede")).to_contain_text("With 9,500 kits a year")


def test_without_script_the_button_asks(sign_in: Callable[..., Page]) -> None:
    page = sign_in("ash", java_script_enabled=False)
    page.goto("/desk/plan/consumption-site")
    page.get_by_role("button", name="Ask the model").click()
    expect(page.locator(".disputed")).to_contain_text("one site, Vancouver")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_question_fits_every_screen(
    sign_in: Callable[..., Page],
    fits: Callable[[Page], None],
    wear: Callable[[Page, Any], None],
    pictures: Any,
    scheme: str,
) -> None:
    page = sign_in("ash")
    wear(page, scheme)
    for name in QUESTIONS:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"/desk/plan/{name}")
            expect(page.locator(".lede").first).to_be_visible()
            fits(page)
            pictures(page, f"plan-{name}-{scheme}-{width}")
