"""Staff write down what somebody tells them of naloxone used; who may see it sees what was told lately, and what may be one event."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from handrail.services.naloxone import models, public

from .desks import send

pytestmark = pytest.mark.django_db


def look(client: Client, site: Any) -> Any:
    return client.get(reverse("desk:told", args=[site.id]))


def test_a_report_is_written_down_and_the_list_shows_it(desk: Client, site: Any) -> None:
    answer = send(desk, "tell", site, {"when": "today", "doses": "2", "outcome": "ok", "area": str(site.id)})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Kept. Say thank you" in text
    assert "2 doses · OK · told at a desk" in text
    assert models.ReversalReport.objects.get().area_id == site.id


def test_a_lead_sees_what_may_be_one_event_and_how_many_came_in_a_flood(desk: Client, site: Any, now: Any) -> None:
    for told in ({"doses": "1"}, {"doses": "1"}, {"doses": "1", "flood": 1}):
        public.tell(told, act_id=uuid.uuid4(), area=site.id, received_at=now)
    text = look(desk, site).content.decode()
    assert text.count("may be the same as 1 other") == 2
    assert "1 more came in a flood" in text


def test_an_outreach_worker_writes_and_does_not_see_the_list(signed_in: Any, outreach: Any, site: Any) -> None:
    answer = look(signed_in(outreach), site)
    assert answer.status_code == 200
    assert "Told in the last" not in answer.content.decode()


def test_a_refused_report_says_why_and_keeps_what_was_tapped(desk: Client, site: Any) -> None:
    answer = send(desk, "tell", site, {"area": ""})
    assert answer.status_code == 422
    assert "nothing-told" in answer.content.decode()
    assert not models.ReversalReport.objects.exists()


def test_a_death_is_listed_by_its_month(desk: Client, site: Any) -> None:
    text = send(desk, "tell", site, {"outcome": "died", "month": "2026-02"}).content.decode()
    assert "2026-02 · doses not told · they died" in text


def test_nobody_and_a_worker_of_another_site_get_no_page(
    client: Client, signed_in: Any, add_worker: Callable[..., Any], site: Any, other_site: Any
) -> None:
    assert look(client, site).status_code == 302
    stranger = signed_in(add_worker("kim", "outreach", at=other_site))
    assert look(stranger, site).status_code == 404
    assert send(stranger, "tell", site, {"doses": "1"}).status_code in {403, 404, 422}
    assert not models.ReversalReport.objects.exists()
