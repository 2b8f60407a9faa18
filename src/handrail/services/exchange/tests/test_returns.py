"""Returns: the programme's own calibration, the bin that replaces what was said, what came back to an area."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from handrail.core.common.refusals import Refused
from handrail.core.encounters import actions as encounters
from handrail.core.encounters import rules as visits
from handrail.core.journal import kinds
from handrail.core.journal.verify import verify
from handrail.core.supplies import queries as stock
from handrail.core.supplies import rules as supplies
from handrail.services.exchange import facts, models
from handrail.services.exchange.returns import actions, queries, rules

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
NEEDLES = [
    (1000, 200, 80),
    (1240, 200, 100),
    (900, 200, 70),
    (1450, 200, 120),
    (1160, 200, 100),
]  # made up: about 10 g each


def factor(mean: float = 10.0, sd: float = 0.3, n: int = 5) -> rules.Factor:
    return rules.Factor(rules.WEIGHT, mean, sd, n)


def test_by_weight_gives_the_prediction_interval_of_one_more_container() -> None:
    told = rules.by_weight(3300, factor())
    half = 2.776 * 0.3 * (1 + 1 / 5) ** 0.5  # t of 4 degrees of freedom
    assert (told.value, told.low, told.high) == (330, int(3300 / (10 + half)), -int(-3300 // (10 - half)))


def test_by_fill_takes_the_share_of_a_full_one() -> None:
    told = rules.by_fill(50, rules.Factor("SHARPS-L", 400, 20, 6))
    half = 2.571 * 20 * (1 + 1 / 6) ** 0.5
    assert (told.value, told.low, told.high) == (200, round((400 - half) / 2), round((400 + half) / 2))


@given(st.integers(0, 50_000), st.floats(5, 20), st.floats(0, 0.6), st.integers(5, 60))
def test_an_estimate_lies_within_its_interval(net_g: int, mean: float, sd: float, n: int) -> None:
    told = rules.by_weight(net_g, factor(mean, sd, n))
    assert 0 <= told.low <= told.value <= told.high


@pytest.mark.parametrize(
    ("containers", "code"),
    [
        (NEEDLES[:1], "too-few-containers"), (NEEDLES[:4], "too-few-containers"), ([], "too-few-containers"),
        ([*NEEDLES[:4], (9000, 200, 1)], "calibration-spread"), ([*NEEDLES, (100, 200, 5)], "bad-weight"),
        ([*NEEDLES, (900, 200, 0)], "bad-amount"),
    ],
)  # fmt: skip
def test_a_calibration_that_tells_nothing_is_refused(containers: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        rules.parse_calibration("weight", told(containers), act_id=uuid.uuid4(), site_id=uuid.uuid4(), at=NOON)


@pytest.mark.parametrize(
    "body",
    [
        {"of": 1, "containers": []},
        {"of": "weight", "containers": "x"},
        {"of": "weight", "containers": [{}]},
        {"of": "weight"},
    ],
)
def test_a_calibration_that_is_none_is_not_an_act(site: Any, body: Any, now: Any) -> None:
    with pytest.raises(Refused, match="not-an-act"):
        parse("exchange.calibrate", site, body, now)


def told(containers: Any) -> list[dict[str, int]]:
    return [dict(zip(("gross_g", "tare_g", "syringes"), one, strict=True)) for one in containers]


def parse(name: str, site: Any, body: Any, at: Any) -> Any:
    return kinds.kind(name, 1).parse(kinds.Envelope(uuid.uuid4(), name, 1, site.id, at, body))


@pytest.fixture
def run(site: Any, lead: Any, now: Any) -> Callable[..., Any]:
    """Record an act of a kind at the site, by a lead."""

    def act(name: str, body: Any, at: Any = now) -> Any:
        return kinds.kind(name, 1).run(parse(name, site, body, at), by=lead, received_at=max(at, now))

    return act


@pytest.fixture
def calibrated(run: Callable[..., Any], now: Any) -> Any:
    """A site that has weighed five bins of known content, a month ago."""
    return run("exchange.calibrate", {"of": "weight", "containers": told(NEEDLES)}, now - timedelta(days=30))


@pytest.fixture
def say(visit: Any, outreach: Any) -> Callable[..., Any]:
    """Record a visit at which this came back."""

    def back(at: Any, **returned: Any) -> Any:
        draft = visit({"returned": [{"method": "said"} | returned]}, at=at)
        return encounters.record_visit(draft, by=outreach, received_at=max(at, at))

    return back


def line() -> Any:
    return models.Line.objects.get(direction="in")


@pytest.mark.scenario("frontline:S7")
def test_returns_by_weight_keep_the_calibration_they_were_made_with(
    run: Any, calibrated: Any, say: Any, now: Any
) -> None:
    say(now, method="weight", gross_g=4200, tare_g=900)
    before = line()
    assert before.method == "weight"
    assert before.low < before.amount < before.high
    assert abs(before.amount - 330) < 10
    heavier = [(gross * 2, tare, n) for gross, tare, n in NEEDLES]
    run("exchange.calibrate", {"of": "weight", "containers": told(heavier)})
    after = line()
    assert (after.amount, after.low, after.high, after.calibration_id) == (
        before.amount, before.low, before.high, calibrated.id,
    )  # fmt: skip
    say(now, method="weight", gross_g=4200, tare_g=900)
    later: Any = models.Line.objects.exclude(pk=before.pk).get(direction="in")
    assert later.amount < before.amount / 1.5
    assert [row.number for row in models.Calibration.objects.order_by("number")] == [1, 2]


def test_a_weight_without_a_calibration_is_kept_and_is_no_number(site: Any, run: Any, say: Any, now: Any) -> None:
    say(now, method="weight", gross_g=4200, tare_g=900)
    say(now, method="container", item="SHARPS-L", fill_percent=50)
    assert set(models.Line.objects.values_list("amount", "low", "high")) == {(None, None, None)}
    run("exchange.calibrate", {"of": "weight", "containers": told(NEEDLES)})
    assert set(models.Line.objects.values_list("amount", flat=True)) == {None}
    with pytest.raises(Refused, match="no-calibration"):
        run("exchange.weigh_bin", {"gross_g": 900, "tare_g": 100}, now - timedelta(days=3))


def test_a_container_is_estimated_by_its_own_capacity(run: Any, say: Any, now: Any) -> None:
    full = [{"fill_percent": 100, "syringes": n} for n in (380, 400, 410, 395, 415)]
    run("exchange.calibrate", {"of": "SHARPS-L", "containers": full})
    say(now, method="container", item="SHARPS-L", fill_percent=50)
    assert line().amount == 200
    with pytest.raises(Refused, match="unknown-item"):
        run("exchange.calibrate", {"of": "NO-SUCH", "containers": full})


@pytest.mark.scenario("frontline:S30")
def test_a_weighed_bin_replaces_what_was_said_and_both_are_shown(
    site: Any, run: Any, calibrated: Any, say: Any, now: Any, seal: Any
) -> None:
    monday = now - timedelta(days=4)
    for n, amount in enumerate((40, 25, 30)):
        say(monday + timedelta(days=n), amount=amount)
    say(monday, method="apart", amount=12)
    assert queries.not_yet_weighed(site.id) == 95
    assert facts.returned(since=monday.date(), until=now.date()).said == 107
    run("exchange.weigh_bin", {"gross_g": 1780, "tare_g": 900})
    (weighed,) = queries.bins(site.id)
    assert (weighed.said, weighed.value) == (95, round(880 / rules.Calibration(
        uuid.uuid4(), site.id, now, "weight", tuple(told(NEEDLES))).factor.mean))  # fmt: skip
    assert weighed.low < weighed.value < weighed.high
    span = {"since": monday.date() - timedelta(days=1), "until": now.date() + timedelta(days=1)}
    back = facts.returned(**span)
    assert (back.said, back.bins) == (12, weighed.value)
    assert (back.less, back.more) == (weighed.value - weighed.low, weighed.high - weighed.value)
    site_bin, waste = (supplies.account_id(site.id, kind) for kind in (supplies.BIN, supplies.WASTE))
    key = (supplies.USED_SYRINGE, None)
    held = stock.balances([site_bin, waste])
    assert (held.get((site_bin, *key), 0), held[waste, *key]) == (0, weighed.value)
    say(now + timedelta(days=1), amount=7)
    assert queries.not_yet_weighed(site.id) == 7
    seal(now.date() + timedelta(days=1))
    assert verify(today=now.date() + timedelta(days=2)).broken is None
    assert stock.balances([site_bin])[site_bin, *key] == 7


def test_a_bin_that_holds_more_than_was_said_is_brought_up(
    site: Any, run: Any, calibrated: Any, say: Any, now: Any
) -> None:
    say(now, amount=3)
    run("exchange.weigh_bin", {"gross_g": 2000, "tare_g": 1000})
    run("exchange.weigh_bin", {"gross_g": 1500, "tare_g": 1000})
    told_bins = queries.bins(site.id)
    assert sorted(one.said for one in told_bins) == [0, 3]
    assert stock.balances([supplies.account_id(site.id, supplies.BIN)]).get(
        (supplies.account_id(site.id, supplies.BIN), supplies.USED_SYRINGE, None), 0
    ) == 0  # fmt: skip


def test_a_visit_that_was_taken_back_was_not_said(site: Any, say: Any, outreach: Any, now: Any) -> None:
    entry = say(now, amount=40)
    encounters.undo_visit(visits.Undo(uuid.uuid4(), site.id, now, entry.id), by=outreach, received_at=now)
    assert queries.not_yet_weighed(site.id) == 0


def test_what_came_back_to_an_area_is_counted_apart(site: Any, run: Any, calibrated: Any, now: Any) -> None:
    run("exchange.area_return", {"source": "found", "returned": {"method": "said", "amount": 3}})
    run("exchange.area_return", {"source": "sweep", "returned": {"method": "weight", "gross_g": 2000, "tare_g": 1000}})
    run(
        "exchange.area_return",
        {"source": "community-bin", "returned": {"method": "container", "item": "SHARPS-L", "fill_percent": 50}},
    )
    rows: dict[str, Any] = {row.method: row for row in models.AreaReturn.objects.all()}
    said, weighed, unknown = rows["said"], rows["weight"], rows["container"]
    assert (said.amount, said.low, unknown.amount) == (3, None, None)
    back = facts.returned(since=now.date(), until=now.date() + timedelta(days=1), site_id=site.id)
    assert back.area == 3 + weighed.amount
    assert back.less == weighed.amount - weighed.low


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"source": "dealer", "returned": {"method": "said", "amount": 3}}, "not-an-act"),
        ({"source": "found", "returned": {"method": "counted", "item": "SYR-INS-28-1", "amount": 3}}, "not-an-act"),
        ({"source": "found", "returned": {"method": "said", "amount": 0}}, "bad-amount"),
        ({"source": "found"}, "not-an-act"),
        ({"source": "sweep", "returned": {"method": "weight", "gross_g": 1, "tare_g": 2}}, "bad-weight"),
    ],
)
def test_a_return_to_an_area_that_is_none_is_refused(site: Any, body: Any, code: str, now: Any) -> None:
    with pytest.raises(Refused, match=code):
        parse("exchange.area_return", site, body, now)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"gross_g": 1, "tare_g": 2}, "bad-weight"),
        ({"gross_g": 1}, "not-an-act"),
        ({"gross_g": "1", "tare_g": 0}, "bad-amount"),
    ],
)
def test_a_weighing_that_is_none_is_refused(site: Any, body: Any, code: str, now: Any) -> None:
    with pytest.raises(Refused, match=code):
        parse("exchange.weigh_bin", site, body, now)


def test_an_act_of_nowhere_is_refused(now: Any) -> None:
    with pytest.raises(Refused, match="not-an-act"):
        kinds.kind("exchange.weigh_bin", 1).parse(kinds.Envelope(uuid.uuid4(), "exchange.weigh_bin", 1, None, now, {}))


def test_who_calibrates_is_a_lead(site: Any, outreach: Any, now: Any) -> None:
    draft = parse("exchange.calibrate", site, {"of": "weight", "containers": told(NEEDLES)}, now)
    with pytest.raises(Refused, match="not-allowed"):
        actions.calibrate(draft, by=outreach, received_at=now)


def test_acts_sent_again_are_recorded_once(site: Any, lead: Any, calibrated: Any, now: Any) -> None:
    for name, body in (
        ("exchange.calibrate", {"of": "weight", "containers": told(NEEDLES)}),
        ("exchange.weigh_bin", {"gross_g": 900, "tare_g": 100}),
        ("exchange.area_return", {"source": "found", "returned": {"method": "said", "amount": 3}}),
    ):
        draft = parse(name, site, body, now)
        answers = [kinds.kind(name, 1).run(draft, by=lead, received_at=now).already for _ in range(2)]
        assert answers == [False, True]
    assert (models.Calibration.objects.count(), models.Weighing.objects.count(), models.AreaReturn.objects.count()) == (
        2,
        1,
        1,
    )


def test_the_database_refuses_a_calibration_of_one_container(calibrated: Any) -> None:
    row = models.Calibration.objects.get()
    row.pk, row.n = uuid.uuid4(), 1
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
