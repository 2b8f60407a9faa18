"""EARS, CUSUM and Farrington flexible beside R `surveillance` 1.20.3 on one open series."""

import numpy as np
import pytest

from handrail.evidence.surveillance import Settings, cusum, ears, farrington_flexible

RANGE = range(260, 312)  # the last 52 weeks


def _column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] == "NA" else float(row[name]) for row in rows])


def _observed(rows: list[dict[str, str]]) -> np.ndarray:
    return _column(rows, "observed")


@pytest.mark.parametrize(("method", "alarms"), [("C1", 16), ("C2", 20), ("C3", 36)])
def test_ears_is_the_reference_implementations(salmonella, method, alarms):
    ours = ears(_observed(salmonella), method=method)

    np.testing.assert_allclose(ours.upper, _column(salmonella, f"{method}_ub"), rtol=1e-6, atol=1e-6)
    assert list(ours.alarm) == [row[method] == "TRUE" for row in salmonella]
    assert ours.alarm.sum() == alarms
    assert list(ours.judged) == [row[method] != "NA" for row in salmonella]


def test_ears_c3_as_published_counts_the_present_step():
    spike = [2, 3, 2, 4, 3, 2, 3, 2, 3, 2, 3, 2, 40]

    assert ears(spike, method="C3-published").alarm[-1]
    assert not ears(spike, method="C3").alarm[-1]  # the reference's form looks at the two steps before it alone


def test_ears_judges_nothing_without_a_baseline():
    assert not ears([1] * 7, method="C1").judged.any()


def test_cusum_is_the_reference_implementations(salmonella):
    observed = _observed(salmonella)

    _, alarm = cusum(observed[260:], mean=float(observed[:260].mean()))

    assert [int(one) for one in alarm] == [int(row["cusum"]) for row in salmonella[260:]]
    assert alarm.sum() == 8


def test_farrington_flexible_is_the_reference_implementations(salmonella):
    observed = _observed(salmonella)

    ours = [farrington_flexible(observed, at=week) for week in RANGE]

    expected = _column(salmonella, "farringtonFlexible_ub")[260:]
    np.testing.assert_allclose([one.upper for one in ours], expected, rtol=1e-3, atol=1e-3)
    assert [one.alarm for one in ours] == [row["farringtonFlexible"] == "TRUE" for row in salmonella[260:]]
    assert sum(one.alarm for one in ours) == 7


def test_farrington_flexible_wants_whole_years():
    with pytest.raises(ValueError, match="too little history"):
        farrington_flexible([1.0] * 100, at=99)


def test_farrington_flexible_uses_a_steady_trend_and_one_period_when_asked():
    steps = np.arange(200)
    falling = np.round(60 * np.exp(-0.005 * steps))
    how = Settings(years=3, window=3, periods=1, left_out=10, steps_a_year=50)

    told = farrington_flexible(falling, at=199, settings=how)

    assert told.trend
    assert told.expected == pytest.approx(60 * np.exp(-0.995), rel=0.05)
    assert not told.alarm


def test_farrington_flexible_without_spread_is_poisson():
    how = Settings(years=3, window=1, periods=1, left_out=3, steps_a_year=12)

    told = farrington_flexible([5.0] * 40, at=39, settings=how)

    assert told.dispersion == 1.0
    assert told.upper == 9.0  # the 95 % point of a Poisson of mean 5
