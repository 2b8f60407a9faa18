"""What reversal reports come to: a floor, with what was not said beside it; the read papers' figures by the same functions."""

import uuid
from datetime import date
from typing import Any

import pytest

from handrail.core.encounters import actions as encounters
from handrail.evidence.indicators import rates, shares
from handrail.evidence.indicators.catalogue import CATALOGUE
from handrail.services.naloxone import public

MARCH: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}


@pytest.fixture
def march(site: Any, visit: Any, outreach: Any, now: Any) -> None:
    """Twenty doses out; five reports, one of them of a death, one of a flood, one that says almost nothing."""
    given = {"naloxone": [{"item": "NAL-NS-4", "amount": 10}]}
    encounters.record_visit(visit(given), by=outreach, received_at=now)
    for told in (
        {"doses": "2", "outcome": "ok", "ambulance": "called"}, {"doses": "3+", "outcome": "ok", "ambulance": "not-called"},
        {"outcome": "unknown"}, {"doses": "1", "outcome": "died"}, {"doses": "2", "outcome": "ok", "flood": 1},
    ):  # fmt: skip
        public.tell(told, act_id=uuid.uuid4(), area=site.id, received_at=now)


@pytest.mark.usefixtures("march")
def test_reversal_rate_leaves_a_flood_out_and_reads_no_missing_dose_as_a_number(site: Any, other_site: Any) -> None:
    assert shares.reversal_rate(**MARCH) == shares.Reversals(20.0, 30.0, 1)
    assert shares.reversal_rate(**MARCH, site_id=site.id) == shares.Reversals(20.0, 30.0, 1)
    with pytest.raises(rates.NoBasis):
        shares.reversal_rate(**MARCH, site_id=other_site.id)


@pytest.mark.usefixtures("march")
def test_of_reports_counts_each_answer_among_those_that_give_it(other_site: Any) -> None:
    told = shares.of_reports(**MARCH)
    assert told == shares.OfReports(2.0, pytest.approx(200 / 3), 50.0)
    assert shares.of_reports(**MARCH, site_id=other_site.id) == shares.OfReports(None, None, None)


def test_the_figures_of_pittsburgh_come_out_as_published() -> None:
    """5,521 reports and 8,756 doses used of 70,234 out: 7.86 and 12.5 (Prevention Point Pittsburgh, as read in the reference)."""
    assert round(rates.reports_per_100_doses(5_521, doses_out=70_234), 2) == 7.86
    assert round(rates.doses_used_per_100(8_756, doses_out=70_234), 1) == 12.5


def test_both_are_counted_and_wait_for_nothing() -> None:
    assert [CATALOGUE[name].waits_for for name in ("reversal-rate", "doses-per-report")] == ["", ""]
