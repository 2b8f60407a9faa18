"""What a site's screens are told live. One thread a process looks whether the board is another; every listener gets the same bytes.

A listener waits on a thread of its own and asks the database nothing, so that many of them starve no request. The frame is signed
once, as answers are: a device takes no board whose signature does not fit.
"""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.db import Error, connection

from handrail.core.common import keys

from .answers import written

LOOK_EVERY = 0.08  # seconds between two looks for what another process changed; our own changes are told at once
BEAT_EVERY = 10.0  # seconds without news until a line says that the house is still there
MOST_LISTENERS = 110  # a process; the server gives each a thread (serving.THREADS says how many there are)

Render = Callable[[uuid.UUID], bytes]
Edition = Callable[[uuid.UUID], int]


@dataclass
class _Site:
    listeners: int = 0
    edition: int = -1
    frame: bytes = b""
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self, *, after: int) -> tuple[bytes, int]:
        """Wait for a frame newer than this edition; return it and its edition, or nothing after a while."""
        with self.changed:
            self.changed.wait_for(lambda: bool(self.frame) and self.edition != after, timeout=BEAT_EVERY)
            return (self.frame, self.edition) if self.frame and self.edition != after else (b"", after)


class Hub:
    """The listeners of this process. `edition` tells whether a site's board is another, `render` writes it."""

    def __init__(self, *, edition: Edition, render: Render) -> None:
        """Begin with nobody listening; the looking thread runs only while somebody does."""
        self.edition, self.render = edition, render
        self.sites: dict[uuid.UUID, _Site] = {}
        self.lock = threading.Lock()
        self.news = threading.Event()
        self.thread: threading.Thread | None = None

    def full(self) -> bool:
        """Tell whether no more listeners fit: who is turned away asks every second instead."""
        return sum(site.listeners for site in self.sites.values()) >= MOST_LISTENERS

    def poke(self) -> None:
        """Say that something changed here: look at once."""
        self.news.set()

    def listen(self, site_id: uuid.UUID) -> Iterator[bytes]:
        """Yield each newest frame of a site's board as a server-sent event, and a beat when there is none for a while."""
        site = self._join(site_id)
        seen = -1
        try:
            yield b": here\n\n"
            while True:
                fresh, seen = site.next(after=seen)
                yield fresh or b": here\n\n"
        finally:
            with self.lock:
                site.listeners -= 1

    def _join(self, site_id: uuid.UUID) -> _Site:
        with self.lock:
            site = self.sites.setdefault(site_id, _Site())
            site.listeners += 1
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._look, daemon=True)
                self.thread.start()
        self.poke()
        return site

    def _look(self) -> None:
        try:
            while self._listened():
                for site_id, site in list(self.sites.items()):
                    self._look_at(site_id, site)
                self.news.wait(LOOK_EVERY)
                self.news.clear()
        finally:
            connection.close()

    def _listened(self) -> bool:
        with self.lock:
            if any(site.listeners for site in self.sites.values()):
                return True
            self.thread = None
            self.sites.clear()
            return False

    def _look_at(self, site_id: uuid.UUID, site: _Site) -> None:
        try:
            edition = self.edition(site_id)
            if edition == site.edition:
                return
            frame = self.render(site_id)
        except Error:  # the database had no turn: look again soon
            connection.close()
            return
        with site.changed:
            site.edition, site.frame = edition, frame
            site.changed.notify_all()


def frame(board: dict[str, object]) -> bytes:
    """Write a board as one signed event: `id` holds the key's name and the signature over the data's bytes."""
    told = json.dumps(board, separators=(",", ":")).encode()
    kid, signed = keys.ring().sign_answer(told)
    return b"id: " + f"{kid}.{written(signed)}".encode() + b"\ndata: " + told + b"\n\n"
