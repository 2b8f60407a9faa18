"""Record a published file and the samples in it."""

from collections.abc import Sequence
from datetime import datetime

from handrail.core import journal
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require

from . import models, rules

ROWS_AT_ONCE = 500


@journal.one_act
def record_file(draft: rules.ImportedFile, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record that a file was read, once: its source, licence, fingerprint and odd lines."""
    if known := journal.seen(draft.stated):
        return known
    require(by, "drugchecking.import", site_id=draft.site_id)
    day = site_day(received_at, org.site(draft.site_id).timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    models.ImportBatch.objects.create(
        id=draft.id, site_id=draft.site_id, source=draft.source, licence=draft.licence, parser=draft.parser,
        sha256=draft.sha256, rows=draft.rows, day=day,
    )  # fmt: skip
    models.ImportIssue.objects.bulk_create(
        (
            models.ImportIssue(
                id=part_id(draft.id, f"issue:{n}"), batch_id=draft.id, line=one.line, column=one.column, code=one.code
            )
            for n, one in enumerate(draft.issues)
        ),
        batch_size=ROWS_AT_ONCE,
    )
    return entry


@journal.one_act
def import_sample(draft: rules.ImportedSample, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one sample of a file, once, with its tests and what they found."""
    return _record([draft], by=by, received_at=received_at)[0]


@journal.one_act
def import_samples(drafts: Sequence[rules.ImportedSample], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    """Record many samples at once, all or none; the same as recording them one by one."""
    return _record(drafts, by=by, received_at=received_at)


def _record(drafts: Sequence[rules.ImportedSample], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    known, fresh = journal.sort_out(drafts)
    if not fresh:
        return journal.answers(drafts, known=known, entered=[])
    days = {}
    for site_id in {draft.site_id for draft in fresh}:
        require(by, "drugchecking.import", site_id=site_id)
        days[site_id] = site_day(received_at, org.site(site_id).timezone)
    entered = journal.enter_many([(draft.stated, days[draft.site_id]) for draft in fresh], by=by)
    _write(fresh)
    return journal.answers(drafts, known=known, entered=entered)


def _write(fresh: Sequence[rules.ImportedSample]) -> None:
    models.Sample.objects.bulk_create(
        models.Sample(
            id=draft.id, site_id=draft.site_id, source=draft.source, native_id=draft.native_id, batch_id=draft.batch_id
        )
        for draft in fresh
    )  # fmt: skip
    read = [(draft, reading, draft.test_id(reading)) for draft in fresh for reading in draft.readings]
    models.Test.objects.bulk_create(
        models.Test(id=test_id, sample_id=draft.id, method=one.method, target=rules.FENTANYL, outcome=one.outcome)
        for draft, one, test_id in read
    )
    models.Finding.objects.bulk_create(
        models.Finding(id=part_id(test_id, rules.FENTANYL), test_id=test_id, substance=rules.FENTANYL, basis=one.basis)
        for _, one, test_id in read
        if one.basis
    )
