"""Figures leave in a real browser: one drafts, another lets them out from their own screen; every screen fits and can be read aloud."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

LOOKS = (
    ({"width": 360, "height": 740}, "light"),
    ({"width": 768, "height": 1024}, "dark"),
    ({"width": 1440, "height": 900}, "light"),
)
LAST_WEEK = """
import sys, uuid
from datetime import timedelta
import django
django.setup()
from handrail.core.common import clock, periods
from handrail.core.org import queries
from handrail.evidence.release.tests import programme
for back in (7, 0):
    programme.a_week(uuid.UUID(sys.argv[1]), periods.coarse(clock.now()) - timedelta(days=back), by=queries.worker_named("ash"))
"""


def test_one_drafts_and_another_lets_out_on_screens_that_fit_and_can_be_read_aloud(
    house: trial.House, sign_in: Callable[..., Page], fits: Callable[[Page], None], wear: Callable[..., None],
    pictures: Callable[[Page, str], None],
) -> None:  # fmt: skip
    house.run("-c", LAST_WEEK, house.site)
    mara, otto = sign_in("mara"), sign_in("otto")

    def look(page: Page, name: str) -> None:
        for size, scheme in LOOKS:
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a literal's type is wider
            wear(page, scheme)
            fits(page)
            pictures(page, f"{name}-{size['width']}-{scheme}")

    mara.goto("/desk/figures/")
    expect(mara.get_by_role("heading", name="Figures that leave")).to_be_visible()
    mara.get_by_text("Propose a ceiling").click()
    mara.get_by_text("Place a site").click()
    look(mara, "releases")
    mara.get_by_label("What").select_option("supplies-out:kind")
    mara.get_by_role("button", name="Draft", exact=True).click()
    expect(mara.get_by_text("each at a screen of their own")).to_be_visible()
    expect(mara.get_by_role("button", name="Let it out")).to_be_disabled()
    look(mara, "draft")
    mara.goto("/desk/figures/so-far")
    expect(mara.get_by_text("preliminary: not over yet")).to_be_visible()
    look(mara, "so-far")

    otto.goto("/desk/figures/")
    otto.get_by_role("link", name="Supplies given out, by kind").first.click()
    otto.get_by_role("button", name="Let it out").click()
    expect(otto.get_by_text("This is out.")).to_be_visible()
    otto.goto("/data/")
    otto.get_by_role("link", name="Supplies given out, by kind").first.click()
    expect(otto.get_by_role("link", name="To print (PDF)")).to_be_visible()
    look(otto, "released")
    with otto.expect_download() as print_out:
        otto.get_by_role("link", name="To print (PDF)").click()
    assert print_out.value.suggested_filename.endswith("-kind.pdf")
    otto.goto("/data/")
    expect(otto.get_by_role("heading", name="What we count")).to_be_visible()
    look(otto, "open-data")
