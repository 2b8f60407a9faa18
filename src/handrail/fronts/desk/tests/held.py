"""Steps of a review, as a browser takes them; shared by the tests of the desk."""

import uuid
from typing import Any

from django.test import Client
from django.urls import reverse

from handrail.core.journal import models, reviewing

from .desks import open_desk

AT = "2026-03-10T18:00:00Z"
RAW = "JG7MCT"


def desk_of(worker: Any) -> Client:
    """Return a browser of a worker's own, signed in."""
    return open_desk(Client(), worker)


def post(client: Client, name: str, held_id: uuid.UUID, told: dict[str, Any] | None = None, **more: Any) -> Any:
    """Send one form of the review of a held act."""
    frame = {"id": str(uuid.uuid4()), "at": AT}
    return client.post(reverse(f"desk:held-{name}", args=[held_id]), frame | (told or {}), **more)


def asking(held_id: uuid.UUID) -> dict[str, str]:
    """Return the field that names the latest asking to open a held act."""
    return {"asking": str(models.Opening.objects.filter(held=held_id).latest("asked_at").id)}


def open_and_end(first: Client, second: Client, take: Any) -> None:
    """Hold an act, have two people open it, and end it: every page of a review is shown."""
    take({"card": RAW})
    row = models.Held.objects.latest("day")
    first.get(reverse("desk:held-line", args=[row.id]))
    post(first, "ask", row.id, {"why": "did-it-happen"})
    post(second, "confirm", row.id, asking(row.id))
    post(first, "open", row.id, asking(row.id))
    post(
        first,
        "resolve",
        row.id,
        {"count": str(reviewing.alike(row).count()), "outcome": "destroyed", "why": "was-a-test"},
    )
