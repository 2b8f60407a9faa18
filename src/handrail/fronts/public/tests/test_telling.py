"""Anyone tells us that naloxone was used: a minute, no account, no script, and nothing kept of who told."""

import re
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from handrail.core.common.refusals import Refused
from handrail.fronts.public import pace
from handrail.services.naloxone import models

from .test_pages import read

pytestmark = pytest.mark.django_db
FORBIDDEN = re.compile(r"\b(sold|seller|dealer|shared|police|who was there|your name\?|relationship)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds another's reports among those of the last ten minutes."""
    monkeypatch.setattr(pace, "REPORTS", pace.Pace())


def send(client: Client, **told: Any) -> Any:
    return client.post(
        "/tell/", {"id": str(uuid.uuid4())} | told, HTTP_USER_AGENT="Canary/7", REMOTE_ADDR="203.0.113.77"
    )


def reports() -> list[models.ReversalReport]:
    return list(models.ReversalReport.objects.order_by("doses"))


def test_form_asks_four_things_first_and_is_sent_without_a_token(site: Any, client: Client) -> None:
    page = read(client, "/tell/")
    first = page.text.partition("add more if you want")[0]
    for asks in ("When was it?", "How many doses?", "How are they now?", "Roughly where?"):
        assert asks in first
    assert {attrs["name"] for tag, attrs in page.tags if tag == "input"} >= {"id", "when", "doses", "outcome"}
    assert not any(tag in {"textarea", "script"} or attrs.get("type") == "text" for tag, attrs in page.tags)
    assert "We cannot promise that a court will not ask" in page.text
    assert not FORBIDDEN.search(page.text)


def test_what_is_told_is_kept_and_nothing_of_who_told(site: Any, client: Client) -> None:
    answer = send(client, when="today", doses="2", outcome="ok", area=str(site.id))
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Thank you" in answer.content.decode()
    assert [(one.area_id, one.ago, one.doses, one.outcome) for one in reports()] == [(site.id, "today", 2, "ok")]


def test_a_death_gets_other_words_and_little_is_kept(site: Any, client: Client) -> None:
    page = send(client, when="week", doses="3+", outcome="died", month="2026-03", ambulance="called", setting="private")
    text = page.content.decode()
    assert "We are sorry" in text
    assert "talk to someone" in text
    (row,) = reports()
    assert (row.ago, row.month, row.doses, row.at_least, row.ambulance, row.setting) == ("", "2026-03", 3, True, "", "")


def test_the_answer_is_the_same_whether_or_not_a_like_report_is_there(site: Any, client: Client) -> None:
    told = {"when": "today", "doses": "1", "outcome": "ok", "area": str(site.id)}
    first, second = (send(client, **told) for _ in range(2))
    assert first.content == second.content
    assert first.headers.items() == second.headers.items()
    assert len(reports()) == 2


def test_no_answer_brings_the_form_back_with_a_word(site: Any, client: Client) -> None:
    act = str(uuid.uuid4())
    answer = client.post("/tell/", {"id": act, "area": str(site.id)})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "nothing-told" in text
    assert act in text
    assert f'<option value="{site.id}" selected>' in text


@pytest.mark.parametrize(
    "told", [{"id": "not-an-id"}, {"doses": "-1"}, {"area": "x"}, {"outcome": ["ok", "died"]}, {"month": "☃"}]
)
def test_a_form_that_was_mangled_on_the_way_is_kept_as_far_as_it_goes(site: Any, client: Client, told: Any) -> None:
    assert send(client, **({"when": "today"} | told)).status_code == 200
    assert [one.told_by for one in reports()] == ["public"]


def test_a_flood_is_never_refused_is_marked_and_ends(site: Any, client: Client, monkeypatch: Any, now: Any) -> None:
    for _ in range(pace.MOST + 3):
        assert send(client, doses="1").status_code == 200
    assert [one.flood for one in reports()].count(True) == 3
    monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + pace.SPAN)
    send(client, doses="2")
    assert [one.flood for one in reports()].count(True) == 3


def test_one_writes_at_a_time_and_who_gets_no_turn_keeps_the_form(site: Any, client: Client, monkeypatch: Any) -> None:
    busy = pace.Pace(wait=0.01)
    monkeypatch.setattr(pace, "REPORTS", busy)
    with busy.turn():
        answer = send(client, doses="2")
    assert answer.status_code == 503
    assert re.search(r'name="doses" value="2" checked', answer.content.decode())
    assert reports() == []
    assert send(client, doses="2").status_code == 200


def test_turn_is_given_back_when_writing_fails() -> None:
    made = pace.Pace(wait=0.01)
    with pytest.raises(Refused, match="nothing-told"), made.turn():
        raise Refused("nothing-told")
    with made.turn():
        pass


def test_is_flood_counts_across_threads(now: Any) -> None:
    made, told = pace.Pace(most=50), []
    threads = [threading.Thread(target=lambda: told.extend(made.is_flood(now) for _ in range(20))) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told.count(True) == 50
    assert not made.is_flood(now + pace.SPAN + timedelta(seconds=1))


def test_a_dump_holds_no_address_and_no_agent(
    site: Any, client: Client, fresh_keys: None, seal: Callable[..., int]
) -> None:
    from tests.attacks import dump

    send(client, when="today", doses="2", outcome="ok")
    found = [value for rows in dump.tables().values() for row in rows for _, value in dump.cells(row)]
    assert not any("203.0.113.77" in value or "Canary" in value for value in found)
    (report,) = reports()
    seal()
    ids = {report.pk.hex}
    holding = {
        t
        for t, rows in dump.tables().items()
        if any(v.replace("-", "") in ids for row in rows for _, v in dump.cells(row))
    }
    assert holding <= {"naloxone_reversalreport", "journal_sealedentry", "journal_expiringtime"}
