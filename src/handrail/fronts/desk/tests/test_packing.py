"""The desk's kits: packed, packed another way, and given as what they hold."""

from handrail.core.supplies import queries as stock

from .desks import refused, send


def test_kit_is_packed_packed_another_way_and_given_by_its_version(desk, site) -> None:
    assert "No kit yet." in send(desk, "packed", site, method="get").content.decode()
    told = {"name": "20-pack", "item": ["SYR-INS-28-1", "COOK", ""], "amount": ["20", "", "5"]}
    assert send(desk, "compose-kit", site, told).status_code == 302
    [code] = stock.kit_versions()
    assert send(desk, "visit", site, {f"give.{code}": "2"}).status_code == 200
    assert send(desk, "compose-kit", site, {"code": code, "item": "SYR-INS-28-1", "amount": "10"}).status_code == 302
    assert send(desk, "visit", site, {f"give.{code}": "1"}).status_code == 200
    assert [(row.item, row.balance) for row in stock.on_shelf(site.id)] == [("SYR-INS-28-1", -50)]
    page = send(desk, "packed", site, method="get").content.decode()
    assert (
        "version 2" in page
        and "version 1" in page
        and "20-pack" in send(desk, "window", site, method="get").content.decode()
    )


def test_kit_is_packed_by_who_keeps_stock_alone(desk, site, signed_in, outreach) -> None:
    assert refused(send(desk, "compose-kit", site, {"name": "x"})) == "nothing-moved"
    assert refused(send(desk, "compose-kit", site, {"name": "x", "item": "COOK", "amount": "-1"})) == "bad-amount"
    ash = signed_in(outreach)
    assert "Pack it so" not in send(ash, "packed", site, method="get").content.decode()
    assert refused(send(ash, "compose-kit", site, {"name": "x", "item": "COOK", "amount": "1"})) == "not-allowed"
