"""The formulas, as plain arithmetic. What has no basis says so: a rate is never 0 or infinity because nothing was counted."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

CARD_CODES = 31**5  # equally likely card codes: frontline reference, section 8.1
DOSES_IN_KIT = 2  # for rates: frontline reference, section 2
CONSUMPTION = "consumption"  # the visits that overdoses are counted against, and no others


class NoBasis(Exception):  # noqa: N818  -- the field's word: nothing broke, nothing can be said
    """There is nothing to divide by."""


def per(numerator: float, denominator: float, *, of: float = 1) -> float:
    """Return numerator / denominator x `of`. Raises NoBasis where the denominator is zero."""
    if denominator <= 0:
        raise NoBasis
    return numerator / denominator * of


@dataclass(frozen=True)
class Interval:
    """A figure with its ends. The ends of a count answer for counting error only."""

    value: float
    low: float
    high: float


def coverage(sets_out: int, *, people_low: int, people_high: int) -> Interval:
    """Return sets per person who injects, over an estimate of people given as an interval. Source: Petersen 2013 (bands verify)."""
    low, high = per(sets_out, people_high), per(sets_out, people_low)
    return Interval((low + high) / 2, low, high)


def individual_coverage(acquired: int, *, given_away: int, injections: int) -> float:
    """Return what one person had for each injection of the span. Source: Iversen 2011, PMID 22071120 (retained over injected)."""
    return per(acquired - given_away, injections)


@dataclass(frozen=True)
class Returns:
    """The terms of a return rate, in syringes: what participants said and no bin replaced, what was counted, bins, sweeps."""

    said: int = 0
    counted: int = 0
    bins: int = 0
    sweeps: int = 0

    @property
    def total(self) -> int:
        """All terms."""
        return self.said + self.counted + self.bins + self.sweeps


def return_rate(returns: Returns, *, sets_out: int) -> float:
    """Return percent of sets out that came back; may exceed 100."""
    return per(returns.total, sets_out, of=100)


def kits_per_100k(doses: int, *, population: int) -> float:
    """Return kits of two doses per 100,000 people. Source: Irvine 2022, PMC10937095 (two-dose kits)."""
    return per(doses / DOSES_IN_KIT, population, of=100_000)


def reports_per_100_doses(reports: int, *, doses_out: int) -> float:
    """Return reversal reports per 100 doses given out. Reports are voluntary: read as a floor."""
    return per(reports, doses_out, of=100)


def doses_used_per_100(doses_used: int, *, doses_out: int) -> float:
    """Return doses told of as used per 100 given out."""
    return per(doses_used, doses_out, of=100)


def doses_per_report(stated: Sequence[int | None]) -> tuple[float, int]:
    """Return (doses per report over the reports that state a number, how many do not): a missing count is never read as 0 or 1."""
    known = [doses for doses in stated if doses is not None]
    return per(sum(known), len(known)), len(stated) - len(known)


def survival_of_reports(*, survived: int, died: int) -> float:
    """Return percent survived of reports received that say."""
    return per(survived, survived + died, of=100)


def overdoses_per_1000(events: int, *, visits: int, of: str) -> Interval:
    """Return events per 1,000 visits where consumption occurred, with the exact Poisson interval: counting error only.

    Args:
        of: which visits; anything but `consumption` is refused, because other services' visits make the rate look lower.
    Source: Garwood 1936, Biometrika 28, 437-442.
    """
    if of != CONSUMPTION:
        raise NoBasis
    low, high = poisson_95(events)
    return Interval(per(events, visits, of=1000), per(low, visits, of=1000), per(high, visits, of=1000))


def poisson_95(events: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a count. Source: Garwood 1936, Biometrika 28, 437-442."""
    from scipy.stats import chi2  # a second to load; few ask

    low = float(chi2.ppf(0.025, 2 * events) / 2) if events else 0.0
    return low, float(chi2.ppf(0.975, 2 * (events + 1)) / 2)


def people_behind_codes(codes: int, *, visits_a_code: float, mistakes: float) -> Interval:
    """Return the band of people that so many distinct codes may stand for.

    Upper: the N that would show D distinct codes of 31^5 when each draws one. Lower: every mistaken visit made a phantom code.

    Args:
        visits_a_code: mean visits a code. mistakes: share of visits that made a new code by mistake, from merges or an audit.
    Source: occupancy of random codes; frontline reference, section 8.2.
    """
    upper = -CARD_CODES * math.log1p(-codes / CARD_CODES)
    return Interval(float(codes), codes / (1 + visits_a_code * mistakes), upper)


def presentations(minutes: Sequence[float], *, gap_minutes: float = 5) -> int:
    """Return how many presentations one machine's orders are: orders at most so many minutes apart are one."""
    ordered = sorted(minutes)
    return sum(1 for n, at in enumerate(ordered) if n == 0 or at - ordered[n - 1] > gap_minutes)
