"""A served house and a Chromium; without Chromium these tests are skipped, and the runner says so once."""

import importlib.resources
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from handrail.fronts.console import browser as chromium
from handrail.fronts.console import trial

SWITCHES = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder; they share one server, so they run in one process."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def house() -> Iterator[trial.House]:
    """Serve a real site, on whichever database the run is for."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", ""), devices=1) as made:
        made.up()
        yield made


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """Start the system's Chromium."""
    found = chromium.find()
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=SWITCHES)
        yield started
        started.close()


@pytest.fixture
def context(chrome: Browser, house: trial.House) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser contexts on the house; they are closed at the end."""
    opened: list[BrowserContext] = []

    def begin(**told: Any) -> BrowserContext:
        opened.append(chrome.new_context(base_url=house.address, **told))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Collect what pages complain about (422 is an answer, no complaint); a complaint that stays fails the test."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def sign_in(context: Callable[..., BrowserContext], complaints: list[str]) -> Callable[..., Page]:
    """Sign a worker in and return the page."""

    def begin(handle: str = "robin", **told: Any) -> Page:
        page = context(**told).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" and "422" not in said.text else None)
        page.goto("/desk/sign-in")
        page.fill("#handle", handle)
        page.fill("#password", trial.PASSWORD)
        page.click("main button.primary")
        page.wait_for_url("**/desk/")
        return page

    return begin


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility engine's script."""
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
