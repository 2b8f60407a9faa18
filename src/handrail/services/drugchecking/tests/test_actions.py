"""Files and samples are recorded once, all or nothing, and stay as they were recorded."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handrail.core.common.ids import new_id
from handrail.core.common.refusals import Conflict, Refused
from handrail.core.journal import guards, kinds
from handrail.core.journal.models import OpenEntry
from handrail.services.drugchecking import actions, acts, facts, models, rules

from .factories import DAY, IMPORTER, NOW, STRANGER, make_batch, make_sample, make_site, save

pytestmark = pytest.mark.django_db
TABLES = (models.ImportBatch, models.ImportIssue, models.Sample, models.Test, models.Finding)


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return every row that an import writes."""
    tables: tuple[Any, ...] = (*TABLES, OpenEntry)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}


def test_record_file_keeps_source_licence_fingerprint_and_odd_lines_once() -> None:
    site = make_site()
    issues = (rules.Issue(3, "FILE_ID", "bad-native-id"), rules.Issue(9, "", "one-reading"))
    draft = rules.ImportedFile("source", "MIT", "parser/1", "ab" * 32, 12, issues, site.id)
    first = actions.record_file(draft, by=IMPORTER, received_at=NOW)
    again = actions.record_file(draft, by=STRANGER, received_at=NOW)
    batch = models.ImportBatch.objects.get()
    assert (first.already, again.already) == (False, True)
    assert (batch.source, batch.licence, batch.parser, batch.rows, batch.day) == ("source", "MIT", "parser/1", 12, DAY)
    told = models.ImportIssue.objects.order_by("line").values_list("batch", "line", "column", "code")
    assert list(told) == [(draft.id, 3, "FILE_ID", "bad-native-id"), (draft.id, 9, "", "one-reading")]


def test_record_file_is_refused_to_a_worker_without_the_role() -> None:
    draft = rules.ImportedFile("source", "MIT", "parser/1", "ab" * 32, 0, (), make_site().id)
    with pytest.raises(Refused, match="not-allowed"):
        actions.record_file(draft, by=STRANGER, received_at=NOW)
    assert not OpenEntry.objects.exists()


def test_import_sample_keeps_what_is_unknown_unknown() -> None:
    site = make_site()
    draft = make_sample(site.id, make_batch(site.id))
    entry = actions.import_sample(draft, by=IMPORTER, received_at=NOW)
    kept = models.Sample.objects.get()
    assert (kept.id, kept.received, kept.kind) == (draft.id, None, "")
    assert (entry.day, entry.at) == (DAY, None)
    assert list(models.Test.objects.values_list("method", "target", "brand", "lot", "outcome").order_by("method")) == [
        ("fentanyl-strip", "fentanyl", "", "", "reacted"),
        ("ftir", "fentanyl", "", "", "not-seen"),
    ]


def test_import_sample_makes_findings_of_positive_outcomes_only() -> None:
    site = make_site()
    batch = make_batch(site.id)
    save(*(make_sample(site.id, batch, n=n, strip=n < 2, ftir=n % 2 == 0) for n in range(4)))
    told = models.Finding.objects.values_list("substance", "basis", "test__outcome").distinct()
    assert set(told) == {("fentanyl", "likely-there", "reacted"), ("fentanyl", "detected", "seen")}
    assert models.Finding.objects.count() == 4


def test_import_sample_is_refused_to_a_worker_without_the_role() -> None:
    site = make_site()
    draft = make_sample(site.id, make_batch(site.id))
    with pytest.raises(Refused, match="not-allowed"):
        actions.import_sample(draft, by=STRANGER, received_at=NOW)
    with pytest.raises(Refused, match="unknown-site"):
        actions.import_sample(replace(draft, site_id=new_id()), by=IMPORTER, received_at=NOW)
    assert not models.Sample.objects.exists()


def test_import_samples_raises_conflict_for_other_readings_of_a_known_sample() -> None:
    site = make_site()
    batch = make_batch(site.id)
    save(make_sample(site.id, batch))
    before = rows()
    with pytest.raises(Conflict):
        save(make_sample(site.id, batch, ftir=True), make_sample(site.id, batch, n=1))
    assert rows() == before


READINGS = st.sampled_from([True, False, None])
DRAWN = st.tuples(st.integers(0, 5), READINGS, READINGS).filter(lambda one: one[1:] != (None, None))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(DRAWN, max_size=12, unique_by=lambda one: one), known=st.integers(0, 3))
def test_import_samples_writes_what_import_sample_writes_one_by_one(
    db: None, drawn: list[tuple[int, bool | None, bool | None]], known: int
) -> None:
    """With repeats, samples known before, and (then refused as a whole) contradictions."""
    with transaction.atomic():
        site = make_site(uuid.uuid4().hex)
        batch = make_batch(site.id)
        drafts = [make_sample(site.id, batch, n=n, strip=strip, ftir=ftir) for n, strip, ftir in drawn]
        drafts += drafts[:2]
        save(*drafts[: known if len({d.id for d in drafts[:known]}) == known else 0])
        at_once = _attempt(lambda: actions.import_samples(drafts, by=IMPORTER, received_at=NOW))
        singly = _attempt(lambda: [actions.import_sample(one, by=IMPORTER, received_at=NOW) for one in drafts])
        assert at_once == singly
        transaction.set_rollback(True)


def _attempt(act: Any) -> Any:
    """Return the entries and every row after an attempt, then take it back."""
    try:
        with transaction.atomic():
            answered = act()
            told = ([(entry.id, entry.already) for entry in answered], rows())
            raise InterruptedError
    except InterruptedError:
        return told
    except Conflict:
        return "conflict"  # which of several is met first is no promise


@pytest.mark.parametrize("model", TABLES)
def test_rows_cannot_be_edited_or_deleted(model: Any) -> None:
    site = make_site()
    draft = rules.ImportedFile("source", "MIT", "p/1", "ab" * 32, 1, (rules.Issue(2, "", "not-a-row"),), site.id)
    actions.record_file(draft, by=IMPORTER, received_at=NOW)
    save(make_sample(site.id, draft.id))
    field = {models.Test: "brand", models.Finding: "basis", models.ImportIssue: "column"}.get(model, "source")
    guards.install(connection)
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**{field: "changed"})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{model._meta.db_table}"')


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (models.Test, {"method": "ftir", "outcome": "reacted"}),
        (models.Test, {"method": "guess", "outcome": "seen"}),
        (models.Sample, {"kind": "person"}),
        (models.Finding, {"basis": "hearsay"}),
    ],
)
def test_constraints_keep_odd_rows_out(model: Any, values: dict[str, str]) -> None:
    site = make_site()
    batch = make_batch(site.id)
    draft = make_sample(site.id, batch)
    save(draft)
    test = models.Test.objects.filter(method="ftir").values_list("pk", flat=True).get()
    keys: dict[Any, dict[str, Any]] = {
        models.Test: {"sample_id": draft.id},
        models.Sample: {"site": site, "batch_id": batch},
        models.Finding: {"test_id": test},
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(id=new_id(), **keys[model], **values)


def test_a_sources_own_id_is_one_sample() -> None:
    site = make_site()
    batch = make_batch(site.id)
    draft = make_sample(site.id, batch)
    save(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Sample.objects.create(
            id=new_id(), site=site, batch_id=batch, source=draft.source, native_id=draft.native_id
        )


def test_a_device_cannot_send_a_published_file() -> None:
    envelope = kinds.Envelope(new_id(), acts.SAMPLE.name, 1, None, NOW, {})
    for kind in (acts.SAMPLE, acts.FILE):
        assert kinds.kind(kind.name, 1) is kind
        with pytest.raises(Refused, match="console-only"):
            kind.parse(envelope)


def test_no_table_reaches_an_encounter_a_participant_or_a_device() -> None:
    reached, waiting = set(), list(TABLES)
    while waiting:
        model = waiting.pop()
        reached.add(model._meta.label)
        found = [field.related_model for field in model._meta.get_fields() if field.is_relation and field.related_model]
        waiting += [other for other in found if other._meta.label not in reached]
    assert not reached & {"encounters.Encounter", "people.Participant", "people.Card", "org.Device", "org.Worker"}


def test_strip_ftir_counts_leaves_out_samples_with_one_reading() -> None:
    site = make_site()
    batch = make_batch(site.id)
    pairs = [(True, True), (True, False), (True, False), (False, True), (False, False), (False, None), (None, True)]
    save(*(make_sample(site.id, batch, n=n, strip=strip, ftir=ftir) for n, (strip, ftir) in enumerate(pairs)))
    told = facts.strip_ftir_counts()
    assert (told.both, told.strip_only, told.ftir_only, told.neither) == (1, 2, 1, 1)
    assert (told.source, told.licence) == ("DrugCheckingBC/nn-fentanyl-prediction", "MIT")


def test_strip_ftir_counts_is_zero_before_an_import() -> None:
    told = facts.strip_ftir_counts()
    assert (told.both, told.strip_only, told.ftir_only, told.neither) == (0, 0, 0, 0)
