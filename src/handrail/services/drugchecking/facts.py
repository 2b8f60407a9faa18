"""What evidence may know of drug checking. Each column names its unit."""

from dataclasses import dataclass

from django.db.models import Count, FilteredRelation, Q

from . import models, rules


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
