"""The server: the real sync view, ledger, sealer and retention on a database of its own; it can die at any statement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import RequestFactory

from handrail.fronts.api import sync

from .database import Databases

REQUESTS = RequestFactory()


class Killed(BaseException):
    """The server's process was killed. Not an Exception: no handler of ours outlives a kill."""


@dataclass(frozen=True)
class Heard:
    """What comes back over the line: a status, headers (lower case) and bytes."""

    status: int
    headers: dict[str, str]
    body: bytes


class Server:
    """One server process on one line of databases."""

    def __init__(self, databases: Databases) -> None:
        self.databases = databases

    def ask(self, body: bytes, headers: dict[str, str], *, die_at: int | None = None) -> Heard | None:
        """Answer one request; None when the process was killed at the given statement, counted from 1."""
        request = REQUESTS.post("/api/sync", body, content_type="application/json", headers=headers)
        told = self.run(lambda: sync.sync(request), die_at=die_at)
        if told is None:
            return None
        return Heard(told.status_code, {name.lower(): value for name, value in told.items()}, told.content)

    def run(self, work: Callable[[], Any], *, die_at: int | None = None) -> Any:
        """Do one piece of work; when it is killed, start again on what the crash left and return None."""
        if die_at is None:
            return work()
        knife = _Knife(self.databases, die_at)
        try:
            with connection.execute_wrapper(knife):
                return work()
        except Killed:
            self.databases.go_on(knife.left)
            return None


class _Knife:
    """Lets so many statements through, then kills."""

    def __init__(self, databases: Databases, die_at: int) -> None:
        self.databases, self.countdown, self.left = databases, die_at, None

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.left is not None:
            raise Killed
        self.countdown -= 1
        if self.countdown:
            return execute(sql, params, many, context)
        self.left = self.databases.take()
        raise Killed
