"""What a site starts with, and the demo."""

from datetime import timedelta

import pytest

from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import models as journal
from handrail.core.journal.verify import verify
from handrail.core.org import actions as org
from handrail.core.org import models as org_models
from handrail.core.org import queries as org_queries
from handrail.core.people import models as people
from handrail.core.supplies import models as supplies
from handrail.core.supplies import queries as stock
from handrail.fronts.console import programme


def test_open_real_gives_one_lead_who_can_sign_in(db, now) -> None:
    told = programme.open_real("Riverside", timezone="America/Vancouver", password="a long password")
    worker, _ = org.sign_in("lead", "a long password", now=now)
    site = org_queries.site_named("Riverside")
    assert told == {"lead": "a long password"} and not org_queries.is_demo()
    assert worker.may("exchange.record", site_id=site.id) and worker.may("supplies.receive", site_id=site.id)
    assert not worker.may("org.change", site_id=site.id)


def test_open_real_opens_a_second_site_with_a_lead_of_its_own(db) -> None:
    first, second = (
        programme.open_real(name, timezone="Etc/UTC", password="a long password") for name in ("One", "Two")
    )
    assert (
        len(first.keys() | second.keys()) == 2 == len(org_queries.sites())
        and org_models.Installation.objects.count() == 1
    )


@pytest.mark.parametrize(
    ("name", "zone", "password"),
    [("x" * 81, "Etc/UTC", "a long password"), ("A", "Here", "a long password"), ("A", "Etc/UTC", "short")],
)
def test_open_real_refused_leaves_nothing(db, name, zone, password) -> None:
    with pytest.raises(Refused):
        programme.open_real(name, timezone=zone, password=password)
    assert org_queries.sites() == [] and org_queries.installation() is None and journal.OpenEntry.objects.count() == 0


def test_read_catalogue_says_which_items_are_syringes_kept_by_lot_and_in_doses() -> None:
    items = {one["code"]: one for one in programme.read_catalogue()}
    assert items["SYR-INS-28-1"]["counts_as_syringe"] == items["SYR-BRL-1"]["counts_as_syringe"] == 1
    assert items["NDL-25-1"]["counts_as_syringe"] == 0
    assert (
        items["NAL-NS-4"]["needs_lot"] and items["NAL-NS-4"]["doses_per_unit"] == 2 and not items["COOK"]["needs_lot"]
    )
    assert items["USED"]["category"] == "used"


def test_read_catalogue_names_every_item_once_and_within_its_column() -> None:
    items = programme.read_catalogue()
    assert len({one["code"] for one in items}) == len(items) > 40
    for one in items:
        assert (
            len(one["code"]) <= 40 and len(one["name"]) <= 120 and len(one["category"]) <= 40 and len(one["unit"]) <= 20
        )


def test_presets_give_items_of_the_catalogue(site) -> None:
    wanted = {code for preset in stock.presets(site.id) for code, _ in preset.lines}
    assert wanted and wanted <= set(stock.items())


def test_load_demo_marks_the_folder_and_counts_what_it_came_with(db) -> None:
    programme.load_demo(programme.demo_sign_ins())
    assert org_queries.is_demo() and org_queries.demo_visits() == encounters.Encounter.objects.count() >= 150


def test_load_demo_is_at_most_300_acts_and_holds_together(db, now) -> None:
    programme.load_demo(programme.demo_sign_ins())
    report = verify(today=now.date())
    assert report.broken is None and report.sealed + report.unsealed <= 300 and stock.unbalanced_marks() == []
    assert journal.OpenEntry.objects.filter(day__lt=now.date() - timedelta(days=1)).count() == 0


def test_load_demo_signs_in_with_random_passwords(db, now) -> None:
    told = programme.demo_sign_ins()
    programme.load_demo(told)
    assert set(told) == {"robin", "ash", "kit", "mara", "otto"} and len(set(told.values())) == 5
    assert all(org.sign_in(handle, password, now=now) for handle, password in told.items())


def test_load_demo_invents_people_who_come_again_and_people_without_a_code(db) -> None:
    programme.load_demo(programme.demo_sign_ins())
    coded = encounters.Encounter.objects.exclude(person="").count()
    assert 0 < people.Participant.objects.count() < coded < encounters.Encounter.objects.count()


def test_load_demo_is_whole_or_not_at_all(db, monkeypatch) -> None:
    def fails(visits: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(programme.org, "note_demo_visits", fails)
    with pytest.raises(KeyboardInterrupt):
        programme.load_demo(programme.demo_sign_ins())
    assert (
        org_queries.installation() is None
        and supplies.OpenMovement.objects.count() == journal.OpenEntry.objects.count() == 0
    )
