"""A notice by one, an alert by two, in real browsers: banner, public page, poster, retraction; and the page of what was found lately."""

import uuid
from collections.abc import Callable

from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

SIZES = ({"width": 360, "height": 740}, {"width": 768, "height": 1024}, {"width": 1440, "height": 900})
FOUND = """
import sys, tempfile
from datetime import date
from pathlib import Path
import django
django.setup()
from handrail.fronts.console import publications
lines = ["month,n_samples,xylazine,medetomidine,fentanyl,cocaine"]
for n in range(14):
    month = (date.today().replace(day=1).toordinal() - 31 * (n + 2))
    day = date.fromordinal(month).replace(day=1)
    lines.append(f"{day:%Y-%m},{120 + 7 * n},{20 + 3 * n},{2 * n},{70 + n},{40 - n}")
path = Path(tempfile.mkdtemp()) / "made-up.csv"
path.write_text("\\n".join(dict.fromkeys(lines)) + "\\n", encoding="utf-8")
publications.import_file("unc-monthly", path)
"""


def test_a_notice_by_one_and_an_alert_by_two(
    house: trial.House, sign_in: Callable[..., Page], fits: Callable[[Page], None], wear: Callable[..., None],
    pictures: Callable[[Page, str], None],
) -> None:  # fmt: skip
    robin, mara, otto = sign_in("robin"), sign_in("mara"), sign_in("otto")

    def look(page: Page, name: str) -> None:
        for size in SIZES:
            page.set_viewport_size(size)  # type: ignore[arg-type]  # a literal's type is wider
            for scheme in ("light", "dark"):
                wear(page, scheme)
                fits(page)
                pictures(page, f"{name}-{size['width']}-{scheme}")

    name = f"made-up-{uuid.uuid4().hex[:6]}"
    robin.goto(f"/desk/alerts/{house.site}/")
    robin.get_by_label("Substance").fill(name)
    robin.get_by_label("Do not use alone. Ask someone to stay, or to look in.").check()
    robin.get_by_role("button", name="Put it up").click()
    expect(robin.get_by_label("Notices").get_by_text(name)).to_be_visible()
    look(robin, "notice")

    mara.goto("/desk/alerts/")
    mara.get_by_role("link", name="Draft at").first.click()
    expect(mara.get_by_role("heading", name="Draft a public alert")).to_be_visible()
    look(mara, "alert-form")
    mara.get_by_label("Substance").fill(name)
    mara.get_by_label("Keep naloxone at hand.").check()
    mara.get_by_label("Region, never a site").fill("The whole made-up state")
    mara.get_by_role("button", name="Draft it").click()
    expect(mara.get_by_text("Nothing has left.")).to_be_visible()
    expect(mara.get_by_role("button", name="I have read it: verify")).to_be_disabled()

    otto.goto("/desk/alerts/")
    otto.get_by_role("link", name=name).click()
    look(otto, "alert-verify")
    otto.get_by_role("button", name="I have read it: verify").click()
    expect(otto.get_by_text("Two people stand behind this.")).to_be_visible()
    otto.get_by_role("button", name="Publish").click()
    expect(otto.get_by_text("This is out.")).to_be_visible()
    otto.get_by_role("link", name="Its public page").click()
    expect(otto.get_by_role("heading", name=name)).to_be_visible()
    look(otto, "alert-public")
    with otto.expect_download() as poster:
        otto.get_by_role("link", name="To print").click()
    assert poster.value.path().read_bytes().startswith(b"%PDF")

    otto.goto("/desk/alerts/")
    otto.get_by_role("link", name=name).click()
    expect(otto.get_by_role("heading", name=name)).to_be_visible()


def test_what_was_found_lately_is_read_with_its_intervals(
    house: trial.House,
    page: Page,
    fits: Callable[[Page], None],
    wear: Callable[..., None],
    pictures: Callable[[Page, str], None],
) -> None:
    house.run("-c", FOUND)
    page.goto("/supply/")
    expect(page.get_by_role("heading", name="fentanyl")).to_be_visible()
    expect(page.get_by_text("counting error only")).to_be_visible()
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]  # a literal's type is wider
        for scheme in ("light", "dark"):
            wear(page, scheme)
            fits(page)
            pictures(page, f"supply-{size['width']}-{scheme}")
