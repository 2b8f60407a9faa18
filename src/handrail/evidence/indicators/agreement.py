"""Strip and FTIR on the same samples: definition `strip-ftir-agreement`. Exact figures, for `release`."""

from dataclasses import dataclass

from handrail.services.drugchecking import facts


@dataclass(frozen=True)
class Agreement:
    """Samples with both readings, by outcome of the strip: (FTIR saw fentanyl, FTIR did not). Unit: samples.

    The source marks no contributor, so each sample counts as its own: one person may have brought several.
    """

    source: str
    licence: str
    reacted: tuple[int, int]
    did_not_react: tuple[int, int]


def strip_ftir() -> Agreement:
    """Return how strip and FTIR readings of the same samples fall. Source: drug checking facts, `strip_ftir_counts`."""
    told = facts.strip_ftir_counts()
    return Agreement(
        told.source,
        told.licence,
        reacted=(told.both, told.strip_only),
        did_not_react=(told.ftir_only, told.neither),
    )
