"""Optional noise by cell key: the same contributors get the same noise, in every table and at every time.

Each contributor has a secret random number; a cell's key is the sum of its contributors' numbers, and the key picks the noise.
Asking again, or asking for the same people by another road, averages nothing out. Method: Fraser and Wooton 2005, A proposed
method for confidentialising tabular output to protect against differencing (UNECE/Eurostat work session, Geneva).
"""

import hashlib
import hmac
from collections.abc import Iterable

from .judging import GUARD_BAND

KEY_BITS = 64
MOST = GUARD_BAND  # how far a number is moved at most
SPAN = 1 << KEY_BITS
WEIGHTS = tuple(
    GUARD_BAND + 1 - abs(d) for d in range(-GUARD_BAND, GUARD_BAND + 1)
)  # a triangle: mean 0, variance 35/6


def record_key(secret: bytes, contributor: str) -> int:
    """Return a contributor's number: nobody without the secret can tell it."""
    return int.from_bytes(hmac.new(secret, contributor.encode(), hashlib.sha256).digest()[: KEY_BITS // 8])


def cell_key(secret: bytes, contributors: Iterable[str]) -> int:
    """Return a cell's key. Their order does not matter; who stands twice counts once."""
    return sum(record_key(secret, one) for one in set(contributors)) % SPAN


def noised(value: int, key: int) -> int:
    """Return a count with its noise, at most the guard band either way. A zero stays one, and nothing goes below zero."""
    return max(0, value + noise(key)) if value else 0


def noise(key: int) -> int:
    """Return the noise that a cell's key picks: -5 to 5, small noise more often."""
    drawn = key * sum(WEIGHTS) // SPAN
    for d, weight in enumerate(WEIGHTS, start=-GUARD_BAND):
        if drawn < weight:
            return d
        drawn -= weight
    raise AssertionError("the weights add up to the whole")
