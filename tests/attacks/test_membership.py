"""Was this person there? Membership inference on a released table, with noise by cell key and without.

The attacker sees the table's numbers in which the person would be counted: their cell and its three sums. They know the rule, the
code and the spread of the noise, and take the likelier of two worlds: the person came, or did not. Advantage: how often they say
"came" when it is so, less how often when it is not; 1 is certainty, 0 is a guess. `./handrail test tests/attacks -s` prints it.
"""

import math
import random
from collections.abc import Sequence

import pytest

from handrail.evidence.release.gate import noise

TRIALS, SECRET = 600, b"a secret of this test"
OTHERS = (20, 45, 60, 120)  # people in the cell and its sums, without the one asked about: none is small
SPREAD = {d: weight / sum(noise.WEIGHTS) for d, weight in enumerate(noise.WEIGHTS, start=-noise.MOST)}


def table(trial: int, *, came: bool, unsure: int, noised: bool) -> list[int]:
    """Return the numbers that are printed: each cell with its others (`unsure` of them come by chance), the person, the noise of its key."""
    chance = random.Random(trial)
    extra = [n for n in range(unsure) if chance.random() < 0.5]
    printed = []
    for cell, others in enumerate(OTHERS):
        people = [f"{trial}:{cell}:{n}" for n in range(others - unsure)] + [f"{trial}:x{n}" for n in extra]
        people += [f"{trial}:them"] if came else []
        printed.append(noise.noised(len(people), noise.cell_key(SECRET, people)) if noised else len(people))
    return printed


def likelihood(printed: Sequence[int], *, came: bool, unsure: int, noised: bool) -> float:
    """Return how likely these numbers are in one of the two worlds, to who knows all but the unsure."""
    total = 0.0
    for extra in range(unsure + 1):
        weight = math.comb(unsure, extra) / 2**unsure
        for number, others in zip(printed, OTHERS, strict=True):
            apart = number - (others - unsure + extra + came)
            weight *= SPREAD.get(apart, 0.0) if noised else float(apart == 0)
        total += weight
    return total


def advantage(*, unsure: int, noised: bool) -> float:
    """Return the attacker's advantage over many tables."""
    said = {True: 0, False: 0}
    for trial in range(TRIALS):
        for came in (True, False):
            printed = table(trial + TRIALS * came, came=came, unsure=unsure, noised=noised)
            inside, outside = (likelihood(printed, came=world, unsure=unsure, noised=noised) for world in (True, False))
            said[came] += inside > outside
    return (said[True] - said[False]) / TRIALS


@pytest.mark.parametrize(("unsure", "plain_at_least", "noised_at_most"), [(0, 1.0, 0.42), (20, 0.15, 0.16)])
def test_noise_takes_the_certainty_from_who_knows_everybody_else(
    unsure: int, plain_at_least: float, noised_at_most: float
) -> None:
    plain, moved = (advantage(unsure=unsure, noised=noised) for noised in (False, True))
    print(f"\n{unsure} others unsure: advantage {plain:.3f} without noise, {moved:.3f} with it")
    assert plain >= plain_at_least
    assert moved <= noised_at_most
    assert moved < plain
