"""R's random numbers, word for word: the Mersenne Twister, sampling without replacement by rejection, the likelier-first yes or no."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from handrail.evidence.impact.engine import Array

SCRAMBLES = 50  # R turns a seed this often before it fills the state
STATE = 624  # 32-bit words of the Mersenne Twister
SCALE = 2.3283064365386963e-10  # 2^-32, as R writes it
HALF_WORD = 16  # bits that R takes from one uniform number for an index


class Generator:
    """R's default generator after `set.seed(seed)`."""

    def __init__(self, seed: int) -> None:
        words = np.empty(SCRAMBLES + STATE + 1, dtype=np.uint32)
        value = seed & 0xFFFFFFFF
        for at in range(words.size):
            value = (69069 * value + 1) & 0xFFFFFFFF
            words[at] = value
        self._bits = np.random.MT19937()
        key = words[SCRAMBLES + 1 :]  # the first of the 625 is R's own counter
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": STATE}}

    def uniform(self, count: int) -> Array:
        """Return the next `count` uniform numbers."""
        return np.asarray(np.maximum(self._bits.random_raw(count) * SCALE, SCALE / 2))  # R never returns 0


def without_replacement(generator: Generator, people: int, size: int) -> npt.NDArray[np.int64]:
    """Return `size` of the numbers 0 to people - 1, as R's `sample.int` draws them: swap with the last."""
    pool = np.arange(people)
    left = list(pool)
    drawn = np.empty(size, dtype=np.int64)
    indices = _indices(generator, people, size)
    for at, index in enumerate(indices):
        drawn[at] = left[index]
        left[index] = left[-1]
        left.pop()
    return drawn


def _indices(generator: Generator, people: int, size: int) -> Iterator[int]:
    """Yield indices below people, people - 1, ...: bits of uniform numbers, drawn again while too large."""
    half_words = _half_words(generator, size)
    for left in range(people, people - size, -1):
        bits = (left - 1).bit_length()
        mask = (1 << bits) - 1
        while True:
            value = next(half_words)
            if bits >= HALF_WORD:
                value = (value << HALF_WORD) + next(half_words)
            value &= mask
            if value < left:
                break
        yield value


def _half_words(generator: Generator, size: int) -> Iterator[int]:
    while True:
        yield from (generator.uniform(max(2 * size, 64)) * (1 << HALF_WORD)).astype(np.int64).tolist()


def yes(uniform: float, chance: float) -> bool:
    """Return R's `sample(0:1, 1, prob = c(1 - p, p))`: the likelier outcome where u <= its probability."""
    return uniform <= chance if chance > 1 - chance else uniform > 1 - chance
