"""A browser at the desk, as the tests of every room open one, and what is said in it."""

import re
import uuid
from typing import Any

from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from handrail.core.common import clock
from handrail.core.org import actions, queries, rules, session

AT = "2026-03-10T18:00:00Z"
HX = {"HX-Request": "true"}


def open_desk(client: Client, worker: Any) -> Client:
    """Open a shift of this worker's in a browser; who had one there stays, behind their PIN."""
    request = HttpRequest()
    request.session = client.session
    request.COOKIES = {name: told.value for name, told in client.cookies.items()}
    session.begin(request, actions.open_shift(worker, method=rules.TOTP, now=clock.now()))
    request.session.save()
    client.cookies["handrail"] = str(request.session.session_key)
    return client


def send(
    client: Client, name: str, site: Any, told: dict[str, Any] | None = None, *, method: str = "post", **headers: str
) -> Any:
    frame = {} if method == "get" else {"id": str(uuid.uuid4()), "at": AT, "served_for": "1"}
    return getattr(client, method)(reverse(f"desk:{name}", args=[site.id]), frame | (told or {}), headers=headers)


def go(client: Client, name: str, told: dict[str, str] | None = None) -> str:
    """Send a form; return where it leads, or the code with which the page came back."""
    answer = client.post(reverse(f"desk:{name}"), told or {})
    found = re.search(r"<code>([a-z-]+)</code>", answer.content.decode())
    return str(answer.headers.get("Location") or (found and found.group(1)))


def code(secret: str, now: Any, back: int = 0) -> str:
    return rules.code_at(secret, int(now.timestamp()) // 30 + back)


def password(client: Client, handle: str) -> str:
    return go(client, "sign-in", {"handle": handle, "password": f"{handle} password long"})


def shift_of(client: Client, handle: str) -> str:
    shifts = [uuid.UUID(one) for one in client.session["shifts"]]
    return str(next(one for one in shifts if (found := queries.worker(one)) and found.handle == handle))


def refused(answer: Any) -> str:
    """Return the code with which a page came back; empty where it was none."""
    found = re.search(r"<code>([a-z-]+)</code>", answer.content.decode())
    return found.group(1) if found else ""
