"""A floor with two rooms, and what its screens send."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from handrail.services.consumption import actions, models
from handrail.services.consumption.rules import setup


@pytest.fixture
def floor(site: Any, lead: Any, now: Any) -> Any:
    """Open an injecting room of three booths and a smoking room for four; returns the site."""
    for label, kind, places, holds, purge in (("Booths", "injecting", 3, 1, 0), ("Smoke", "smoking", 1, 4, 5)):
        draft = setup.NewRoom(uuid.uuid4(), site.id, now, label, kind, places, holds, purge)
        actions.open_room(draft, by=lead, received_at=now)
    return site


@pytest.fixture
def place(floor: Any) -> Callable[[str], str]:
    """Return a place's id by its label."""
    return lambda label: str(models.Place.objects.get(room__site=floor.id, label=label).pk)


@pytest.fixture
def staff(add_worker: Callable[..., Any]) -> Any:
    """A worker on the floor."""
    return add_worker("wren", "floor")


@pytest.fixture
def tap(floor: Any, staff: Any, now: Any) -> Callable[..., str]:
    """Send one step; returns the refusal's code, empty when it was saved. `by=None`: nobody is signed in."""

    def send(
        kind: str, on: Any, *, by: Any = staff, screen: str = "Tablet 1", after: int = 0, step: Any = None, **told: Any
    ) -> str:
        sent = {"id": str(step or uuid.uuid4()), "kind": kind, "on": str(on)} | told
        sender = actions.Sender(floor.id, screen, by)
        (answer,) = actions.take_steps([sent], sender=sender, received_at=now + timedelta(seconds=after))
        return answer.refusal.code if answer.refusal else ""

    return send


@pytest.fixture
def arrive(tap: Callable[..., str]) -> Callable[..., uuid.UUID]:
    """Let somebody arrive; returns the visit's id."""

    def come(**told: Any) -> uuid.UUID:
        visit = uuid.uuid4()
        assert tap("arrive", visit, **told) == ""
        return visit

    return come
