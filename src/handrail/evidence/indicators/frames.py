"""Questions across sites to an exported history, by Polars. Plain Python: usable on the files alone."""

from pathlib import Path
from typing import Any


def by_site_and_month(folder: Path) -> Any:
    """Return visits, served, with_code, sets_out and doses_out by site and month of an export (`history`), as a Polars frame in their order."""
    import polars as pl

    told = pl.scan_parquet(folder / "*" / "*" / "visits.parquet", hive_partitioning=True)
    return told.group_by("site", "month").agg(
        visits=pl.len(), served=pl.col("served_for").sum(), with_code=pl.col("with_code").sum(),
        sets_out=pl.col("sets_out").sum(), doses_out=pl.col("doses_out").sum(),
    ).sort("site", "month").collect()  # fmt: skip


def people_by_site_and_month(folder: Path) -> Any:
    """Return how many people with a code came, by site and month of an export (`history`), as a Polars frame. Never add them up."""
    import polars as pl

    told = pl.scan_parquet(folder / "*" / "*" / "people.parquet", hive_partitioning=True)
    return told.group_by("site", "month").agg(people=pl.len()).sort("site", "month").collect()
