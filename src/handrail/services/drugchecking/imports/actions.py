"""Record what a published row states."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from handrail.core import journal
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.services.drugchecking import models, rules

from .cells import folded
from .drafts import LABORATORY, ImportedCount, ImportedResult


@journal.one_act
def import_result(draft: ImportedResult, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one sample of a file, once, with its tests and what they found."""
    return _record([draft], _write_results, by=by, received_at=received_at)[0]


@journal.one_act
def import_results(drafts: Sequence[ImportedResult], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    """Record many samples at once, all or none; the same as recording them one by one."""
    return _record(drafts, _write_results, by=by, received_at=received_at)


@journal.one_act
def import_count(draft: ImportedCount, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one cell of a published table, once."""
    return _record([draft], _write_counts, by=by, received_at=received_at)[0]


@journal.one_act
def import_counts(drafts: Sequence[ImportedCount], *, by: Worker, received_at: datetime) -> list[journal.Entry]:
    """Record many cells at once, all or none; the same as recording them one by one."""
    return _record(drafts, _write_counts, by=by, received_at=received_at)


def _record(
    drafts: Sequence[Any], write: Callable[[Sequence[Any], date], None], *, by: Worker, received_at: datetime
) -> list[journal.Entry]:
    known, fresh = journal.sort_out(drafts)
    if not fresh:
        return journal.answers(drafts, known=known, entered=[])
    days = {}
    for site_id in {draft.site_id for draft in fresh}:
        require(by, "drugchecking.import", site_id=site_id)
        days[site_id] = site_day(received_at, org.site(site_id).timezone)
    entered = journal.enter_many([(draft.stated, days[draft.site_id]) for draft in fresh], by=by)
    write(fresh, max(days.values()))
    return journal.answers(drafts, known=known, entered=entered)


def _write_results(fresh: Sequence[ImportedResult], day: date) -> None:
    models.Sample.objects.bulk_create(
        models.Sample(
            id=one.id, site_id=one.site_id, source=one.source, native_id=one.result.native_id, batch_id=one.batch_id,
            received=one.result.collected, completed=one.result.completed, known_from=max(day, one.result.completed or day),
            expected="; ".join(one.result.expected)[:200], region=one.result.region, kind=one.result.kind,
        )
        for one in fresh
    )  # fmt: skip
    tests = [(one.id, one.test_id(n), test) for one in fresh for n, test in enumerate(one.result.tests)]
    models.Test.objects.bulk_create(
        models.Test(id=test_id, sample_id=sample_id, method=LABORATORY, told=test.told, outcome=test.outcome)
        for sample_id, test_id, test in tests
    )
    models.Finding.objects.bulk_create(
        models.Finding(
            id=part_id(test_id, folded(found.substance)), test_id=test_id, substance=found.substance,
            basis=rules.BASIS[rules.SEEN], amount=found.amount, hundredths=found.hundredths, parts=found.parts,
        )
        for _, test_id, test in tests
        for found in test.found
    )  # fmt: skip


def _write_counts(fresh: Sequence[ImportedCount], day: date) -> None:
    models.ExternalCount.objects.bulk_create(
        models.ExternalCount(
            id=one.id, batch_id=one.batch_id, source=one.source, substance=one.counted.substance, stratum=one.counted.stratum,
            since=one.counted.since, until=one.counted.until, k=one.counted.k, n=one.counted.n, unit=one.counted.unit,
            known_from=max(day, one.counted.until),
        )
        for one in fresh
    )  # fmt: skip
