"""How many tell us something at once, in this process: a number, never who. A flood is let in, marked, and takes turns.

Nobody is asked who they are, so nobody can be told apart: what comes beyond a plausible number is kept and marked as a flood,
and does not count until staff look at it. Whatever comes, only one of them writes at a time: staff's own acts wait for one.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from handrail.core.common.refusals import Refused

SPAN = timedelta(minutes=10)
MOST = 30  # in ten minutes: ours; a busy programme hears that many in a week
LONGEST_WAIT = 2.0  # seconds for one's turn; then the form comes back as it was, to be sent again


class Pace:
    """Counts what came within a span; holds times for that long, in memory."""

    def __init__(self, *, most: int = MOST, span: timedelta = SPAN, wait: float = LONGEST_WAIT) -> None:
        self.most, self.span, self.wait = most, span, wait
        self._came: deque[datetime] = deque(maxlen=most)
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def is_flood(self, now: datetime) -> bool:
        """Note one that comes now, and tell whether more than `most` came within the span."""
        with self._lock:
            full = len(self._came) == self.most and now - self._came[0] < self.span
            self._came.append(now)
            return full

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Write alone among those who tell. Raises Refused("busy") when no turn came in time: nothing was saved."""
        if not self._turn.acquire(timeout=self.wait):
            raise Refused("busy")
        try:
            yield
        finally:
            self._turn.release()


REPORTS = Pace()
