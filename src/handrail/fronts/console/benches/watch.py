"""The supply watch: what a thousand quiet years raise, what jumps it misses, how long a year takes."""

import csv
import time
from collections.abc import Iterator

from handrail.core.common import home

from .figures import Figure

FILE = home.ROOT.parent / "shared" / "data" / "drugchecking" / "unc" / "unc_monthly_substance_counts_2022_2023.csv"
YEARS, RUNS, SEED = 1_000, 10_000, 27
BATCHES = (1.0, 1.5, 3.0, 5.0)
JUMPS = ((0.0, 0.05, 100), (0.01, 0.10, 100), (0.05, 0.15, 100), (0.0, 0.05, 50), (0.0, 0.05, 33))
NEEDED = 0.80  # of jumps from 0 to 5 % at 100 a month, within two months


def supply_watch() -> Iterator[Figure]:
    """Yield false alerts a year by batch and regions beside the budget, and raised jumps beside what is needed."""
    from handrail.evidence.surveillance import BUDGET_A_YEAR, PUBLIC, quiet

    shares, volumes = _open_history()
    for regions in (1, 5):
        for batch in BATCHES:
            began = time.process_time()
            world = quiet.World(shares, volumes, regions=regions, batch=batch)
            told = quiet.false_alerts(world, rule=PUBLIC, years=YEARS, seed=SEED)
            name = f"quiet-years-{world.series}-series-batch-{batch:g}"
            ratio = round(BUDGET_A_YEAR / max(told.a_year, 1 / YEARS), 1)
            yield Figure(name, told.a_year, "a year", YEARS, "budget", BUDGET_A_YEAR, ratio)
        yield Figure("quiet-year", round((time.process_time() - began) * 1000 / YEARS, 2), "cpu ms", YEARS)
    for series in (16, 80):
        for before, after, contributors in JUMPS:
            jump = quiet.Jump(before, after, contributors=contributors, series=series)
            raised, month = quiet.power(jump, rule=PUBLIC, runs=RUNS, seed=SEED)
            name = f"jump-{before:g}-{after:g}-at-{contributors}-of-{series}"
            yield Figure(
                name, round(raised, 3), "in 2 months", RUNS, "needed at 0 to 5 %", NEEDED, round(raised / NEEDED, 2)
            )
            yield Figure(f"{name}-delay", round(month, 2), "months", RUNS)


def _open_history() -> tuple[tuple[float, ...], tuple[int, ...]]:
    with FILE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    total = sum(int(row["n_samples"]) for row in rows)
    names = [name for name in rows[0] if name not in {"month", "n_samples"}]
    shares = tuple(sum(int(row[name]) for row in rows) / total for name in names)
    return shares, tuple(int(row["n_samples"]) for row in rows[12:])
