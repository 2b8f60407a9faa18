"""What evidence may know of drug checking. Each column names its unit."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter

from django.db.models import Count, FilteredRelation, Q

from . import models, rules
from .imports import drafts


@dataclass(frozen=True)
class PairedReadings:
    """Samples of one source that have both a strip and an FTIR reading, by outcome. Unit: samples.

    `source` and `licence` name who published the readings. The source gives no day, no place and no contributor.
    """

    source: str
    licence: str
    both: int
    strip_only: int
    ftir_only: int
    neither: int


def strip_ftir_counts() -> PairedReadings:
    """Return how strip and FTIR readings of the same samples fall, all zero before the file is imported.

    Samples with one reading are left out. Source: tests of samples from DrugCheckingBC/nn-fentanyl-prediction.
    """
    source = rules.BC_STRIPS
    rows = models.Sample.objects.filter(source=source.source).annotate(
        strip=FilteredRelation("tests", condition=Q(tests__method=rules.STRIP)),
        ftir=FilteredRelation("tests", condition=Q(tests__method=rules.FTIR)),
    )
    told = rows.values_list("strip__outcome", "ftir__outcome").annotate(samples=Count("pk"))
    counts = {(strip, ftir): samples for strip, ftir, samples in told}
    return PairedReadings(
        source.source,
        source.licence,
        both=counts.get((rules.REACTED, rules.SEEN), 0),
        strip_only=counts.get((rules.REACTED, rules.NOT_SEEN), 0),
        ftir_only=counts.get((rules.DID_NOT_REACT, rules.SEEN), 0),
        neither=counts.get((rules.DID_NOT_REACT, rules.NOT_SEEN), 0),
    )


@dataclass(frozen=True)
class SampleFound:
    """One imported sample that was tested: the day it was collected, a large region, what was expected, what was found. Unit: samples."""

    source: str
    region: str
    day: date
    expected: str
    substances: tuple[str, ...]


def samples_found(*, as_of: date, by_source: bool = False, source: str = "") -> Iterator[SampleFound]:
    """Yield the samples with a laboratory's answer and a day, as they were known on a day.

    Args:
        by_source: whether the day on which the source knew it counts, not the day on which this house did.
        source: whose samples alone; empty for all.
    """
    known = "completed" if by_source else "known_from"
    answered = models.Test.objects.filter(method=drafts.LABORATORY, outcome__in=(drafts.REPORTED, drafts.NOTHING))
    of_source = {"source": source} if source else {}
    rows = (
        models.Sample.objects.filter(**{f"{known}__lte": as_of}, id__in=answered.values("sample"), **of_source)
        .order_by("id")
        .values_list("id", "source", "region", "received", "expected", "tests__findings__substance")
    )
    for _, told in groupby(rows, key=itemgetter(0)):
        lines = list(told)
        _, source, region, day, expected, _ = lines[0]
        substances = sorted({line[5].casefold() for line in lines if line[5]})
        if day is not None:
            yield SampleFound(source, region, day, expected, tuple(substances))


@dataclass(frozen=True)
class MonthCount:
    """One month of a table that someone else published: k of n, in the source's own unit."""

    source: str
    licence: str
    substance: str
    stratum: str
    since: date
    until: date
    k: int
    n: int


def monthly_counts() -> Iterator[MonthCount]:
    """Yield the months of published tables that tell a total."""
    rows = models.ExternalCount.objects.filter(n__isnull=False).order_by("source", "stratum", "substance", "since")
    told = rows.values_list("source", "batch__licence", "substance", "stratum", "since", "until", "k", "n")
    for source, licence, substance, stratum, since, until, k, n in told:
        if n is not None:
            yield MonthCount(source, licence, substance, stratum, since, until, k, n)


def open_sources() -> list[tuple[str, str]]:
    """Return every source of imported samples with its licence, by name."""
    return sorted(set(models.ImportBatch.objects.values_list("source", "licence")))


def imported_so_far() -> frozenset[uuid.UUID]:
    """Return the files that were imported: it changes whenever what was imported does."""
    return frozenset(models.ImportBatch.objects.values_list("id", flat=True))
