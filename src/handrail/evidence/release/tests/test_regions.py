"""A region stands between a site and all of them: its sum is told where a site alone is too small, and gives no small site away."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from handrail.core.org import queries as org
from handrail.evidence.release import freezing, layout, models, regions, rules
from handrail.evidence.release.gate import calendar
from handrail.fronts.console import programme as console

from .test_actions import approve, drafted, lasting, numbers, refused
from .test_quarters import NOW, come


@pytest.fixture
def manager(site: Any) -> Any:
    return lasting("mara", "manager", since=NOW - timedelta(days=20))


@pytest.fixture
def approver(site: Any) -> Any:
    return lasting("otto", "approver", since=NOW - timedelta(days=20))


@pytest.fixture
def mill(site: Any) -> Any:
    return org.site(console._open_site("Mill", "Etc/UTC", new_id=uuid.uuid4))


def place(site: Any, region: str, by: Any) -> None:
    regions.place_site(rules.PlaceSite(uuid.uuid4(), site.id, region, NOW), by=by, received_at=NOW)


def told(manager: Any, period: str = "2026-01") -> Any:
    return drafted(manager, NOW, indicator="visits", period=period, by=("place",))


def test_a_region_adds_its_sites_up_and_shields_a_small_one(site, other_site, mill, manager, approver) -> None:
    for one, people in ((site, 40), (other_site, 5), (mill, 60)):
        come(one, 1, people)
    for one in (site, other_site):
        place(one, "North", manager)
    draft = told(manager)
    assert numbers(draft)["region/North"] == (45, "") and numbers(draft)["all"] == (105, "")
    assert numbers(draft)["Harbour"] == (None, "small") and numbers(draft)["Riverside"] == (None, "shield")
    assert numbers(draft)["Mill"] == (60, "")
    grid = layout.as_grid(draft.published)
    assert [line.name for line in grid.lines] == ["Harbour", "Mill", "Riverside", "North (region)", "all"]
    approve(draft, approver, NOW)


def test_a_period_keeps_the_regions_it_was_frozen_with_and_a_quarter_of_two_kinds_has_none(
    site, other_site, manager
) -> None:
    for month in (1, 2, 3):
        come(site, month, 40)
        come(other_site, month, 40)
    place(site, "North", manager)
    assert "region/North" in numbers(told(manager))
    place(site, "South", manager)
    assert "region/North" in numbers(told(manager))  # frozen
    assert "region/South" in numbers(told(manager, "2026-02"))
    quarter = numbers(told(manager, "2026-Q1"))
    assert quarter["Riverside"] == (120, "") and not any(name.startswith("region/") for name in quarter)


def test_late_news_reaches_the_region_too(site, other_site, manager) -> None:
    for month in (1, 2):
        come(site, month, 40)
        come(other_site, month, 40)
    place(site, "North", manager)
    told(manager)
    come(site, 1, 60)  # late
    frozen = freezing.freeze("visits", calendar.period("2026-02"), today=NOW.date())
    assert frozen.cells["Riverside", "all"].value == frozen.cells["region/North", "all"].value == 40 + 60
    assert set(frozen.seen["2026-02"]) == {"Riverside\x1fwith a code", "Harbour\x1fwith a code"}


def test_people_of_two_sites_are_never_added_in_a_region_either(site, other_site, manager) -> None:
    come(site, 1, 40)
    come(other_site, 1, 40)
    place(site, "North", manager)
    people = drafted(manager, NOW, indicator="participants-seen", period="2026-01", by=("place",))
    assert set(numbers(people)) == {"Riverside", "Harbour"}


def test_place_site_is_for_a_manager_and_takes_a_plain_name_or_none(site, manager, approver) -> None:
    assert refused(place, site, "North", approver).code == "not-allowed"
    for name, code in (("a" * 61, "bad-name"), ("a" * 90, "bad-name"), ("\x00", "not-canonical")):
        assert refused(place, site, name, manager).code == code
    unknown = rules.PlaceSite(uuid.uuid4(), uuid.uuid4(), "North", NOW)
    assert refused(regions.place_site, unknown, by=manager, received_at=NOW).code == "unknown-site"
    assert not models.Region.objects.exists()
    act = rules.PlaceSite(uuid.uuid4(), site.id, " North ", NOW)
    answers = [regions.place_site(act, by=manager, received_at=NOW).already for _ in range(2)]
    assert answers == [False, True] and regions.in_force() == {"Riverside": "region/North"}
    place(site, "", manager)
    assert regions.in_force() == {}
