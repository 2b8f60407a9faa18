"""Every channel in the app, with no network: chosen once, recorded, sent once."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from handrail.fronts.console import trial

from .tablets import Tablets, ask, look

ROUTE = """
from handrail.core.common import clock
from handrail.core.common.ids import new_id
from handrail.core.encounters import routes
from handrail.core.org import queries
site, now = queries.site_named(None), clock.now()
if not routes.stops(site.id):
    stop = routes.NewStop(new_id(), site.id, now, new_id(), "Van", "North stop", "Docks")
    routes.add_stop(stop, by=queries.worker_named("robin"), received_at=now)
print("laid out")
"""
OF_ONE = ("Mobile, with a route", "Street outreach", "Peer’s bag", "Pharmacy", "Mail", "Machine")
NO_CARD = ("Peer’s bag", "Mail", "Machine")


def test_every_channel_works_offline_and_is_sent_once(
    tablet: Tablets, house: trial.House, fits: Callable[[Any], None], pictures: Callable[[Any, str], None]
) -> None:
    ask(house, ROUTE)
    held, before = (look(house)[name] for name in ("held", "channels"))
    van = tablet()
    page = van.enrol()
    expect(page.locator("#at-stop option")).to_have_count(2, timeout=15_000)
    van.offline()
    for label in OF_ONE:
        go(page, label)
        expect(page.locator("#window .place-says")).to_contain_text(label)
        expect(page.locator("#card-open")).to_be_hidden() if label in NO_CARD else expect(
            page.locator("#card-open")
        ).to_be_visible()
        van.record()
    go(page, "Group training", button=False)
    expect(page.locator("#rush")).to_be_visible()
    for n in (0, 3):
        page.locator(".tile").nth(n).click()
    page.locator("#rush-close").click()
    expect(page.locator("#saved li")).to_contain_text("1 people + 1 × Naloxone")
    page.goto("/app/#/place")
    expect(page.locator("#here-now")).to_be_visible()
    fits(page)
    pictures(page, "outbox-place")
    van.offline(off=False)
    van.send()
    van.sent()
    told = look(house)
    assert {name: n - before.get(name, 0) for name, n in told["channels"].items() if n != before.get(name, 0)} == {
        "mobile": 1, "street": 1, "peer": 1, "pharmacy": 1, "mail": 1, "machine": 1, "training": 1,
    }  # fmt: skip
    assert told["held"] == held


def go(page: Any, label: str, *, button: bool = True) -> None:
    page.goto("/app/#/place")
    expect(page.locator("#here-now")).to_be_visible()
    page.get_by_role("radio", name=label).check()
    if label == "Mobile, with a route":
        page.locator("#at-stop").select_option(index=1)
    page.locator("#here-now").click()
    expect(page.locator("#done" if button else "#rush-close")).to_be_visible()
