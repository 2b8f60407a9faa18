"""Signing in with a password, out, and what ends a session."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from handrail.core.encounters import models as encounter_models
from handrail.core.org import models as org_models

from .desks import send


@pytest.mark.parametrize("handle", ["ash", "nobody", "ash\x00", "<b>x</b>", "=cmd"])
def test_sign_in_answers_wrong_ones_alike_and_keeps_the_handle(client, outreach, handle) -> None:
    answer = client.post(reverse("desk:sign-in"), {"handle": handle, "password": "not the password"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "wrong-sign-in" in page
    assert "<b>x" not in page and "not the password" not in page and (handle != "=cmd" or 'value="=cmd"' in page)


def test_sign_in_locked_out_answers_429(client, outreach) -> None:
    for _ in range(5):
        client.post(reverse("desk:sign-in"), {"handle": "ash", "password": "wrong"})
    assert client.post(reverse("desk:sign-in"), {"handle": "ash", "password": "ash password long"}).status_code == 429


def test_sign_out_ends_the_session(desk) -> None:
    assert desk.post(reverse("desk:sign-out")).headers["Location"] == reverse("desk:sign-in")
    assert desk.get(reverse("desk:home")).status_code == 302


def test_sign_out_is_no_get(desk) -> None:
    assert desk.get(reverse("desk:sign-out")).status_code == 405


def test_session_ends_when_the_stamp_changes(desk, lead) -> None:
    org_models.Worker.objects.filter(pk=lead.id).update(stamp=uuid.uuid4())
    assert desk.get(reverse("desk:home")).status_code == 302


def test_session_ends_when_the_worker_leaves(desk, lead) -> None:
    org_models.Worker.objects.filter(pk=lead.id).update(active=False)
    assert desk.get(reverse("desk:home")).status_code == 302


def test_session_loses_a_withdrawn_role_at_once(desk, lead, site) -> None:
    org_models.Role.objects.filter(worker_id=lead.id).delete()
    assert send(desk, "window", site, method="get").status_code == 404
    assert (
        send(desk, "visit", site, {"give.COOK": "5"}).status_code == 422
        and encounter_models.Encounter.objects.count() == 0
    )


def test_form_without_its_token_saves_nothing(signed_in, lead, site) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in(lead).cookies
    answer = send(client, "visit", site, {"give.COOK": "5"})
    assert (
        answer.status_code == 422
        and b"stale-form" in answer.content
        and encounter_models.Encounter.objects.count() == 0
    )
