"""Invented tables, drawn the same each time."""

import numpy as np

from handrail.evidence.release.gate import tables


def table(*sizes: int, mean: float, seed: int, tells: bool = False) -> tables.Table:
    """Draw a table of people: so many nodes an axis, so many people a cell on average, some rows and columns far larger than others."""
    chance = np.random.default_rng(seed)
    axes = [tables.flat(f"axis{n}", [f"{n}.{i}" for i in range(size)], tells=tells) for n, size in enumerate(sizes)]
    rate = np.full(sizes, mean / np.e)
    for n, size in enumerate(sizes):
        shape = [1] * len(sizes)
        shape[n] = size
        rate = rate * np.exp(chance.normal(0, 1, shape))
    drawn = chance.poisson(rate)
    leaves = {tuple(f"{n}.{i}" for n, i in enumerate(place)): int(drawn[place]) for place in np.ndindex(*sizes)}
    return tables.people_table(axes, leaves)
