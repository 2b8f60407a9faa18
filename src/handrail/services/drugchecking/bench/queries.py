"""Questions about the sample table: a sample as its rules see it, the queue, what a code leads to."""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from handrail.core.common.refusals import Refused
from handrail.services.drugchecking import registry
from handrail.services.drugchecking.statements import (
    LANGUAGES,
    RULES,
    Amount,
    Component,
    Judgement,
    Mark,
    Reading,
    judge,
    say,
)
from handrail.services.drugchecking.statements.readings import LABORATORY, PANELS, STRIP

from . import models, rules

QUEUE_DAYS = timedelta(days=180)  # a sample that was never told within half a year is found by its bench number
MOST_WAITING = 300
MOST_BATCHES = 30


@dataclass(frozen=True)
class Brought:
    """A sample at the table with everything that was done about it."""

    id: uuid.UUID
    site_id: uuid.UUID
    bench: str
    day: date
    row: models.BenchSample
    tests: tuple[models.BenchTest, ...]
    readings: tuple[Reading, ...]
    judgement: Judgement
    statements: tuple[models.Statement, ...]
    sent: date | None
    answered: bool
    state: str

    @property
    def expected(self) -> tuple[str, ...]:
        """What its holder expected, as slugs."""
        return tuple(self.row.expected.split())

    @property
    def pending(self) -> bool:
        """Tell whether a laboratory has yet to answer."""
        return self.sent is not None and not self.answered

    @property
    def told(self) -> bool:
        """Tell whether the last statement covers every standing test, and none that was taken back since."""
        return bool(self.statements) and set(self.statements[-1].tests.split()) == self.standing

    @property
    def standing(self) -> set[str]:
        """The ids of the tests that stand."""
        return {str(test.id) for test, reading in zip(self.tests, self.readings, strict=True) if not reading.withdrawn}


@dataclass(frozen=True)
class Strips:
    """The box of strips of a panel that is on the table."""

    panel: str
    product: str = ""
    lot: str = ""
    ug_per_ml: int = 0


def substances() -> registry.Registry:
    """Return the registry as it stands."""
    return registry.Registry(registry.seeds().values())


def sample(sample_id: uuid.UUID, *, site_id: uuid.UUID) -> Brought:
    """Return a sample of a site. Raises Refused("unknown-sample")."""
    found = _whole(models.BenchSample.objects.filter(pk=sample_id, site=site_id))
    if not found:
        raise Refused("unknown-sample")
    return found[0]


def by_bench(bench: str, *, site_id: uuid.UUID) -> Brought:
    """Return the sample of a bench number. Raises Refused("unknown-sample")."""
    found = _whole(models.BenchSample.objects.filter(kit__bench=bench, site=site_id))
    if not found:
        raise Refused("unknown-sample")
    return found[0]


def free_kit(bench: str, *, site_id: uuid.UUID) -> models.Kit:
    """Return the kit of a bench number that no sample has yet. Raises Refused: `unknown-kit`, `kit-used`."""
    kit = models.Kit.objects.filter(bench=bench, site=site_id).first()
    if kit is None:
        raise Refused("unknown-kit")
    if models.BenchSample.objects.filter(kit=kit).exists():
        raise Refused("kit-used", bench=bench)
    return kit


def queue(site_id: uuid.UUID, *, today: date) -> list[Brought]:
    """Return the samples of a site that have something to tell yet: overdoses first, then the oldest.

    Not among them are those whose last statement is final and covers all their tests, and those that were returned or destroyed.
    """
    final = models.Statement.objects.filter(sample=OuterRef("pk"), final=True)
    rows = models.BenchSample.objects.filter(site=site_id, day__gte=today - QUEUE_DAYS)
    late = Q(day__gte=today - timedelta(days=1))  # of yesterday and today: also those told, for a test that comes after
    rows = rows.filter(late | ~Exists(final)).order_by("day", "at", "id")[:MOST_WAITING]
    found = [one for one in _whole(rows) if _waits(one)]
    return sorted(found, key=lambda one: (one.row.overdose not in rules.INVOLVED, one.day))


def _waits(one: Brought) -> bool:
    """Tell whether something is still to be told or done: a bag that is gone waits only for what was found in it."""
    if one.state in rules.GONE:
        return bool(one.standing) and not one.told
    return one.pending or not one.told


def done_today(site_id: uuid.UUID, *, today: date) -> list[Brought]:
    """Return today's samples that were told, by bench number."""
    told = models.Statement.objects.filter(day=today, sample__site=site_id).values_list("sample", flat=True)
    found = _whole(models.BenchSample.objects.filter(pk__in=set(told[:MOST_WAITING])))
    return sorted((one for one in found if one.told and not one.pending), key=lambda one: one.bench)


def unsent(site_id: uuid.UUID, *, today: date) -> list[Brought]:
    """Return the samples of the last half year that no laboratory has and that are still here, the oldest first."""
    rows = models.BenchSample.objects.filter(site=site_id, day__gte=today - QUEUE_DAYS, kit__isnull=False)
    rows = rows.exclude(Exists(models.Sent.objects.filter(sample=OuterRef("pk"))))
    return [one for one in _whole(rows.order_by("day", "id")[:MOST_WAITING]) if one.state not in rules.GONE]


def unanswered(site_id: uuid.UUID) -> list[tuple[models.LabBatch, list[Brought]]]:
    """Return the batches that a laboratory has yet to answer, the oldest first, with the samples it has not answered."""
    found = []
    for row in models.LabBatch.objects.filter(site=site_id).order_by("-day", "id")[:MOST_BATCHES]:
        if waiting := [one for one in _whole(models.BenchSample.objects.filter(sent__batch=row)) if one.pending]:
            found.append((row, sorted(waiting, key=lambda one: one.bench)))
    return found[::-1]


def batch(batch_id: uuid.UUID, *, site_id: uuid.UUID) -> tuple[str, date, list[Brought]]:
    """Return a batch: which laboratory, when, its samples by bench number. Raises Refused("unknown-sample")."""
    row = models.LabBatch.objects.filter(pk=batch_id, site=site_id).first()
    if row is None:
        raise Refused("unknown-sample")
    found = _whole(models.BenchSample.objects.filter(sent__batch=row))
    return row.laboratory, row.day, sorted(found, key=lambda one: one.bench)


def has_kits(site_id: uuid.UUID) -> bool:
    """Tell whether samples are taken in at a site: a kit was printed for it."""
    return models.Kit.objects.filter(site=site_id).exists()


def strip_reads(box: Strips) -> dict[str, str]:
    """Return what each picture of a strip of this box reads, by picture, in the words of statements."""
    told = {}
    for picture, mark in rules.PICTURES.items():
        spoken = say(judge([Reading(STRIP, date.min, box.panel, mark, box.product, box.lot, box.ug_per_ml)]))
        limits = spoken.methods[0].partition(": ")[2]
        beside = (limits[:1].upper() + limits[1:],) if mark is Mark.DID_NOT_REACT else spoken.more
        told[picture] = " ".join((*spoken.first, *beside))
    return told


def boxes(site_id: uuid.UUID, *, today: date) -> dict[str, Strips]:
    """Return the box of each panel that was opened last at this site, today or yesterday (a night's shift), by panel."""
    rows = models.Box.objects.filter(site=site_id, day__gte=today - timedelta(days=1)).order_by("day", "turn")
    return {row.panel: Strips(row.panel, row.product, row.lot, row.ug_per_ml) for row in rows}


def _whole(rows: QuerySet[models.BenchSample]) -> list[Brought]:
    """Return samples with what was done about them, in a fixed number of questions."""
    of_test = models.BenchTest.objects.order_by("day", "id").prefetch_related("findings", "withdrawn")
    wanted = rows.select_related("kit").prefetch_related(
        Prefetch("tests", of_test), Prefetch("statements", models.Statement.objects.order_by("version")),
        "sent", Prefetch("handling", models.Handling.objects.order_by("day", "id")),
    )  # fmt: skip
    known = substances()
    return [_brought(row, known) for row in wanted]


def _brought(row: models.BenchSample, known: registry.Registry) -> Brought:
    tests = tuple(row.tests.all())
    readings = tuple(reading(test, known) for test in tests)
    sent = max((one.day for one in row.sent.all()), default=None)
    answered = sent is not None and any(
        one.method == LABORATORY and not one.withdrawn and one.day >= sent for one in readings
    )
    handled = [one.state for one in row.handling.all()]
    return Brought(
        row.id, row.site_id, row.kit.bench if row.kit else "", row.day, row, tests, readings, judge(readings),
        tuple(row.statements.all()), sent, answered, handled[-1] if handled else "",
    )  # fmt: skip


def reading(test: models.BenchTest, known: registry.Registry) -> Reading:
    """Return a test as the rules of statements see it."""
    withdrawn = getattr(test, "withdrawn", None)
    parts = tuple(component(one, known) for one in sorted(test.findings.all(), key=lambda one: one.substance))
    instrument = not test.panel
    return Reading(
        test.method, test.day, test.panel, Mark(test.mark) if test.mark else None, test.product, test.lot, test.ug_per_ml, parts,
        frozenset(PANELS) if instrument else frozenset(), withdrawn.why if withdrawn else "",
    )  # fmt: skip


def component(found: models.BenchFinding, known: registry.Registry) -> Component:
    """Return a finding as the rules see it; a substance that nobody has described yet has its slug for a name."""
    one = known.get(found.substance)
    return Component(
        found.substance, one.name if one else found.substance, Amount(found.amount), one.panels if one else frozenset(),
        one.members if one else (), found.percent_tenths, found.give_or_take_tenths,
    )  # fmt: skip


def draft(of: Brought) -> dict[str, dict[str, list[str]]]:
    """Return what would be said of a sample now, by language: first, more, methods."""
    return spoken(of.judgement, of.expected)


def spoken(judgement: Judgement, expected: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Return a judgement's sentences by language, as a statement keeps them."""
    told = {language: say(judgement, expected=tuple(expected), language=language) for language in LANGUAGES}
    return {
        language: {"first": list(one.first), "more": list(one.more), "methods": list(one.methods)}
        for language, one in told.items()
    }


def said(statement: models.Statement, language: str) -> Mapping[str, Sequence[str]]:
    """Return a statement's sentences in one language."""
    told: dict[str, Any] = json.loads(statement.said)
    sentences: Mapping[str, Sequence[str]] = told[language]
    return sentences


def looked_up(mark: str, *, today: date) -> Brought | models.Kit | None:
    """Return what a kept code leads to: its sample, its kit where nothing was brought in yet, None once it has ended or was none."""
    kit = models.Kit.objects.filter(look_up__mark=mark).first()
    if kit is None:
        return None
    found = _whole(models.BenchSample.objects.filter(kit=kit))
    if not found:
        return kit
    one = found[0]
    last = one.statements[-1].day if one.statements else None
    return None if rules.is_over(last, pending=one.pending, today=today) else one


def edition() -> str:
    """Return the edition of rules and wording that statements are made by."""
    return RULES
