"""A served house, a signed-in page that fails its test on anything the browser complains about, and browsers without script."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, sync_playwright

from handrail.fronts.console import browser as chromium
from handrail.fronts.console import trial

from .tablets import Tablet

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
DESKTOP = {"width": 1280, "height": 800}
EXPECTED = re.compile(r"status of (409|422)")  # Chromium logs every refused form; a refusal is an answer here


def pytest_collection_modifyitems(items):
    """Every test here drives a browser; one house serves them all."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def house() -> Iterator[trial.House]:
    """Serve a real site; robin (lead, stock), ash or kit (outreach), noor (reviewer): `house.client`, or `PASSWORD` and `house.code`."""
    with trial.house(url=os.environ.get("HANDRAIL_DATABASE_URL", "")) as made:
        made.up()
        yield made


@pytest.fixture(scope="session")
def found() -> str:
    """Find the system's Chromium; the test skips, loudly, where there is none."""
    path = chromium.find()
    if path is None:
        pytest.skip("NOT RUN: there is no Chromium on this machine")
    return path


@pytest.fixture(scope="session")
def player() -> Iterator[Playwright]:
    """Start Playwright once."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(player: Playwright, found: str) -> Iterator[Browser]:
    """Start the browser once."""
    started = player.chromium.launch(executable_path=found, args=list(ARGUMENTS))
    yield started
    started.close()


@pytest.fixture
def tablet(player: Playwright, found: str, house: trial.House, tmp_path: Path) -> Iterator[Callable[..., Tablet]]:
    """Hand out tablets, each a browser with a profile of its own that can be killed."""
    given: list[Tablet] = []

    def hand_out(**told: Any) -> Tablet:
        profile = tmp_path / f"profile-{len(given)}"
        given.append(Tablet(player, found, ARGUMENTS, told.pop("house", house), profile, **told))
        return given[-1].start()

    yield hand_out
    for one in given:
        one.kill()


@pytest.fixture
def complaints() -> list[str]:
    """Collect what the browser complains about; a test that expects one takes it out."""
    return []


@pytest.fixture
def context(browser: Browser, house: trial.House, complaints: list[str]) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser contexts on the house, with Playwright's options (`color_scheme`, `java_script_enabled`, `viewport`); pages are watched."""
    opened: list[BrowserContext] = []

    def start(**options: Any) -> BrowserContext:
        began = browser.new_context(
            **{"base_url": house.address, "viewport": DESKTOP, "reduced_motion": "reduce"} | options
        )
        began.set_default_timeout(15_000)
        began.on("page", lambda page: _watch(page, complaints))
        opened.append(began)
        return began

    yield start
    for began in opened:
        began.close()
    assert complaints == []


@pytest.fixture
def page(context: Callable[..., BrowserContext]) -> Page:
    """Open a page on the house, nobody signed in. The test fails on console errors, broken policies and page errors."""
    return context().new_page()


@pytest.fixture
def sign_in(context: Callable[..., BrowserContext], house: trial.House) -> Callable[..., Page]:
    """Open a shift on a page of its own, by passkey: robin (lead, stock), ash or kit (outreach), mara (manager), otto (approver). test_signing_in walks its pages."""

    def begin(handle: str = "robin", **options: Any) -> Page:
        opened = context(**options)
        with contextlib.closing(house.client(handle)) as client:
            opened.add_cookies([{"name": n, "value": v, "url": house.address} for n, v in client.cookies.items()])
        page = opened.new_page()
        page.goto("/desk/")
        return page

    return begin


@pytest.fixture
def pictures(tmp_path: Path) -> Callable[[Page, str], None]:
    """Take pictures of a scenario into the test's own folder; HANDRAIL_PICTURES names the folder of those in the docs to refresh."""
    folder = Path(os.environ.get("HANDRAIL_PICTURES") or tmp_path)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", scale="css")

    return take


@pytest.fixture(scope="session")
def axe() -> str:
    """Return axe-core's script, to be evaluated in a page."""
    from axe_playwright_python.base import AXE_FILE_PATH

    return Path(AXE_FILE_PATH).read_text(encoding="utf-8")


@pytest.fixture
def fits(axe: str) -> Callable[[Page], None]:
    """Ask of a loaded page that nothing is wider than it and that axe finds nothing serious; the caller has waited for its address."""

    def look(page: Page) -> None:
        page.wait_for_load_state("load")
        where = f"{page.url} at {page.viewport_size}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"too wide: {where}"
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}]
        assert serious == [], where

    return look


@pytest.fixture
def wear() -> Callable[[Page, Any], None]:
    """Switch a page between dark and light, as the system setting does."""
    return lambda page, scheme: page.emulate_media(color_scheme=scheme)


def _watch(page: Page, complaints: list[str]) -> None:
    def heard(message: Any) -> None:
        if message.type in {"error", "warning"} and not EXPECTED.search(message.text):
            complaints.append(f"console {message.type}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.status} from {response.url}")

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    page.on("response", answered)
