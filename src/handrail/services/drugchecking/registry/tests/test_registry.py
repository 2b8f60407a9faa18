"""What the registry comes with is sound, and a name is never matched by likeness."""

import csv

import pytest

from handrail.services.drugchecking import registry
from handrail.services.drugchecking.statements.readings import PANELS, PRODUCTS


@pytest.fixture
def known() -> registry.Registry:
    return registry.Registry(registry.seeds().values())


def test_seeds_are_sound_and_name_no_substance_twice() -> None:
    names: dict[str, str] = {}
    for slug, one in registry.seeds().items():
        assert registry.SLUG.fullmatch(slug) and one.role in registry.ROLES and one.panels <= set(PANELS)
        assert not one.cas or registry.is_cas(one.cas)
        assert not one.inchikey or registry.INCHIKEY.fullmatch(one.inchikey)
        assert not one.unii or registry.UNII.fullmatch(one.unii)
        for name in {registry.fold(name) for name in (one.name, slug, *one.synonyms)}:
            assert names.setdefault(name, slug) == slug


def test_what_strips_miss_or_react_to_is_in_the_registry() -> None:
    assert {slug for one in PRODUCTS.values() for slug in (*one.misses, *one.cross)} <= set(registry.seeds())


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("437-38-7", True),
        ("437-38-8", False),
        ("9/1/7143", False),
        ("7143-09-1", True),
        ("", False),
        ("٤37-38-7", False),
    ],
)
def test_is_cas_asks_the_check_digit(text, good) -> None:
    assert registry.is_cas(text) is good


def test_match_prefers_the_surer_identifier_and_folds_names(known) -> None:
    assert known.match("heroin", cas="437-38-7").slug == "fentanyl"
    assert known.match("heroin", cas="437-38-8").slug == "heroin"
    assert known.match("dextromethorphan ").slug == known.match("Dextro-Methorphan").slug == "dextromethorphan"
    assert known.match("dextomethorphan") is None and known.match("") is None and known.match("down") is None
    assert known.match("isotonitazene/protonitazene").members == ("isotonitazene", "protonitazene")


def test_published_ids_lead_to_the_names_beside_them(known, shared) -> None:
    with (shared / "data/drugchecking/unc/unc_substance_ids.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found = known.match("", unii=row["unii"], pubchem=row["pubchemcid"], cas=row["cas"])
            assert found is None or found == known.match(row["substance"])


def test_naloxone_responsive_follows_the_class(known) -> None:
    assert known.get("fentanyl").naloxone_responsive and not known.get("xylazine").naloxone_responsive
    assert known.get("fentanyl").first_block == "PJMPHNIQZUBGLI"
