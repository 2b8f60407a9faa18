"""Kits are counted as what they hold, and keep the version by which they were packed."""

import uuid

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters.parts import Past
from handrail.core.journal import links
from handrail.core.supplies import kits, models, queries
from handrail.services.exchange import actions as exchange
from handrail.services.exchange import facts
from handrail.services.exchange.models import Line

SYRINGE, BARREL, NEEDLE = "SYR-INS-28-1", "BAR-2", "NEED-25"


@pytest.fixture
def barrels(site):
    """The catalogue's first barrel and separate needle."""
    by = {item.category: code for code, item in sorted(queries.items().items(), reverse=True)}
    return by["syringe_barrel"], by["needle"]


@pytest.fixture
def compose(site, lead, now):
    """Pack a kit: a new one, or another version of one; returns its code."""

    def run(*lines, code="", name="20-pack", by=lead):
        act_id = uuid.uuid4()
        draft = kits.Composition(act_id, site.id, now, code or kits.new_code(act_id), name, lines)
        kits.compose(draft, by=by, received_at=now)
        return draft.code

    return run


def code(call, *told, **named) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **named)
    return refused.value.code


def shelf(site) -> dict[str, int]:
    return {row.item: row.balance for row in queries.on_shelf(site.id) if row.balance}


@pytest.mark.scenario("frontline:S6")
def test_three_packs_of_twenty_two_barrels_and_forty_needles_are_62_sets(
    compose, barrels, take, act, outreach, site, now
) -> None:
    pack, (barrel, needle) = compose((SYRINGE, 20)), barrels
    given = [{"item": pack, "amount": 3, "kit": 1}, {"item": barrel, "amount": 2}, {"item": needle, "amount": 40}]
    assert take(act(outreach, {"given": given})).outcome == "saved"
    span = {"since": now.date(), "until": now.date().replace(day=now.day + 1)}
    assert facts.sets_out(**span, site_id=site.id) == 62
    assert sum(one.units * one.counts_as_syringe for one in facts.items_out(**span)) == 62
    assert shelf(site) == {SYRINGE: -60, barrel: -2, needle: -40}
    assert set(Line.objects.exclude(kit="").values_list("kit", "item_id", "amount")) == {(f"{pack}:1", SYRINGE, 60)}


def test_edit_of_a_kit_never_changes_what_was_given_nor_what_is_taken_back(compose, take, act, outreach, site) -> None:
    pack = compose((SYRINGE, 20))
    first = act(outreach, {"given": [{"item": pack, "amount": 1, "kit": 1}]})
    assert take(first).outcome == "saved"
    assert compose((SYRINGE, 10), ("COOK", 10), code=pack) == pack and queries.kit_versions() == {pack: 2}
    late = act(outreach, {"given": [{"item": pack, "amount": 1, "kit": 1}]})  # a device that has not heard of the edit
    assert take(late).outcome == "saved" and shelf(site) == {SYRINGE: -40}
    assert take(act(outreach, {"given": [{"item": pack, "amount": 2, "kit": 2}]})).outcome == "saved"
    assert shelf(site) == {SYRINGE: -60, "COOK": -20}
    assert take(act(outreach, {"visit": first["id"]}, kind="window.undo")).outcome == "saved"
    assert shelf(site) == {SYRINGE: -40, "COOK": -20}
    assert [[n for n, _ in one.versions] for one in kits.kits()] == [[2, 1]]


def test_components_fold_into_a_months_count_as_items(compose, take, act, outreach, site, now) -> None:
    pack = compose((SYRINGE, 20))
    take(act(outreach, {"given": [{"item": pack, "amount": 3, "kit": 1}]}))
    rows = list(Line.objects.values_list("encounter_id", flat=True))
    with links.run("retain", day=now.date()):
        exchange.fold(Past(site.id, now.date().replace(day=1), "window", rows, rows))
    whole = {"since": now.date().replace(day=1), "until": now.date().replace(month=now.month + 1, day=1)}
    assert [(one.item, one.units) for one in facts.items_out(**whole)] == [(SYRINGE, 60)]


@pytest.mark.parametrize("version", [None, 2, 9])
def test_kit_of_no_known_version_is_held(compose, take, act, outreach, version) -> None:
    line = {"item": compose((SYRINGE, 20)), "amount": 1} | ({"kit": version} if version else {})
    assert take(act(outreach, {"given": [line]})).code == "unknown-item"


@pytest.mark.parametrize("version", [0, "1"])
def test_kit_of_a_version_that_is_none_is_held(compose, take, act, outreach, version) -> None:
    assert (
        take(act(outreach, {"given": [{"item": compose((SYRINGE, 20)), "amount": 1, "kit": version}]})).code
        == "bad-amount"
    )


def test_kit_holds_what_exchange_gives_and_nothing_else(compose, outreach) -> None:
    pack = compose((SYRINGE, 20))
    for item in (pack, "USED", "NAL-NS-4", "NO-SUCH"):
        assert code(compose, (item, 1)) == "unknown-item"
    assert code(compose) == "nothing-moved" and code(compose, (SYRINGE, 0)) == "bad-amount"
    assert (
        code(compose, (SYRINGE, 1), name=" ") == "bad-name"
        and code(compose, (SYRINGE, 1), by=outreach) == "not-allowed"
    )


def test_kit_is_composed_once_however_often_it_is_sent(site, lead, now) -> None:
    draft = kits.Composition(uuid.uuid4(), site.id, now, "KIT-1", "Pack", ((SYRINGE, 5),))
    assert [kits.compose(draft, by=lead, received_at=now).already for _ in range(2)] == [False, True]
    assert models.KitVersion.objects.count() == 1


def test_kit_has_no_stock_of_its_own(compose, take, act, lead, site) -> None:
    pack = compose((SYRINGE, 20))
    assert take(act(lead, {"item": pack, "amount": 3}, kind="supplies.receive")).code == "unknown-item"
