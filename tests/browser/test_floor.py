"""The floor's board in real browsers: a seat on every screen, the last spot, sound, timers that survive, an overdose with no sign-in."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from handrail.fronts.console import trial

from .tablets import Tablet, Tablets, ask

BOARD = {"width": 1440, "height": 900}
OPEN_FLOOR = """
import uuid
from handrail.core.common import clock
from handrail.core.org import queries
from handrail.services.consumption import actions
from handrail.services.consumption import queries as floor
from handrail.services.consumption.rules import setup
site, now, by = queries.site_named(None), clock.now(), queries.worker_named("robin")
if not floor.has_floor(site.id):
    for label, kind, places, holds in (("Booths", "injecting", 6, 1), ("Smoke", "smoking", 1, 4), ("Rest", "observation", 2, 1)):
        actions.open_room(setup.NewRoom(uuid.uuid4(), site.id, now, label, kind, places, holds, 5 if kind == "smoking" else 0), by=by, received_at=now)
print("open")
"""


@pytest.fixture
def floor(house: trial.House) -> trial.House:
    """A house with a floor: six booths, a smoking room for four, two seats to rest."""
    assert ask(house, OPEN_FLOOR) == "open"
    return house


def board(one: Tablet, handle: str = "") -> Page:
    """Let a tablet in and open the board on it, armed."""
    one.enrol(handle)
    page = one.page
    page.goto("/app/#/floor")
    page.locator("#arm").click()
    expect(page.locator("#sound-off")).to_be_hidden()
    return page


def arrive(page: Page, name: str) -> None:
    page.locator("#arrived").click()
    page.locator("#tonight").fill(name)
    page.locator("#coming").get_by_role("button", name="In the queue").click()
    expect(page.locator("#queue")).to_contain_text(name)


def spot(page: Page, label: str) -> Any:
    return page.locator(".spot").filter(has=page.locator(".spot-head strong", has_text=re.compile(f"^{label}$")))


def test_a_visit_goes_through_the_floor(tablet: Tablets, floor: trial.House, pictures: Callable[..., None]) -> None:
    page = board(tablet(size=BOARD))
    name = f"Wren {uuid.uuid4().hex[:4]}"
    arrive(page, name)
    page.locator("#queue .person").filter(has_text=name).click()
    spot(page, "1").get_by_role("button", name="seat here").click()
    expect(spot(page, "1")).to_contain_text(name)
    expect(page.locator("#floor-line")).to_have_text("Live.")
    pictures(page, "floor-board")
    spot(page, "1").locator(".person").click()
    page.get_by_role("button", name="To aftercare").click()
    expect(page.locator("#after")).to_contain_text(name)
    page.locator("#after .person").filter(has_text=name).click()
    page.get_by_role("button", name="Left, done").click()
    expect(page.locator("#left")).to_contain_text(name)
