"""The formulas give the published figures, and say "no basis" where there is none."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handrail.evidence.indicators import rates, shares
from handrail.evidence.indicators.rates import CONSUMPTION, NoBasis

Figures = dict[tuple[str, str], dict[str, float]]


def read(file: Path, key: str) -> tuple[Figures, list[dict[str, str]]]:
    """Return stated figures by place and period, and the rows that were computed from them."""
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    told: Figures = {}
    for row in rows:
        told.setdefault((row[key], row["period"]), {})[row["measure"]] = float(row["value"])
    return told, [row for row in rows if row["kind"] == "computed" and row["qualifier"] == "="]


ROOM: dict[str, Callable[[dict[str, float]], float]] = {
    "overdoses_per_1000_visits": lambda told: (
        rates.overdoses_per_1000(
            int(told["overdose_events"]), visits=int(told["consumption_visits"]), of=CONSUMPTION
        ).value
    ),
}
NALOXONE: dict[str, Callable[[dict[str, float]], float]] = {
    "reports_per_100_doses": lambda told: rates.reports_per_100_doses(
        int(told["reversal_reports"]), doses_out=int(told["doses_dispensed"])
    ),
    "doses_used_per_100_dispensed": lambda told: rates.doses_used_per_100(
        int(told["doses_used"]), doses_out=int(told["doses_dispensed"])
    ),
    "doses_per_report_naive": lambda told: rates.per(told["doses_used"], told["reversal_reports"]),
    "reports_per_participant": lambda told: rates.per(told["reversal_reports"], told["unique_people"]),
}


@pytest.mark.parametrize(
    ("name", "key", "formulas", "at_least"), [("scs", "site", ROOM, 5), ("naloxone", "program", NALOXONE, 4)]
)
def test_formulas_give_the_published_figures(shared: Path, name: str, key: str, formulas: Any, at_least: int) -> None:
    told, computed = read(shared / "data" / "frontline" / f"{name}_validation.csv", key)
    checked = 0
    for row in computed:
        if row["measure"] in formulas:
            try:
                ours = formulas[row["measure"]](told[row[key], row["period"]])
            except KeyError:  # the source gives no numerator or denominator for this period
                continue
            digits = len(row["value"].partition(".")[2])
            assert round(ours, digits) == float(row["value"]), row
            checked += 1
    assert checked >= at_least


def test_overdoses_are_counted_against_consumption_visits_alone() -> None:
    told = rates.overdoses_per_1000(1781, visits=188_124, of=CONSUMPTION)
    assert (round(told.value, 2), round(told.low, 2), round(told.high, 2)) == (9.47, 9.03, 9.92)
    with pytest.raises(NoBasis):
        rates.overdoses_per_1000(1781, visits=214_898, of="all services")  # would read 8.29


@pytest.mark.parametrize(
    ("events", "told"), [(0, (0.0, 3.689)), (1, (0.025, 5.572)), (10, (4.795, 18.390))]
)  # Garwood 1936, table
def test_poisson_interval_is_garwoods(events: int, told: tuple[float, float]) -> None:
    assert tuple(round(end, 3) for end in rates.poisson_95(events)) == told


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rates.per(3, 0),
        lambda: rates.coverage(100, people_low=0, people_high=0),
        lambda: rates.individual_coverage(10, given_away=2, injections=0),
        lambda: rates.return_rate(rates.Returns(said=4), sets_out=0),
        lambda: rates.kits_per_100k(10, population=0),
        lambda: rates.doses_per_report([None, None]),
        lambda: rates.survival_of_reports(survived=0, died=0),
    ],
)
def test_a_zero_denominator_is_no_basis(ask: Callable[[], object]) -> None:
    with pytest.raises(NoBasis):
        ask()


def test_coverage_carries_the_estimates_interval() -> None:
    told = rates.coverage(
        50_200_000, people_low=74_000, people_high=93_000
    )  # Australia, frontline reference, section 13
    assert (round(told.low), round(told.high)) == (540, 678)


def test_a_missing_dose_count_is_neither_zero_nor_one() -> None:
    assert rates.doses_per_report([2, None, 1, 3]) == (2.0, 1)


def test_the_smaller_formulas() -> None:
    assert rates.individual_coverage(30, given_away=10, injections=40) == 0.5
    assert rates.return_rate(rates.Returns(said=95, counted=5, bins=88, sweeps=12), sets_out=100) == 200
    assert rates.kits_per_100k(2000, population=500_000) == 200
    assert rates.survival_of_reports(survived=98, died=2) == 98
    band = rates.people_behind_codes(10_000, visits_a_code=12, mistakes=0.02)
    assert (round(band.low), band.value, round(band.high)) == (8065, 10_000, 10_002)
    assert rates.presentations([0, 3, 9, 15, 15.5]) == 3


@pytest.mark.django_db
def test_shares_of_a_span_without_visits_have_no_basis_and_else_are_the_plain_quotients(
    site: Any, visit: Any, lead: Any, now: Any
) -> None:
    from datetime import timedelta

    from handrail.core.encounters import actions

    span = {"since": now.date(), "until": now.date() + timedelta(days=1)}
    for ask in (shares.syringes_per_visit, shares.visits_with_code, shares.return_rate):
        with pytest.raises(NoBasis):
            ask(**span)
    body = {"given": [{"item": "SYR-INS-28-1", "amount": 30}], "returned": [{"method": "said", "amount": 12}]}
    for told in (body, {"given": [{"item": "COOK", "amount": 1}]}):
        actions.record_visit(visit(told), by=lead, received_at=now)
    assert shares.syringes_per_visit(**span) == 15
    assert shares.visits_with_code(**span) == 0
    assert shares.return_rate(**span) == (40, rates.Returns(said=12))
