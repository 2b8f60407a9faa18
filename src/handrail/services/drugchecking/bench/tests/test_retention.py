"""A code ends 90 days after its last statement and never while a laboratory has yet to answer; at 13 months what tells goes."""

from datetime import date, timedelta

import pytest

from handrail.core.journal import holds, links, sealing, verify
from handrail.core.journal.models import ExpiringPerson, SealedEntry
from handrail.services.drugchecking.bench import models, retention

pytestmark = pytest.mark.django_db


def forget(table, *, kept=()) -> dict[str, int]:
    with links.run("retain", day=table.today) as run:
        retention.forget(run, today=table.today, kept=kept)
    assert verify.verify(today=table.today).broken is None
    return run.counts


def told(table, **known):
    sample = table.sample(**known)
    table.strip(sample)
    table.tell(sample)
    return sample


def test_code_is_deleted_on_day_91_and_the_sample_stays(table) -> None:
    told(table)
    sealing.seal_day(table.today)
    table.later(days=90)
    assert forget(table).get("look_up_codes", 0) == 0
    assert models.LookUp.objects.filter(kit__sample__isnull=False).count() == 1
    table.later(days=1)
    assert forget(table)["look_up_codes"] == 1
    assert (
        not models.LookUp.objects.filter(kit__sample__isnull=False).exists() and models.BenchSample.objects.count() == 1
    )


def test_code_of_what_a_laboratory_still_has_does_not_end(table) -> None:
    sample = told(table)
    table.act("send", samples=[str(sample.id)])
    table.later(days=420)
    sealing.seal_day(table.today)
    forget(table)
    assert models.LookUp.objects.filter(kit__sample=sample.id).exists()
    table.machine(sample, method="laboratory")
    table.tell(sample)
    sealing.seal_day(table.today)
    table.later(days=91)
    forget(table)
    assert not models.LookUp.objects.filter(kit__sample=sample.id).exists()


def test_at_13_months_number_place_imprint_and_notes_go_and_findings_stay(table) -> None:
    sample = told(table, place="Docks", imprint="M30", note="two bags", overdose="involved")
    table.act("handle", sample=str(sample.id), state="lost", note="spilt by the door")
    sealing.seal_day(table.today)
    table.later(days=395)
    forget(table)
    assert models.BenchSample.objects.get(pk=sample.id).note == "two bags"
    table.later(days=1)
    counts = forget(table)
    row = models.BenchSample.objects.get(pk=sample.id)
    assert (row.kit, row.place, row.imprint, row.note, row.overdose) == (None, "", "", "", "involved")
    assert models.Handling.objects.get().note == "" and models.BenchTest.objects.count() == 1
    assert counts["samples_blanked"] == 1 and counts["kits"] == 11 and not models.Kit.objects.exists()
    again = forget(table)
    assert again.get("samples_blanked", 0) == 0


def test_what_a_hold_keeps_is_left_alone(table) -> None:
    sample = told(table, note="two bags")
    day = table.today
    sealing.seal_day(table.today)
    table.later(days=400)
    kept = [holds.Scope(str(table.site.id), day, day + timedelta(days=1))]
    forget(table, kept=kept)
    row = models.BenchSample.objects.get(pk=sample.id)
    assert row.note == "two bags" and row.kit is not None and models.LookUp.objects.filter(kit=row.kit).exists()


def test_journal_keeps_number_and_note_where_they_end_at_90_days(table) -> None:
    sample = table.sample(note="two bags", place="Docks")
    sealing.seal_day(table.today)
    kept = SealedEntry.objects.get(pk=sample.id).durable
    assert not any(word in kept for word in ("two bags", "Docks", sample.bench))
    assert "two bags" in ExpiringPerson.objects.get(pk=sample.id).text


@pytest.mark.parametrize(
    "change", [{"note": "other"}, {"place": "other"}, {"kind": "residue"}, {"day": date(2026, 1, 1)}]
)
def test_sample_is_not_edited(table, change) -> None:
    from django.db import DatabaseError, transaction

    sample = table.sample(note="two bags")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        models.BenchSample.objects.filter(pk=sample.id).update(**change)
