"""The window in a browser: preset, Done, with script and without."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("script", [True, False])
def test_window_saves_a_preset_with_done(open_context, house, sign_in, script):
    page = sign_in(open_context(script=script).new_page())
    page.goto(f"/desk/window/{house.site}/")

    page.get_by_role("button", name="Naloxone 2 doses").click()
    page.locator("#done").click()

    expect(page.locator("#saved li")).to_have_count(1)
    expect(page.locator("#saved li")).to_contain_text("saved")


def test_complaints_hear_a_broken_policy(open_context, complaints):
    page = open_context().new_page()
    page.goto("/")

    page.evaluate("document.body.appendChild(Object.assign(document.createElement('img'), {src: 'http://127.0.0.2/x.png'}))")
    page.wait_for_timeout(300)

    assert any("Content Security Policy" in one for one in complaints)
    complaints.clear()
