"""Whether a share moved, or those who came did."""

from collections.abc import Mapping
from dataclasses import dataclass

Counts = Mapping[str, tuple[int, int]]  # kind of sample or expected drug -> positive contributors of all


@dataclass(frozen=True)
class CaseMix:
    """How the mix of what was brought in moved, and what share the baseline would have had with the present mix.

    `shift` is the part of contributors that would have to change kind, 0 to 1. `standardised` is None where a kind that came now
    was never seen before.
    """

    shift: float
    share: float
    baseline_share: float
    standardised: float | None


def case_mix(now: Counts, before: Counts) -> CaseMix:
    """Compare two spans by kind. Direct standardisation of the baseline to the present mix.

    Raises:
        ValueError: one of the spans has no contributor.
    Source: Breslow and Day 1987, Statistical Methods in Cancer Research II, section 2.3.
    """
    came, stood = sum(n for _, n in now.values()), sum(n for _, n in before.values())
    if came == 0 or stood == 0:
        raise ValueError("a span without a contributor has no mix")
    kinds = now.keys() | before.keys()
    part = {kind: now.get(kind, (0, 0))[1] / came for kind in kinds}
    shift = sum(abs(part[kind] - before.get(kind, (0, 0))[1] / stood) for kind in kinds) / 2
    seen_before = all(before.get(kind, (0, 0))[1] > 0 for kind in kinds if part[kind] > 0)
    standardised = (
        sum(part[kind] * before[kind][0] / before[kind][1] for kind in kinds if part[kind] > 0) if seen_before else None
    )
    return CaseMix(
        shift, sum(k for k, _ in now.values()) / came, sum(k for k, _ in before.values()) / stood, standardised
    )
