"""Rates tell no count, and the same people get the same noise."""

import math
from fractions import Fraction
from statistics import mean, pvariance

from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.evidence.release.gate import noise, rates
from handrail.evidence.release.gate.judging import Rule

RULE = Rule(11)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_a_rate_leaves_its_numerator_at_least_five_wide(one: int, other: int) -> None:
    told = rates.rounded(one, one + other, rule=RULE)
    if min(one, other) < 16:
        assert told is None
    elif told:
        step, whole = Fraction(str(told.step)), one + other
        same = [
            n
            for n in range(max(0, told.low - 2), min(whole, told.high + 2) + 1)
            if rounding(n, whole, step) == told.value
        ]
        assert (min(same), max(same)) == (told.low, told.high)
        assert one in same
        assert told.high - told.low >= 5


def rounding(numerator: int, denominator: int, step: Fraction) -> float:
    return float(math.floor(Fraction(100 * numerator, denominator) / step + Fraction(1, 2)) * step)


def test_a_rate_takes_the_finest_step_that_is_coarse_enough_and_none_where_none_is() -> None:
    assert rates.rounded(1_903, 3_101, rule=RULE) == rates.Rate(61.4, 0.2, 1901, 1907)
    assert rates.rounded(16, 32, rule=RULE) == rates.Rate(60.0, 20.0, 16, 22)
    assert rates.rounded(0, 500, rule=RULE) is None
    assert rates.rounded(500, 500, rule=RULE) is None


def test_the_same_contributors_get_the_same_noise_in_any_order_and_others_another() -> None:
    people = [f"p{n}" for n in range(40)]
    key = noise.cell_key(b"secret", people)
    assert noise.cell_key(b"secret", [*reversed(people), "p3"]) == key
    assert noise.cell_key(b"other", people) != key
    assert noise.cell_key(b"secret", people[1:]) != key
    assert noise.noised(0, key) == 0
    assert noise.noised(1, 0) == 0


def test_noise_is_bounded_without_bias() -> None:
    drawn = [noise.noise(noise.record_key(b"secret", str(n))) for n in range(20_000)]
    assert (min(drawn), max(drawn)) == (-5, 5)
    assert abs(mean(drawn)) < 0.06  # 3.5 standard errors
    assert abs(pvariance(drawn) - 35 / 6) < 0.2
