"""Two hundred histories in every run, thousands with `./handrail test --faults`: what must hold holds in each of them.

On PostgreSQL a history takes seconds where it takes half of one on SQLite, since each begins with a database of its own: fewer.
"""

import os

import pytest

ON_POSTGRES = os.environ.get("HANDRAIL_DATABASE_URL", "").startswith("postgres")
SEEDS, MORE, AT_ONCE = (4, 60, 2) if ON_POSTGRES else (200, 4_000, 20)
FAILED_ONCE = (258, 500)  # a seed that failed stays here, so that it is lived through for ever

LONG = os.environ.get("HANDRAIL_FAULTS") == "1"


@pytest.mark.faults
@pytest.mark.parametrize("first", range(0, MORE if LONG else SEEDS, AT_ONCE))
def test_whatever_happens_each_act_counts_once_and_the_shelf_is_right(live, first) -> None:
    for seed in range(first, first + AT_ONCE):
        world, wrong = live(seed)
        assert not wrong, f"seed {seed}: {wrong}\n{world.log}"


@pytest.mark.parametrize("seed", FAILED_ONCE)
def test_a_seed_that_failed_once_holds(live, seed) -> None:
    world, wrong = live(seed)
    assert not wrong, f"seed {seed}: {wrong}\n{world.log}"
