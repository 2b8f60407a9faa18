"""What people tell us of naloxone's use: what is kept, what is not, and what it is never joined to."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from handrail.core import journal
from handrail.core.common.refusals import Refused
from handrail.core.journal import kinds, links
from handrail.core.journal.holds import Scope
from handrail.core.journal.models import OpenEntry, Permit
from handrail.core.journal.verify import verify
from handrail.services.naloxone import actions, models, public, queries, rules

pytestmark = pytest.mark.django_db
ALL = {
    "when": "week", "doses": "2", "outcome": "ok", "product": "NAL-NS-4", "route": "nose", "ambulance": "called",
    "setting": "public", "breaths": "yes", "after": ["sleepy", "vomited"], "thought": ["opioids"], "age": "25-44",
}  # fmt: skip


def tell(now: Any, area: Any = None, *, act_id: uuid.UUID | None = None, **answers: Any) -> models.ReversalReport:
    public.tell(answers, act_id=act_id or uuid.uuid4(), area=area, received_at=now)
    return models.ReversalReport.objects.filter(sealed=False).latest("day")


def test_tell_keeps_what_was_answered_and_the_day(site: Any, now: Any) -> None:
    row = tell(now, site.id, **ALL)
    assert (row.area_id, row.day, row.ago, row.doses, row.at_least, row.outcome) == (
        site.id, date(2026, 3, 10), "week", 2, False, "ok",
    )  # fmt: skip
    assert (row.product_id, row.route, row.after, row.thought, row.age) == (
        "NAL-NS-4", "nose", "sleepy vomited", "opioids", "25-44",
    )  # fmt: skip
    assert (row.told_by, row.flood, row.month) == ("public", False, "")


def test_tell_states_no_time_and_nobody(site: Any, now: Any) -> None:
    tell(now, site.id, **ALL)
    entry = OpenEntry.objects.get(kind="naloxone.report")
    assert '"at":""' in entry.stated
    assert entry.worker == str(rules.ANYONE.id)


def test_doses_that_were_not_told_are_neither_none_nor_one(site: Any, now: Any) -> None:
    assert tell(now, outcome="ok").doses is None
    row = tell(now, doses="3+")
    assert {(one.doses, one.at_least) for one in models.ReversalReport.objects.all()} == {(None, False), (3, True)}
    assert row.outcome in {"", "ok"}


def test_of_a_death_only_product_doses_month_and_area_are_kept(site: Any, now: Any) -> None:
    row = tell(now, site.id, **(ALL | {"outcome": "died", "month": "2026-02"}))
    kept = {
        name: getattr(row, name)
        for name in ("ago", "route", "ambulance", "setting", "breaths", "after", "thought", "age")
    }
    assert set(kept.values()) == {""}
    assert (row.product_id, row.doses, row.month, row.area_id, row.outcome) == (
        "NAL-NS-4",
        2,
        "2026-02",
        site.id,
        "died",
    )
    stated = OpenEntry.objects.get(kind="naloxone.report").stated
    assert not any(word in stated for word in ("nose", "called", "25-44", "opioids"))


def test_the_database_refuses_more_of_a_death(site: Any, now: Any) -> None:
    row = tell(now, outcome="ok", ambulance="called")
    row.pk, row.outcome = uuid.uuid4(), "died"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_what_is_not_on_the_form_is_left_out_and_never_refused(site: Any, now: Any) -> None:
    row = tell(
        now, uuid.uuid4(), when="yesterday", doses="99", outcome="ok", product="COOK", age="37", after=["x"], who="me"
    )
    assert (row.area_id, row.ago, row.doses, row.outcome, row.product_id, row.age, row.after) == (
        None, "", None, "ok", None, "", "",
    )  # fmt: skip


def test_no_answer_at_all_is_said_so(site: Any, now: Any) -> None:
    with pytest.raises(Refused, match="nothing-told"):
        tell(now, site.id)
    assert not models.ReversalReport.objects.exists()


def test_the_same_form_sent_again_is_kept_once(site: Any, now: Any) -> None:
    act = uuid.uuid4()
    for minutes in (0, 20):
        tell(now + timedelta(minutes=minutes), site.id, act_id=act, **ALL)
    assert models.ReversalReport.objects.count() == 1


def test_a_form_that_was_changed_and_sent_again_is_kept_too(site: Any, now: Any) -> None:
    act = uuid.uuid4()
    tell(now, act_id=act, doses="1")
    tell(now, act_id=act, doses="2")
    assert set(models.ReversalReport.objects.values_list("doses", flat=True)) == {1, 2}


def test_staff_write_down_what_they_heard_and_it_is_not_theirs(site: Any, outreach: Any, now: Any) -> None:
    kind = kinds.kind("naloxone.report", 1)
    draft = kind.parse(kinds.Envelope(uuid.uuid4(), kind.name, 1, site.id, now, {"when": "today", "doses": "1"}))
    entry = kind.run(draft, by=outreach, received_at=now)
    assert models.ReversalReport.objects.get().told_by == "staff"
    assert entry.worker == str(rules.ANYONE.id)


@pytest.mark.parametrize(
    "body", [{"when": "noon"}, {"doses": 2}, {"who": "x"}, {"after": ["upset", "upset"]}, {"month": "2026-13"}]
)
def test_a_device_that_sends_what_is_not_on_the_form_is_refused(site: Any, body: dict[str, Any], now: Any) -> None:
    with pytest.raises(Refused, match="not-an-act"):
        kinds.kind("naloxone.report", 1).parse(kinds.Envelope(uuid.uuid4(), "naloxone.report", 1, site.id, now, body))


def test_a_device_that_does_not_know_the_time_is_refused(site: Any) -> None:
    with pytest.raises(Refused, match="not-an-act"):
        kinds.kind("naloxone.report", 1).parse(
            kinds.Envelope(uuid.uuid4(), "naloxone.report", 1, site.id, None, {"doses": "1"})
        )


def test_a_product_that_is_not_naloxone_is_refused(site: Any, outreach: Any, now: Any) -> None:
    draft = rules.parse_report({"product": "COOK"}, act_id=uuid.uuid4(), heard_at=now, area=None)
    with pytest.raises(Refused, match="not-naloxone"):
        actions.record_report(draft, by=rules.ANYONE, received_at=now)


def test_who_may_not_write_it_down_does_not(site: Any, add_worker: Callable[..., Any], now: Any) -> None:
    draft = rules.parse_report({"doses": "1"}, act_id=uuid.uuid4(), heard_at=now, area=site.id)
    with pytest.raises(Refused, match="not-allowed"):
        actions.record_report(draft, by=add_worker("sam", "stock"), received_at=now)


def test_like_reports_are_a_hint_made_when_staff_look(site: Any, other_site: Any, now: Any) -> None:
    first = tell(now, site.id, when="today", doses="2", outcome="ok")
    public.tell({"when": "week"}, act_id=uuid.uuid4(), area=site.id, received_at=now)
    public.tell({"when": "today", "doses": "1"}, act_id=uuid.uuid4(), area=site.id, received_at=now)
    public.tell({"when": "today", "doses": "2"}, act_id=uuid.uuid4(), area=other_site.id, received_at=now)
    heard = queries.heard(since=now.date(), until=now.date() + timedelta(days=1), areas={site.id})
    assert len(heard.reports) == 3
    assert heard.like[first.pk] == 1
    assert sorted(heard.like.values()) == [1, 1, 2]


def test_a_flood_is_kept_and_shown_apart(site: Any, now: Any) -> None:
    tell(now, site.id, doses="1", flood=1)
    heard = queries.heard(since=now.date(), until=now.date() + timedelta(days=1), areas={site.id})
    assert (heard.reports, heard.flooded) == ([], 1)


@pytest.fixture
def sealed(site: Any, now: Any, seal: Callable[..., int]) -> None:
    for answers in (
        {"doses": "3+", "outcome": "ok"},
        {"doses": "1", "outcome": "ok"},
        {"outcome": "ok"},
        {"outcome": "died"},
    ):
        tell(now, site.id, **answers)
    seal()


def forget(today: date, kept: Any = ()) -> dict[str, int]:
    with links.run("retain", day=today) as run:
        actions.forget_reports(run, today=today, kept=kept)
    return run.counts


@pytest.mark.usefixtures("sealed")
def test_reports_become_counts_after_thirteen_months_and_the_chain_holds(site: Any) -> None:
    assert forget(date(2027, 3, 31)) == {"reversal_reports": 0}
    assert forget(date(2027, 4, 1)) == {"reversal_reports": 4}
    assert not models.ReversalReport.objects.exists()
    told = {row.outcome: (row.reports, row.stated, row.doses) for row in models.ReversalMonth.objects.all()}
    assert told == {"ok": (3, 2, 4), "died": (1, 0, 0)}
    assert {row.day for row in models.ReversalMonth.objects.all()} == {date(2026, 3, 1)}
    assert verify(today=date(2027, 4, 1)).broken is None


@pytest.mark.usefixtures("sealed")
def test_a_legal_hold_keeps_reports(site: Any) -> None:
    kept = [Scope(str(site.id), date(2026, 3, 1), date(2026, 4, 1))]
    assert forget(date(2027, 4, 1), kept) == {"reversal_reports": 0}
    assert models.ReversalReport.objects.count() == 4


@pytest.mark.usefixtures("sealed")
def test_a_sealed_report_cannot_be_edited() -> None:
    assert not Permit.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.ReversalReport.objects.update(doses=9)
    assert journal.find(models.ReversalReport.objects.latest("pk").pk) is not None
