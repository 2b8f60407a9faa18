"""Failed tries of codes are slowed, in memory: no address is kept, only a keyed mark of it that is gone with the process.

The lock is the length of the code (2^68); this is a brake. Source: the privacy rules, 2.6.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from threading import BoundedSemaphore, Lock

FREE = 10  # failed tries of one address before it is slowed
STEP, MOST = 0.1, 2.0  # seconds more for each further one, up to
MARKS = 10_000  # addresses remembered; the oldest is forgotten first
AT_ONCE = 8  # tries that may wait at once: the server's other threads stay free for codes that open something

_salt = secrets.token_bytes(32)
_failed: OrderedDict[bytes, int] = OrderedDict()
_lock, _waiting = Lock(), BoundedSemaphore(AT_ONCE)


def heard(address: str, *, good: bool, sleep: Callable[[float], None]) -> None:
    """Note a try from an address, and wait where it failed once too often. A good one never waits and forgives nothing."""
    if good:
        return
    seconds = _seconds(address)
    if seconds and _waiting.acquire(blocking=False):
        try:
            sleep(seconds)
        finally:
            _waiting.release()


def _seconds(address: str) -> float:
    mark = hmac.new(_salt, address.encode(), hashlib.sha256).digest()
    with _lock:
        tries = _failed.pop(mark, 0) + 1
        _failed[mark] = tries
        while len(_failed) > MARKS:
            _failed.popitem(last=False)
    return min(max(tries - FREE, 0) * STEP, MOST)


def forget() -> None:
    """Forget every address."""
    with _lock:
        _failed.clear()
