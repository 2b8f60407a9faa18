"""The sample table and the look-up in a real browser: the taps of an intake and a strip, and what stays in the reader's browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

from .tablets import ask


def kits(page: Page, house: trial.House) -> tuple[list[str], list[str]]:
    """Print a sheet of kits; return the bags' numbers and the slips' codes."""
    page.goto(f"/desk/kits/{house.site}/")
    page.get_by_role("button", name="Make kits to print").click()
    expect(page.locator(".kits li")).to_have_count(12)
    return page.locator(".kits .bench").all_inner_texts(), page.locator(".kits .code").all_inner_texts()


class Taps:
    """Count what a gloved finger does. A scan is one: the scanner types."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, role: str, name: str | re.Pattern[str], *, within: str = "body") -> None:
        self.count += 1
        self.page.locator(within).get_by_role(role, name=name).click()

    def label(self, text: str) -> None:
        self.count += 1
        self.page.locator("label.pill", has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$")).click()

    def scan(self, text: str) -> None:
        self.count += 1
        self.page.keyboard.type(text)


def test_intake_takes_at_most_six_taps_and_a_strip_two(
    sign_in: Callable[..., Page],
    house: trial.House,
    context: Callable[..., object],
    pictures: Callable[[Page, str], None],
) -> None:
    page = sign_in()
    numbers, codes = kits(page, house)
    page.goto(f"/desk/table/{house.site}/")
    taps = Taps(page)
    taps.tap("link", "+ intake")
    expect(page.locator("#bench")).to_be_focused()
    taps.scan(numbers[0])
    taps.label("drug")
    taps.label("cocaine")
    taps.tap("button", "Done")
    expect(page.locator("#sample-head")).to_contain_text(numbers[0])
    assert taps.count <= 6

    page.goto(f"/desk/table/{house.site}/")
    taps = Taps(page)
    taps.tap("link", re.compile(numbers[0]), within=".queue")
    expect(page.locator("#sample-head")).to_contain_text(numbers[0])
    taps.tap("button", "fentanyl: one line")
    expect(page.locator(".result")).to_contain_text("likely there. Act as if it is.")
    assert taps.count <= 2
    pictures(page, "sample-table")

    taps = Taps(page)
    taps.tap("button", "told in person")
    expect(page.locator(".result")).to_contain_text("The code reads")
    assert taps.count == 1

    reader = context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()  # type: ignore[attr-defined]  # a browser context
    reader.goto("/results/")
    reader.locator("#code").fill(codes[0])
    reader.get_by_role("button", name="Look").click()
    expect(reader.locator(".result")).to_contain_text(
        "A fentanyl strip reacted: fentanyl is likely there. Act as if it is."
    )
    assert codes[0].replace(" ", "") not in reader.url and reader.context.cookies() == []
    pictures(reader, "look-up")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (768, "light"), (1440, "light")])
def test_screens_of_samples_fit(
    sign_in: Callable[..., Page],
    house: trial.House,
    fits: Callable[[Page], None],
    pictures: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = sign_in(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(f"/desk/table/{house.site}/intake")
    expect(page.locator("#bench")).to_be_focused()
    fits(page)
    pictures(page, f"intake-{width}-{scheme}")
    page.locator("#bench").fill("Q-1")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".refusal")).to_contain_text("not-a-bench-number")
    fits(page)
    numbers, _ = kits(page, house)
    fits(page)
    pictures(page, f"kits-{width}-{scheme}")
    page.goto(f"/desk/table/{house.site}/intake")
    page.locator("#bench").fill(numbers[0])
    page.locator("label.pill", has_text="yes, someone overdosed").click()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="fentanyl: one line").click()
    expect(page.locator(".result")).to_contain_text("likely there")
    for summary in ("other strips", "seen on an instrument", "methods and limits"):
        page.locator("summary", has_text=summary).click()
    fits(page)
    pictures(page, f"table-{width}-{scheme}")
    page.get_by_role("button", name="print slip").click()
    expect(page.locator(".slip")).to_contain_text("likely there")
    fits(page)
    for language in ("en", "es", "fr"):
        page.goto(f"/results/{language}/")
        expect(page.locator("#code")).to_be_visible()
        fits(page)
    pictures(page, f"results-{width}-{scheme}")
    page.locator("#code").fill("2" * 15)
    page.locator("main button").click()
    expect(page.locator(".lede strong")).to_be_visible()
    fits(page)


def test_van_with_no_network_takes_in_reads_a_strip_and_tells(
    tablet: Callable[..., Any], sign_in: Callable[..., Page], house: trial.House, pictures: Callable[[Page, str], None]
) -> None:
    numbers, _ = kits(sign_in(), house)
    van = tablet()
    page = van.enrol("robin")
    page.goto("/app/#/samples")
    expect(page.locator("#sample-bench")).to_be_visible()
    van.offline()
    for number in numbers[:3]:
        page.locator("#sample-bench").fill(number)
        page.locator("#samples label.pill", has_text="cocaine").click()
        page.locator("#sample-done").click()
        expect(page.locator("#brought bdi").first).to_have_text(number)
    first = page.locator("#brought li").first
    first.get_by_role("button", name="one line").click()
    expect(first.locator(".reads")).to_contain_text(
        "A fentanyl strip reacted: fentanyl is likely there. Act as if it is."
    )
    first.get_by_role("button", name="two lines").click()
    expect(first.locator(".reads")).to_contain_text("likely there")
    second = page.locator("#brought li").nth(1)
    second.get_by_role("button", name="two lines").click()
    expect(second.locator(".reads")).to_contain_text("That does not mean nothing is there.")
    expect(second.locator(".reads")).to_contain_text("Only the bit we tested")
    first.get_by_role("button", name="told in person").click()
    expect(first.locator("h2 span")).to_have_text("told in person")
    pictures(page, "samples-offline")
    page.locator("#sample-bench").fill("R-1")
    page.locator("#sample-done").click()
    expect(page.locator("#sample-problem")).to_contain_text("no number of a bag")
    page.locator("#sample-bench").fill("")
    van.offline(False)
    van.send()
    van.sent()
    counted = (
        "from handrail.services.drugchecking.bench import models as m\n"
        f"rows = m.BenchSample.objects.filter(kit__bench__in={numbers[:3]!r})\n"
        "print(rows.count(), m.BenchTest.objects.filter(sample__in=rows).count(), m.Statement.objects.filter(sample__in=rows).count())"
    )
    assert ask(house, counted) == "3 3 1"
