"""The window in a real browser: two taps, undo, keyboard, no script, night, small screens."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handrail.core.people import rules as people
from handrail.fronts.console import trial

PRESET = "10 × 1 mL + bin"
SYRINGE = "SYR-INS-28-1"


def window(page: Page, house: trial.House) -> Page:
    page.goto(f"/desk/window/{house.site}/")
    return page


def lose(route: Any) -> None:
    """Let the server save and its answer never come."""
    route.fetch()
    route.abort()


def on_shelf(page: Page, house: trial.House, item: str = SYRINGE) -> int:
    page.goto(f"/desk/stock/{house.site}/")
    return int(page.locator(f'[data-item="{item}"] [data-balance]').inner_text())


def today(page: Page) -> dict[str, int]:
    page.goto("/desk/")
    return {name: int(page.locator(f'[data-count="{name}"]').inner_text()) for name in ("visits", "served", "sets")}


@pytest.mark.scenario("frontline:S4")
def test_visit_without_a_code_takes_two_taps_and_every_page_agrees(
    sign_in: Callable[..., Page], house: trial.House
) -> None:
    page = sign_in()
    before, shelf = today(page), on_shelf(page, house)
    window(page, house)
    page.get_by_role("button", name=PRESET).click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("10 × 1 mL syringe 28G")
    assert on_shelf(page, house) == shelf - 10
    after = today(page)
    assert (after["visits"], after["served"], after["sets"]) == (
        before["visits"] + 1,
        before["served"] + 1,
        before["sets"] + 10,
    )


def test_visit_with_a_card_takes_two_taps_after_the_scan(sign_in: Callable[..., Page], house: trial.House) -> None:
    page, code = window(sign_in(), house), people.new_code()
    for said in ("new card", "known card"):
        page.locator("#card").press_sequentially(code)
        expect(page.locator("#card-says")).to_have_text(said)
        page.get_by_role("button", name=PRESET).click()
        page.get_by_role("button", name="Done").click()
        expect(page.locator("#card")).to_have_value("")
    assert page.locator("#saved li, #earlier li").count() == 2


def test_a_wrong_card_character_is_not_a_code_and_keeps_what_was_tapped(
    sign_in: Callable[..., Page], house: trial.House
) -> None:
    page = window(sign_in(), house)
    page.locator("#card").fill("JG7MCX")
    page.locator("#card").press("Enter")
    expect(page.locator("#card-says")).to_contain_text("not a code")
    page.get_by_role("button", name=PRESET).click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#window [role=alert]")).to_contain_text("not-a-code")
    expect(page.locator(f"#give-{SYRINGE}")).to_have_value("10")


def test_a_saved_visit_leaves_an_empty_window(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = window(sign_in(), house)
    page.locator("#card").fill("JG7MCX")
    page.get_by_role("button", name=PRESET).click()
    page.locator('[name="served_for"][value="20"]').check(force=True)
    page.locator('[name="returned_by"][value="weight"]').check(force=True)
    page.locator("#back-gross").fill("4200")
    page.locator("#back-tare").fill("900")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#window [role=alert]")).to_contain_text("not-a-code")
    page.locator("#card").fill("")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("3300 g returned")
    expect(page.locator("#window [role=alert]")).to_have_count(0)
    filled = "[...new FormData(document.getElementById('window'))].filter(([name, value]) => value && !['csrfmiddlewaretoken', 'id', 'at', 'edition'].includes(name) && !/bin|pack/.test(name))"
    assert page.evaluate(filled) == [["where.channel", "window"], ["served_for", "1"], ["returned_by", "said"]]
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#window [role=alert]")).to_contain_text("nothing-to-save")


def test_undo_takes_the_visit_back_by_a_reversing_act(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = sign_in()
    before, shelf = today(page), on_shelf(page, house)
    window(page, house)
    page.get_by_role("button", name=PRESET).click()
    page.get_by_role("button", name="Done").click()
    page.locator("#saved").get_by_role("button", name="undo").click()
    expect(page.locator("#saved li").first).to_contain_text("taken back")
    assert (today(page), on_shelf(page, house)) == (before, shelf)


def test_keyboard_alone_records_a_visit(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = window(sign_in(), house)
    page.keyboard.press("Alt+1")
    expect(page.locator("#done")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#saved li").first).to_contain_text("saved")
    expect(page.locator("#give-" + SYRINGE)).to_have_value("")


def test_without_script_preset_and_done_record_a_visit(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = window(sign_in(java_script_enabled=False), house)
    page.get_by_role("button", name=PRESET).click()
    expect(page.locator("#give-" + SYRINGE)).to_have_value("10")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("10 × 1 mL syringe 28G")
    page.locator("#saved").get_by_role("button", name="undo").click()
    expect(page.locator("#saved li").first).to_contain_text("taken back")


def test_a_lost_answer_can_be_sent_again_by_tapping_done_again(
    sign_in: Callable[..., Page], house: trial.House, complaints: list[str]
) -> None:
    page = sign_in()
    before = today(page)
    window(page, house)
    page.get_by_role("button", name=PRESET).click()

    page.route(re.compile("/visit$"), lose, times=1)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Done").click()
    expect(page.locator("#state")).to_contain_text("No answer came. Tap Done again")
    complaints.clear()  # the browser says that the answer was lost: it was
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("saved before")
    assert today(page)["visits"] == before["visits"] + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_screens_fit_their_width_and_have_no_serious_finding(
    sign_in: Callable[..., Page], house: trial.House, fits: Callable[[Page], None], width: int, scheme: str
) -> None:
    page = sign_in(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in (f"/desk/window/{house.site}/", f"/desk/stock/{house.site}/", f"/desk/cards/{house.site}/", "/desk/held/", "/desk/", "/", "/method-agreement/"):  # fmt: skip
        page.goto(path)
        fits(page)


def test_targets_are_large_enough_for_gloves(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = window(sign_in(viewport={"width": 360, "height": 740}), house)
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main select, main .pill span, main input:not([type=hidden]):not([type=radio]):not([type=checkbox])')]
           .filter(one => one.checkVisibility() && !one.classList.contains('visually-hidden'))
           .filter(one => one.getBoundingClientRect().height < 47.5).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_public_pages_set_no_cookie_and_ask_nobody_else(context: Callable[..., Any], house: trial.House) -> None:
    opened = context(java_script_enabled=False)
    page, asked = opened.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for path in ("/", "/method-agreement/"):
        page.goto(path)
    assert opened.cookies() == []
    assert all(url.startswith(house.address) for url in asked)


def test_after_sign_out_back_shows_nothing(sign_in: Callable[..., Page], house: trial.House) -> None:
    page = window(sign_in(), house)
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    expect(page.locator("#window")).to_have_count(0)


def test_a_scanner_types_into_the_card_field_wherever_the_focus_is(
    sign_in: Callable[..., Page], house: trial.House
) -> None:
    page, code = window(sign_in(), house), people.new_code()
    page.get_by_role("button", name=PRESET).click()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("#card")).to_have_value(code)
    expect(page.locator("#card-says")).to_have_text("new card")
    expect(page.locator("#saved li")).to_have_count(0)


def test_an_ended_session_keeps_what_was_tapped_and_the_same_form_is_sent_after_signing_in(
    sign_in: Callable[..., Page], house: trial.House, complaints: list[str]
) -> None:
    page = window(sign_in(), house)
    page.get_by_role("button", name=PRESET).click()
    page.context.clear_cookies(name="handrail")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#problem")).to_contain_text("sign-in-first")
    expect(page.locator(f"#give-{SYRINGE}")).to_have_value("10")
    other = page.context.new_page()
    other.goto("/desk/sign-in")
    other.fill("#handle", "robin")
    other.fill("#password", trial.PASSWORD)
    other.click("main button.primary")
    other.fill("#code", house.code("robin"))
    other.click("main button.primary")
    other.wait_for_url("**/desk/")
    page.get_by_role("button", name="Done").click()  # the other page gave this one its new token
    expect(page.locator("#saved li").first).to_contain_text("saved")
    complaints.clear()  # the browser reports the refused answers


def test_a_lost_answer_and_another_tap_keep_both_tellings(
    sign_in: Callable[..., Page], house: trial.House, complaints: list[str]
) -> None:
    page = window(sign_in(), house)
    page.get_by_role("button", name=PRESET).click()

    page.route(re.compile("/visit$"), lose, times=1)
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Naloxone 2 doses").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#window [role=alert]")).to_contain_text("conflict")
    expect(page.locator("#give-NAL-NS-4")).to_have_value("1")
    page.locator(f"#give-{SYRINGE}").fill("")
    page.locator("#give-SHARPS-P").fill("")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("1 × Naloxone")
    complaints.clear()  # the browser says that an answer was lost, and that one was refused


@pytest.mark.parametrize("wrong", ["2000-01-01T12:00:00Z", "2099-01-01T12:00:00Z"])
def test_a_wrong_device_clock_does_not_reach_the_record(
    sign_in: Callable[..., Page], house: trial.House, wrong: str
) -> None:
    page = sign_in()
    page.clock.install(time=wrong)
    window(page, house)
    page.get_by_role("button", name=PRESET).click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#saved li").first).to_contain_text("saved")
