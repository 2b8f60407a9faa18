"""A lead's desk, a clock that moves, browsers in which shifts are open."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from .desks import code, go, password


@pytest.fixture
def desk(signed_in: Any, lead: Any) -> Client:
    """The desk of a lead of the site."""
    begun: Client = signed_in(lead)
    return begun


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, now: Any) -> Any:
    """Move the clock on by so many seconds."""

    def move(seconds: int) -> None:
        monkeypatch.setattr("handrail.core.common.clock.now", lambda: now + timedelta(seconds=seconds))

    return move


@pytest.fixture
def ash(client: Client, outreach: Any, step_up: Any, now: Any) -> Client:
    """A browser in which ash has opened a shift by password and code, at a desk."""
    secret = step_up(outreach)
    assert password(client, "ash") == reverse("desk:code")
    assert go(client, "code", {"code": code(secret, now)}) == reverse("desk:home")
    return client


@pytest.fixture
def both(ash: Client, lead: Any, step_up: Any, now: Any) -> Client:
    """The same browser, in which robin has opened a shift after ash."""
    secret = step_up(lead)
    password(ash, "robin")
    assert go(ash, "code", {"code": code(secret, now)}) == reverse("desk:home")
    return ash
