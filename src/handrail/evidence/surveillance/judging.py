"""Judge monthly series by a rule: what each could see, what fires, what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from scipy.stats import beta

from .betabinomial import tail
from .rule import MONTHS_A_YEAR, Rule

MONITORED, NOT_MONITORED, STALE = "monitored", "not-monitored", "stale"
STALE_DAYS = 60  # without a sample; drug checking reference, section 14, scenario 30
CHANGE_DAYS = 60  # after a new method, library or panel an alert may be the method; same, section 11
LOW_N = 20  # contributors a month below which a figure is marked; same, section 11
COVER = 0.95


@dataclass(frozen=True)
class Series:
    """One substance in one stratum, month by month without a gap: positive contributors `k` of `n`, from `first` (a month's day 1).

    `changed` are days on which the way of looking changed; `last_data` is the day of the newest sample known.
    """

    substance: str
    stratum: str
    first: date
    k: tuple[int, ...]
    n: tuple[int, ...]
    changed: tuple[date, ...] = ()
    last_data: date | None = None

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month told."""
        return tuple(month_after(self.first, step) for step in range(len(self.n)))


@dataclass(frozen=True)
class Judgement:
    """What a rule says of one series at the end of one month; the evidence that is frozen with an alert.

    `since` to `month` is the window; `chance` is None where nothing could be judged. `interval` and `baseline_interval` are 95 %
    Clopper-Pearson: counting error only. `fires` is the rule's word, `starts` that it did not fire the month before.
    """

    substance: str
    stratum: str
    since: date
    month: date
    state: str
    k: int
    n: int
    k0: int
    n0: int
    chance: float | None
    level: float
    interval: tuple[float, float]
    baseline_interval: tuple[float, float]
    version: str
    fires: bool = False
    starts: bool = False
    low_n: bool = False
    may_be_the_method: bool = False
    incomplete: bool = False
    adjusted: float | None = None


def month_after(first: date, steps: int) -> date:
    """Return the first day of the month `steps` after that of `first`."""
    months = first.year * MONTHS_A_YEAR + first.month - 1 + steps
    return date(months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1, 1)


def interval(k: int, n: int) -> tuple[float, float]:
    """Return the 95 % Clopper-Pearson interval of k in n, (0, 1) for none. Counting error only, not who brought what."""
    miss = (1 - COVER) / 2
    low = float(beta.ppf(miss, k, n - k + 1)) if k > 0 else 0.0
    high = float(beta.isf(miss, k + 1, n - k)) if k < n else 1.0
    return low, high


def judge(
    series: Series, *, rule: Rule, watched: int, step: int, lag_days: int = 0, as_of: date | None = None
) -> Judgement:
    """Judge one series at the end of one month by the months before it.

    Args:
        step: which month, from 0.
        watched: how many series the installation watches: the false alerts they may raise together are shared out.
        lag_days: within how many days most samples are known; a window that ended later than that is marked incomplete.
        as_of: the day of judging; None for the last day of the month.
    """
    day = as_of or month_after(series.first, step + 1) - timedelta(days=1)
    now = _at(series, rule=rule, watched=watched, step=step, day=day)
    before = step > 0 and _at(series, rule=rule, watched=watched, step=step - 1, day=day).fires
    ended = month_after(series.first, step + 1)
    return replace(now, starts=now.fires and not before, incomplete=day < ended + timedelta(days=lag_days))


def _at(series: Series, *, rule: Rule, watched: int, step: int, day: date) -> Judgement:
    begins = _method_begins(series, step)
    since = max(step - rule.window + 1, begins, 0)
    base = slice(max(since - rule.baseline, begins, 0), since)
    k, n = sum(series.k[since : step + 1]), sum(series.n[since : step + 1])
    k0, n0 = sum(series.k[base]), sum(series.n[base])
    state = _state(series, n0=n0, rule=rule, day=day)
    chance = float(tail(k, n, k0=k0, n0=n0, weight=rule.weight_of(k0, n0))) if n0 >= rule.fewest_baseline else None
    level = rule.level(watched)
    months = series.months
    return Judgement(
        series.substance, series.stratum, months[since], months[step], state, k, n, k0, n0, chance, level,
        interval(k, n), interval(k0, n0), rule.version,
        fires=state == MONITORED and chance is not None and k >= rule.fewest_positive and chance < level,
        low_n=n < LOW_N * (step + 1 - since),
        may_be_the_method=_changed_lately(series, months[step]),
    )  # fmt: skip


def _method_begins(series: Series, step: int) -> int:
    """Return the first month that was looked at wholly as the judged month is: after the last change before its end."""
    ended = month_after(series.first, step + 1)
    begins = 0
    for day in series.changed:
        if day < ended:
            months = (day.year - series.first.year) * MONTHS_A_YEAR + day.month - series.first.month
            begins = max(begins, min(months if day.day == 1 else months + 1, step))
    return begins


def _changed_lately(series: Series, month: date) -> bool:
    ended = month_after(month, 1)
    return any(day < ended and month - day <= timedelta(days=CHANGE_DAYS) for day in series.changed)


def _state(series: Series, *, n0: int, rule: Rule, day: date) -> str:
    if series.last_data is not None and day - series.last_data >= timedelta(days=STALE_DAYS):
        return STALE
    return MONITORED if n0 >= rule.fewest_baseline else NOT_MONITORED


def run(
    all_series: Sequence[Series], *, rule: Rule, month: date, lag_days: int = 0, as_of: date | None = None
) -> list[Judgement]:
    """Judge every series that has the month; put beside each chance its Benjamini-Hochberg value over the run, for display.

    The budget of false alerts decides, not the adjusted value.
    """
    told = [(one, one.months.index(month)) for one in all_series if month in one.months]
    judged = [judge(one, rule=rule, watched=len(told), step=step, lag_days=lag_days, as_of=as_of) for one, step in told]
    able = [one for one in judged if one.chance is not None]
    values = iter(adjusted([one.chance for one in able if one.chance is not None]))
    return [one if one.chance is None else replace(one, adjusted=float(next(values))) for one in judged]


def adjusted(chances: Sequence[float]) -> list[float]:
    """Return Benjamini-Hochberg adjusted values in the order given. Source: Benjamini and Hochberg 1995, J R Stat Soc B 57:289."""
    if not chances:
        return []
    order = np.argsort(chances)[::-1]
    ranks = np.arange(len(chances), 0, -1)
    steps = np.minimum.accumulate(np.minimum(1.0, np.asarray(chances)[order] * len(chances) / ranks))
    out = np.empty(len(chances))
    out[order] = steps
    return [float(one) for one in out]
