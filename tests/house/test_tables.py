"""System checks over tables: each is broken by a throwaway model, and holds for its lawful neighbour."""

import uuid
from typing import Any

import pytest
from django.core import checks as django_checks
from django.db import models
from django.db.models.functions import Now  # noqa: TID251  -- what the check must find
from django.test.utils import isolate_apps

from handrail.config.checks import __main__ as command
from handrail.config.checks import columns, joins, keys, registry, rooms, schema
from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site
from handrail.core.people.models import Participant
from handrail.core.supplies.models import Item, OpenMovement
from handrail.services.drugchecking.models import Sample
from handrail.services.drugchecking.models import Test as Tried
from handrail.services.exchange.models import Line

pytestmark = pytest.mark.filterwarnings("ignore:Model .* was already registered")


def table(room: str, name: str = "Probe", /, **fields: Any) -> type[models.Model]:
    """Make a throwaway model that claims to stand in a room, `services.exchange` or `core.journal`."""
    label = room.split(".")[1]
    body = {"__module__": f"handrail.{room}.models", "Meta": type("Meta", (), {"app_label": label}), **fields}
    with isolate_apps("handrail.core.encounters"):
        return type(name, (models.Model,), {"id": models.UUIDField(primary_key=True), **body})


def to(target: Any, **more: Any) -> Any:
    """Make a key that leaves no trace on the other side."""
    return models.ForeignKey(target, on_delete=models.PROTECT, **({"related_name": "+"} | more))


def named(found: list[django_checks.CheckMessage]) -> set[str | None]:
    return {message.id for message in found}


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (table("core.org", key=to(Encounter)), "handrail.E001"),
        (table("core.people", key=to(Item)), "handrail.E001"),
        (table("core.encounters", key=to(Item)), "handrail.E001"),
        (table("services.naloxone", key=to(Line)), "handrail.E001"),
        (table("core.supplies", key=to(Line)), "handrail.E001"),
        (table("services.exchange", key=to(Site, related_name=None)), "handrail.E002"),
        (table("services.exchange", key=to(Site, related_name="lines")), "handrail.E002"),
        (table("services.exchange", key=models.ManyToManyField(Site)), "handrail.E002"),
        (table("core.journal", key=to(Site)), "handrail.E003"),
    ],
)
def test_keys_names_a_key_that_does_not_point_down(model: type[models.Model], code: str) -> None:
    assert named(keys.check([model])) == {code}


@pytest.mark.parametrize(
    "model",
    [
        table("services.exchange", key=to(Encounter)),
        table("core.encounters", key=to(Participant)),  # a key down; the matrix says who may carry whom
        table("core.people", key=to(Site)),
        table("core.people", key=to(Participant, related_name="cards")),
        table("evidence.release", key=to(Site)),
    ],
)
def test_keys_lets_a_key_down_pass(model: type[models.Model]) -> None:
    assert keys.check([model]) == []


def test_keys_refuses_a_key_into_a_package_of_others() -> None:
    class Foreign(models.Model):
        class Meta:
            app_label = "elsewhere"

    assert named(keys.check([table("services.exchange", key=to(Foreign))])) == {"handrail.E001"}


def _within(name: str, target: Any) -> type[models.Model]:
    return table("services.drugchecking", name, key=to(target))


@pytest.mark.parametrize(
    "model",
    [
        table("services.drugchecking", "Sample", key=to(Encounter)),
        table("services.drugchecking", "Finding", key=to(Participant)),
        table("services.naloxone", "ReversalReport", key=to(Encounter)),
        table("services.education", "SurveyAnswer", key=to(Encounter)),
        table("services.exchange", "Gift", key=to(Participant)),
        table("services.exchange", "Gift", key=to(OpenMovement)),
        table("services.consumption", "Hazard", key=to(Sample)),
        table("services.consumption", "Hazard", key=to(Tried)),
        table("services.treatment", "Dose", key=to(Participant)),
        table("core.supplies", "Movement", key=to(Encounter)),
        table("services.naloxone", "ReversalReport", key=to(Line)),
        table("core.org", "Shift", people=models.ManyToManyField(Participant, related_name="+")),
    ],
)
def test_joins_names_a_key_that_the_matrix_does_not_give(model: type[models.Model]) -> None:
    assert named(joins.check([model])) == {"handrail.E010"}


@pytest.mark.parametrize(
    ("room", "name", "column"),
    [
        ("services.drugchecking", "Sample", "encounter"),
        ("services.drugchecking", "Test", "participant_id"),
        ("services.drugchecking", "Kit", "card_code"),
        ("services.naloxone", "ReversalReport", "visit_uuid"),
        ("services.exchange", "Gift", "pseudonym"),
        ("services.exchange", "Gift", "person"),
        ("services.exchange", "Gift", "for_client"),
        ("services.consumption", "Hazard", "sample_number"),
        ("services.treatment", "Dose", "participant"),
        ("core.supplies", "Movement", "client_id"),
        ("core.journal", "Line", "encounter_id"),
    ],
)
def test_joins_names_a_column_that_is_called_like_a_key(room: str, name: str, column: str) -> None:
    assert named(joins.check([table(room, name, **{column: models.CharField(max_length=40)})])) == {"handrail.E011"}


@pytest.mark.parametrize(
    "model",
    [
        table("services.exchange", "Gift", key=to(Encounter)),
        table("services.naloxone", "Kit", key=to(Encounter), units=models.IntegerField()),
        table("services.education", "Delivery", key=to(Encounter)),
        table("services.treatment", "Dose", client=models.UUIDField()),
        _within("Look", Sample),
        table("services.exchange", "Tree", parent=to("self"), key=to(Encounter)),
        table("core.supplies", "Sealed", key=to(Item), amount=models.IntegerField()),
        table("services.exchange", "Counted", participants_served=models.IntegerField()),
    ],
)
def test_joins_lets_pass_what_the_matrix_gives(model: type[models.Model]) -> None:
    assert joins.check([model]) == []


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (table("core.org", day=models.DateField(auto_now=True)), "handrail.E020"),
        (table("core.org", day=models.DateField(auto_now_add=True)), "handrail.E020"),
        (table("core.org", day=models.DateTimeField(db_default=Now())), "handrail.E021"),
        (table("core.org", ip=models.CharField(max_length=40)), "handrail.E022"),
        (table("core.org", user_agent=models.TextField()), "handrail.E022"),
        (table("core.org", last_name=models.TextField()), "handrail.E022"),
        (table("core.org", home_address=models.TextField()), "handrail.E022"),
        (table("core.org", lat=models.FloatField()), "handrail.E022"),
        (table("core.org", post_data=models.TextField()), "handrail.E022"),
        (table("core.org", kept=models.GenericIPAddressField()), "handrail.E022"),
        (table("core.org", kept=models.EmailField()), "handrail.E022"),
        (table("core.org", picture=models.FileField()), "handrail.E022"),
        (table("services.exchange", id=models.BigAutoField(primary_key=True)), "handrail.E023"),
        (table("services.exchange", id=models.UUIDField(primary_key=True, default=uuid.uuid1)), "handrail.E023"),  # noqa: TID251  -- what the check must find
        (table("services.exchange", heard=models.DateTimeField()), "handrail.E024"),
        (table("services.exchange", device_seq=models.IntegerField()), "handrail.E024"),
    ],
)
def test_columns_names_a_column_that_may_not_be(model: type[models.Model], code: str) -> None:
    assert named(columns.check([model])) == {code}


@pytest.mark.parametrize(
    "model",
    [
        table(
            "services.exchange",
            day=models.DateField(),
            amount=models.IntegerField(db_default=models.Value(0) + models.Value(1)),
        ),
        table("services.exchange", id=models.UUIDField(primary_key=True, default=uuid.uuid4)),
        table("services.drugchecking", received=models.DateField()),
        table("core.org", id=models.BigAutoField(primary_key=True), until=models.DateTimeField()),
        table("core.org", name=models.CharField(max_length=9), zippers=models.IntegerField()),
        Encounter,
    ],
)
def test_columns_lets_a_plain_column_pass(model: type[models.Model]) -> None:
    assert columns.check([model]) == []


def _row(**more: Any) -> dict[str, Any]:
    said = {"room": "exchange", "tier": "public", "purpose": "to count", "feeds": "-", "retention": "a day"}
    return said | dict.fromkeys(registry.YES_OR_NO, False) | more


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ({}, "handrail.E030"),
        ({"id": _row(), "gone": _row()}, "handrail.E031"),
        ({"id": {"room": "exchange"}}, "handrail.E032"),
        ({"id": _row(tier="secret")}, "handrail.E032"),
        ({"id": _row(room="org")}, "handrail.E032"),
        ({"id": _row(optional="no")}, "handrail.E032"),
        ({"id": _row(purpose="  ")}, "handrail.E032"),
        ({"id": _row(tier="identifying", logged=True)}, "handrail.E032"),
        ({"id": _row(tier="identifying", exported=True)}, "handrail.E032"),
    ],
)
def test_registry_names_a_column_and_its_row_that_do_not_fit(rows: dict[str, Any], code: str) -> None:
    assert named(registry.check([table("services.exchange")], {"exchange_probe": rows})) == {code}


def test_registry_names_a_table_that_is_no_more() -> None:
    found = registry.check([table("services.exchange")], {"exchange_probe": {"id": _row()}, "gone": {"id": _row()}})
    assert named(found) == {"handrail.E031"}


def test_registry_lets_a_whole_row_pass() -> None:
    assert registry.check([table("services.exchange")], {"exchange_probe": {"id": _row()}}) == []


def test_every_installed_table_is_looked_at() -> None:
    names = {model._meta.db_table for model in schema.tables()}
    assert {"encounters_encounter", "supplies_movement", "django_session", "django_migrations"} <= names


def test_points_down_says_no_for_a_room_that_is_not_in_the_order() -> None:
    assert not rooms.points_down(table("core.nowhere"), Site)


def test_the_schema_part_finds_nothing_wrong_with_our_tables(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr(django_checks.registry.registry, "registered_checks", set())
    assert (command.main("schema"), capsys.readouterr().out) == (0, "")


def test_the_schema_part_is_not_run_by_serving() -> None:
    assert schema.TAG not in django_checks.registry.registry.tags_available()


@pytest.mark.django_db
def test_the_migrations_part_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert command.main("migrations") == 0, capsys.readouterr().out

    def differ(*_: Any, **__: Any) -> None:
        raise SystemExit(1)

    monkeypatch.setattr("django.core.management.call_command", differ)
    assert command.main("migrations") == 1
    assert "write the migration" in capsys.readouterr().out
