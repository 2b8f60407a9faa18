"""The floor's figures equal the published ones for the published counts; what has no basis says so."""

import csv
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.worker import Worker
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import models as rows
from handrail.core.encounters.channels import ON_THE_FLOOR
from handrail.core.encounters.rules import Undo, Visit
from handrail.evidence.indicators import exact, floor
from handrail.services.consumption import actions, facts
from handrail.services.consumption.rules import overdoses, stays

SPAN: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}


@pytest.fixture
def keep(site: Any, add_worker: Any, now: Any) -> Any:
    """Keep a visit to the floor; returns its draft."""
    by = add_worker("wren", "floor")

    def stay(outcome: str = "used", **told: int) -> Visit:
        one = stays.Stay(outcome, **told)
        draft = Visit(uuid.uuid4(), site.id, now, {"consumption": one}, one.told, where=ON_THE_FLOOR)
        encounters.record_visit(draft, by=by, received_at=now)
        return draft

    return stay


@pytest.fixture
def overdose(site: Any, now: Any) -> Any:
    """Keep an overdose with these events."""

    def record(*events: str, outcome: str = "recovered") -> None:
        made = tuple(overdoses.Stamp(uuid.uuid4(), one, n) for n, one in enumerate(events))
        draft = stays.Overdose(uuid.uuid4(), site.id, now.date(), "injecting", "", outcome, made)
        by = Worker(site.id, "a device", frozenset({("consumption.overdose", site.id)}))
        actions.record_overdose(draft, by=by, received_at=now)

    return record


def published(shared: Path, site: str, period: str) -> dict[str, float]:
    told = csv.DictReader((shared / "data/frontline/scs_validation.csv").read_text().splitlines())
    return {one["measure"]: float(one["value"]) for one in told if (one["site"], one["period"]) == (site, period)}


@pytest.mark.parametrize(("period", "rate"), [("2012", 2.56), ("2016", 9.47), ("2017", 12.26)])
def test_overdoses_per_1000_are_the_published_ones(shared: Path, period: str, rate: float) -> None:
    told = published(shared, "Insite Vancouver", period)
    events = facts.Overdoses(int(told["overdose_events"]), 0, 0, 0, 0)
    found = floor.overdoses_per_1000(events, facts.Visits(int(told["consumption_visits"]), 0, 0))
    assert found and round(found.value, 2) == rate == told["overdoses_per_1000_visits"]


def test_figures_leave_mistaps_and_visits_taken_back_out(keep, overdose, site, lead, now) -> None:
    for n in range(10):
        keep(wait_s=60 * n, stay_s=600)
    keep("left_before_seat", wait_s=900)
    gone = keep(stay_s=60)
    undo = Undo(uuid.uuid4(), site.id, now, gone.id)
    encounters.undo_visit(undo, by=lead, received_at=now)
    assert rows.Undone.objects.count() == 1
    overdose("oxygen")
    overdose("oxygen", "naloxone")
    overdose("ambulance_declined")
    overdose("naloxone", outcome="mistake")
    told = floor.figures(**SPAN, site_id=site.id, open_minutes=100, places=2)
    assert told.visits == facts.Visits(10, 1, 0) and told.overdoses == facts.Overdoses(3, 1, 1, 1, 1)
    assert told.per_1000 and told.per_1000.value == 300 and told.per_1000.low < 300 < told.per_1000.high
    assert told.shares and told.shares.naloxone.part == 1 and told.shares.naloxone.whole == 3
    assert told.access and (told.access.median_minutes, told.access.p95_minutes) == (4, 9)
    assert round(told.access.left_percent, 2) == 9.09 and told.access.used_percent == 50


def test_what_has_no_basis_is_none_and_never_0(site, overdose) -> None:
    told = floor.figures(**SPAN, site_id=site.id)
    assert (told.per_1000, told.shares, told.access) == (None, None, None)
    overdose("oxygen")
    told = floor.figures(**SPAN, site_id=site.id)
    assert told.per_1000 is None and told.shares


def test_cells_of_a_month_are_by_route_and_by_response(keep, overdose, site) -> None:
    for _ in range(3):
        keep(stay_s=60)
    overdose("naloxone")
    overdose("oxygen")
    overdose()
    visits = exact.exact("consumption-visits", **SPAN)
    assert visits[site.name, "not said"].value == visits["all", "all"].value == 3
    events = exact.exact("overdoses", **SPAN)
    assert [events["all", how].value for how in ("naloxone", "oxygen only", "neither", "all")] == [1, 1, 1, 3]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.sampled_from([0.05, 0.5, 0.95, 1.0]))
def test_at_is_the_least_value_with_that_share_at_or_below(values: list[int], share: float) -> None:
    counted = {one: values.count(one) for one in values}
    found = floor.at(counted, share)
    assert found in counted and sum(one <= found for one in values) >= share * len(values) - 1e-9
    assert sum(one < found for one in values) < share * len(values)
