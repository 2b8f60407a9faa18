"""What is done at the sample table: kits printed, a sample brought in, tests, statements, a batch to a laboratory."""

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max

from handrail.core import journal
from handrail.core.common import keys
from handrail.core.common.ids import part_id
from handrail.core.common.periods import site_day
from handrail.core.common.refusals import Refused
from handrail.core.common.worker import Worker
from handrail.core.org import queries as org
from handrail.core.org.permissions import require
from handrail.services.drugchecking.statements import RULES, judge
from handrail.services.drugchecking.statements.readings import LABORATORY

from . import codes, models, queries, rules

RECORD, KITS, WITHDRAW = "drugchecking.record", "drugchecking.kits", "drugchecking.withdraw"


@journal.one_act
def print_kits(
    draft: rules.Kits, *, by: Worker, received_at: datetime
) -> tuple[journal.Entry, list[tuple[str, str, uuid.UUID]]]:
    """Draw kits; return bench number, code and id of each, once. A repeated act draws none: print a fresh sheet instead.

    Raises:
        Refused: `bad-amount`, `no-bench-numbers`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known, []
    require(by, KITS, site_id=draft.site_id)
    if not 1 <= draft.sheets <= rules.SHEETS_AT_ONCE:
        raise Refused("bad-amount", least=1, most=rules.SHEETS_AT_ONCE)
    site = org.site(draft.site_id)
    day = site_day(draft.at, site.timezone)
    entry = journal.enter(draft.stated, by=by, day=day)
    return entry, _draw(draft, letter=codes.site_letter(site.name), day=day)


def _draw(draft: rules.Kits, *, letter: str, day: date) -> list[tuple[str, str, uuid.UUID]]:
    taken = models.Kit.objects.filter(bench__startswith=f"{letter}-").values_list("bench", flat=True)
    numbers = codes.draw_bench(letter, draft.sheets * rules.KITS_ON_A_SHEET, taken=list(taken))
    drawn = [(bench, codes.new_code(), part_id(draft.id, f"kit:{bench}")) for bench in numbers]
    models.Kit.objects.bulk_create(
        models.Kit(id=kit_id, site_id=draft.site_id, bench=bench, day=day) for bench, _, kit_id in sorted(drawn)
    )
    marks = sorted((codes.kept(code, ring=keys.ring()), kit_id) for _, code, kit_id in drawn)
    models.LookUp.objects.bulk_create(models.LookUp(mark=mark, kit_id=kit_id) for mark, kit_id in marks)
    return drawn


@journal.one_act
def open_box(draft: rules.Box, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record which box of strips is on the table from now on, once. Raises Refused("not-allowed")."""
    if known := journal.seen(draft.stated):
        return known
    entry, day = _enter(draft, by=by)
    last = models.Box.objects.filter(site=draft.site_id, day=day).aggregate(last=Max("turn"))["last"] or 0
    models.Box.objects.create(
        id=draft.id, site_id=draft.site_id, day=day, turn=last + 1, panel=draft.panel, product=draft.product, lot=draft.lot,
        ug_per_ml=draft.ug_per_ml,
    )  # fmt: skip
    return entry


@journal.one_act
def take_in(draft: rules.Intake, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record a sample that was brought in, once. Raises Refused: `unknown-kit`, `kit-used`, `not-allowed`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, RECORD, site_id=draft.site_id)
    kit = queries.free_kit(draft.bench, site_id=draft.site_id)
    entry, day = _enter(draft, by=by)
    still_open = day == site_day(received_at, org.site(draft.site_id).timezone)
    models.BenchSample.objects.create(
        id=draft.id, site_id=draft.site_id, kit=kit, day=day, at=draft.arrived if still_open else None, kind=draft.sample_kind,
        expected=" ".join(draft.expected), form=draft.form, colour=draft.colour, imprint=draft.imprint, place=draft.place,
        overdose=draft.overdose, note=draft.note, paper=draft.paper,
    )  # fmt: skip
    return entry


@journal.one_act
def record_test(draft: rules.Test, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record one test of a sample with what it found, once. Raises Refused: `unknown-sample`, `not-allowed`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, RECORD, site_id=draft.site_id)
    _of_site(draft.sample_id, draft.site_id)
    entry, day = _enter(draft, by=by)
    fits = rules.fits_product(draft.panel, draft.product)
    models.BenchTest.objects.create(
        id=draft.id, sample_id=draft.sample_id, day=day, method=draft.method, panel=draft.panel, mark=draft.mark or "",
        product=draft.product if fits else "", lot=draft.lot if fits else "", ug_per_ml=draft.ug_per_ml, instrument=draft.instrument,
    )  # fmt: skip
    models.BenchFinding.objects.bulk_create(
        models.BenchFinding(
            id=part_id(draft.id, f"{n}:{one.substance}"), test_id=draft.id, day=day, substance=one.substance, amount=one.amount,
            percent_tenths=one.percent_tenths, give_or_take_tenths=one.give_or_take_tenths,
        )
        for n, one in enumerate(draft.seen)
    )  # fmt: skip
    return entry


@journal.one_act
def withdraw_test(draft: rules.Withdraw, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Take back a test that was wrong, once. A later test that did not react is no reason.

    Raises:
        Refused: `unknown-test`, `already-withdrawn`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, WITHDRAW, site_id=draft.site_id)
    test = models.BenchTest.objects.filter(pk=draft.test_id, sample__site=draft.site_id).first()
    if test is None:
        raise Refused("unknown-test")
    if models.WithdrawnTest.objects.filter(test=test).exists():
        raise Refused("already-withdrawn")
    entry, day = _enter(draft, by=by)
    models.WithdrawnTest.objects.create(id=draft.id, test=test, day=day, why=draft.why)
    return entry


@journal.one_act
def tell(draft: rules.Tell, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Let out the statement of these tests, and note how it was told, once.

    It covers what the last one covered too, less what was taken back since: no version says less than the one before. Where
    nothing is new, only the telling is noted.

    Raises:
        Refused: `unknown-sample`, `nothing-to-tell`, `not-allowed`.
    """
    if known := journal.seen(draft.stated):
        return known
    require(by, RECORD, site_id=draft.site_id)
    of = queries.sample(draft.sample_id, site_id=draft.site_id)
    covered = _covered(of, draft.tests)
    if not covered:
        raise Refused("nothing-to-tell")
    entry, day = _enter(draft, by=by)
    if not of.statements or set(of.statements[-1].tests.split()) != covered or of.statements[-1].final is of.pending:
        _state(of, covered, act_id=draft.id, day=day)
    if draft.how != "code":
        models.Handed.objects.create(id=part_id(draft.id, "handed"), sample_id=of.id, day=day, how=draft.how)
    return entry


def _covered(of: queries.Brought, tests: Sequence[uuid.UUID]) -> set[str]:
    before = set(of.statements[-1].tests.split()) if of.statements else set()
    return (set(map(str, tests)) | before) & of.standing


def _state(of: queries.Brought, covered: set[str], *, act_id: uuid.UUID, day: date) -> None:
    before = set(of.statements[-1].tests.split()) if of.statements else set()
    counted = [
        reading
        for test, reading in zip(of.tests, of.readings, strict=True)
        if str(test.id) in covered or reading.withdrawn
    ]
    judgement = judge(counted)
    models.Statement.objects.create(
        id=act_id, sample_id=of.id, day=day, version=len(of.statements) + 1, why=_why(of, covered, before), rules=RULES,
        final=not of.pending, hazards=" ".join(sorted(judgement.hazards)), tests=" ".join(sorted(covered)),
        said=json.dumps(queries.spoken(judgement, of.expected), ensure_ascii=False),
    )  # fmt: skip


def _why(of: queries.Brought, covered: set[str], before: set[str]) -> str:
    if not of.statements:
        return "first"
    if before - covered:
        return "correction"
    fresh = {test.method for test in of.tests if str(test.id) in covered - before}
    return "laboratory" if LABORATORY in fresh or not fresh else "new-test"


@journal.one_act
def handle(draft: rules.Handle, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record what became of a sample itself, once. Raises Refused: `unknown-sample`, `not-allowed`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, RECORD, site_id=draft.site_id)
    _of_site(draft.sample_id, draft.site_id)
    entry, day = _enter(draft, by=by)
    models.Handling.objects.create(id=draft.id, sample_id=draft.sample_id, day=day, state=draft.state, note=draft.note)
    return entry


@journal.one_act
def send(draft: rules.Send, *, by: Worker, received_at: datetime) -> journal.Entry:
    """Record that samples went to a laboratory together, once. Raises Refused: `unknown-sample`, `nothing-to-send`, `not-allowed`."""
    if known := journal.seen(draft.stated):
        return known
    require(by, RECORD, site_id=draft.site_id)
    if not draft.samples:
        raise Refused("nothing-to-send")
    there = models.BenchSample.objects.filter(pk__in=draft.samples, site=draft.site_id).count()
    if there != len(draft.samples):
        raise Refused("unknown-sample")
    entry, day = _enter(draft, by=by)
    batch = models.LabBatch.objects.create(id=draft.id, site_id=draft.site_id, day=day, laboratory=draft.laboratory)
    models.Sent.objects.bulk_create(
        models.Sent(id=part_id(draft.id, str(one)), batch=batch, sample_id=one, day=day)
        for one in sorted(draft.samples)
    )
    return entry


def _enter(draft: rules.Act, *, by: Worker) -> tuple[journal.Entry, date]:
    require(by, RECORD if draft.kind != rules.Withdraw.kind else WITHDRAW, site_id=draft.site_id)
    day = site_day(draft.at, org.site(draft.site_id).timezone)
    return journal.enter(draft.stated, by=by, day=day), day


def _of_site(sample_id: uuid.UUID, site_id: uuid.UUID) -> None:
    if not models.BenchSample.objects.filter(pk=sample_id, site=site_id).exists():
        raise Refused("unknown-sample")
