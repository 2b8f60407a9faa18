"""The desk's stock away from the shelf, recalls, order list and labels: they fit, axe finds nothing serious, and a lot is called back end to end."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1440, "light")])
def test_bag_is_opened_restocked_and_its_lot_called_back(
    sign_in: Callable[..., Any],
    fits: Callable[[Any], None],
    pictures: Callable[[Any, str], None],
    width: int,
    scheme: str,
) -> None:
    page = sign_in(viewport={"width": width, "height": 900}, color_scheme=scheme)
    lot, bag = f"L{width}", f"Bag {width}"
    page.get_by_role("link", name="Stock").first.click()
    expect(page.locator("#receive-item")).to_be_visible()
    page.locator("#receive-item").select_option("NAL-NS-4")
    page.locator("#receive-amount").fill("20")
    page.locator("#receive-lot").fill(lot)
    page.get_by_role("button", name="Receive").click()
    expect(page.get_by_text(f"{lot}: 20")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Bags, boxes, machines").click()
    expect(page.locator("#name")).to_be_visible()
    page.locator("#name").fill(bag)
    page.get_by_role("button", name="Open it").click()
    expect(page.get_by_role("heading", name=bag)).to_be_visible()
    page.get_by_label("how many: Naloxone", exact=False).filter(visible=True).and_(
        page.locator(f"[aria-label*='{lot}']")
    ).fill("8")
    page.get_by_role("button", name="Restock").click()
    expect(page.locator("[data-balance]")).to_have_text("8")
    shown(page, fits, pictures, f"place-of-stock-{width}")
    page.get_by_role("link", name="Stock").first.click()
    page.get_by_role("link", name="Recalls").click()
    expect(page.locator("#reason")).to_be_visible()
    page.locator("#lot").select_option(
        index=[one.endswith(lot) for one in page.locator("#lot option").all_text_contents()].index(True)
    )
    page.locator("#reason").fill("The maker says: cracked nozzles")
    page.get_by_role("button", name="Recall this lot").click()
    expect(page.get_by_text("2 places to empty")).to_be_visible()
    shown(page, fits, pictures, f"recall-{width}")
    page.get_by_role("button", name="Set aside").first.click()
    expect(page.get_by_text("1 place to empty")).to_be_visible()
    page.get_by_role("link", name="Window").first.click()
    expect(page.get_by_text(f"lot {lot}. Do not give it out.")).to_be_visible()
    shown(page, fits, pictures, f"window-recall-{width}")
    for name in ("Order list", "Shelf labels"):
        page.get_by_role("link", name="Stock").first.click()
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        shown(page, fits, pictures, f"{name.lower().replace(' ', '-')}-{width}")


def shown(page: Any, fits: Callable[[Any], None], pictures: Callable[[Any, str], None], name: str) -> None:
    fits(page)
    pictures(page, name)
