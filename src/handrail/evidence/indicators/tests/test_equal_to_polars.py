"""Every indicator that is released, and the rates beside it, equal an independent computation: raw rows, joined and counted by Polars."""

import uuid
from datetime import date
from typing import Any

import polars as pl
import pytest
from django.db import connection

from handrail.core.org import queries as org
from handrail.evidence.indicators import exact, shares
from handrail.evidence.indicators.exact import NOT_SAID, WITH_CODE, WITHOUT
from handrail.evidence.indicators.parts import WHOLE

from .invented import VISITS, invent, invent_floor

SINCE, UNTIL = date(2026, 1, 1), date(2026, 2, 1)  # one of its four months, and by days within it
SPAN: dict[str, Any] = {"since": SINCE, "until": UNTIL}


def raw(table: str, *columns: str) -> pl.DataFrame:
    """Read a table as it stands, no model and no query of ours between."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)} FROM {table}")
        rows = cursor.fetchall()
    plain = [[str(cell).replace("-", "") if isinstance(cell, uuid.UUID) else cell for cell in row] for row in rows]
    return pl.DataFrame(plain, schema=list(columns), orient="row", infer_schema_length=None)


@pytest.fixture
def rows(site: Any, other_site: Any) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The month's standing visits with their site's name; its lines with their items; its dispenses with their products."""
    invent([site.id, other_site.id], VISITS)
    sites = pl.DataFrame([(one.id.hex, one.name) for one in org.sites()], schema=["site_id", "place"], orient="row")
    visits = raw("encounters_encounter", "id", "site_id", "day", "person").rename({"id": "encounter_id"})
    visits = visits.with_columns(pl.col("day").cast(pl.String).str.to_date())
    visits = visits.join(raw("encounters_undone", "encounter_id"), on="encounter_id", how="anti")
    visits = visits.filter(pl.col("day").is_between(SINCE, UNTIL, closed="left")).join(sites, on="site_id")
    items = raw("supplies_item", "code", "category", "counts_as_syringe", "doses_per_unit").rename({"code": "item_id"})
    lines = raw("exchange_line", "encounter_id", "direction", "item_id", "amount", "method")
    doses = raw("naloxone_dispense", "encounter_id", "item_id", "units").join(items, on="item_id")
    return (
        visits,
        lines.join(items, on="item_id", how="left").join(visits, on="encounter_id"),
        doses.join(visits, on="encounter_id"),
    )


@pytest.fixture
def floor(rows: Any, site: Any, other_site: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The month's stays where consumption occurred, with their visits; its overdoses, mistakes left out, with their response."""
    invent_floor([site.id, other_site.id])
    visits, _, _ = rows
    stays = raw("consumption_stay", "encounter_id", "outcome", "route").filter(pl.col("outcome") == "used")
    stays = stays.with_columns(
        pl.when(pl.col("route") == "").then(pl.lit(NOT_SAID)).otherwise(pl.col("route")).alias("how")
    )
    events = raw("consumption_overdose", "site_id", "day", "person", "outcome", "doses", "oxygen")
    events = events.with_columns(pl.col("day").cast(pl.String).str.to_date(), pl.col("oxygen").cast(pl.Boolean))
    events = events.filter(pl.col("day").is_between(SINCE, UNTIL, closed="left"), pl.col("outcome") != "mistake")
    neither = pl.when("oxygen").then(pl.lit("oxygen only")).otherwise(pl.lit("neither"))
    events = events.with_columns(pl.when(pl.col("doses") > 0).then(pl.lit("naloxone")).otherwise(neither).alias("how"))
    return stays.join(visits, on="encounter_id"), events.join(visits.select("site_id", "place").unique(), on="site_id")


def cells(frame: pl.DataFrame, axes: list[str], units: pl.Expr) -> dict[tuple[str, ...], tuple[int, int]]:
    """Count units and contributors (distinct codes; all visits without one may be one person) by every combination of axes and their wholes."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for mask in range(2 ** len(axes)):
        kept = [axis for n, axis in enumerate(axes) if mask >> n & 1]
        grouped = frame.with_columns(units.alias("units")).group_by(kept or pl.lit(1).alias("one")).agg(
            pl.col("units").sum(),
            people=pl.col("person").filter(pl.col("person") != "").n_unique(),
            nobody=(pl.col("person") == "").any(),
        )  # fmt: skip
        for row in grouped.to_dicts():
            where = tuple(row[axis] if axis in kept else WHOLE for axis in axes)
            found[where] = (row["units"], max(row["people"], int(row["nobody"])))
    return found


def ours(indicator: str) -> dict[tuple[str, ...], tuple[int, int]]:
    return {where: (cell.value, cell.contributors) for where, cell in exact.exact(indicator, **SPAN).items()}


@pytest.mark.faults
@pytest.mark.django_db
def test_every_released_indicator_and_rate_equals_an_independent_computation_by_polars(rows: Any, floor: Any) -> None:
    (visits, lines, doses), (stays, events) = rows, floor
    given, back = lines.filter(pl.col("direction") == "out"), lines.filter(pl.col("direction") == "in")
    sets = pl.col("amount") * pl.col("counts_as_syringe")
    code = pl.when(pl.col("person") == "").then(pl.lit(WITHOUT)).otherwise(pl.lit(WITH_CODE)).alias("code")
    told = {
        "syringes-out": cells(given.filter(pl.col("counts_as_syringe") == 1), ["place"], sets),
        "supplies-out": cells(given, ["place", "category"], pl.col("amount")),
        "naloxone-doses-out": cells(doses, ["place"], pl.col("units") * pl.col("doses_per_unit")),
        "visits": cells(visits.with_columns(code), ["place", "code"], pl.lit(1)),
        "participants-seen": cells(
            visits.filter(pl.col("person") != "").unique(["place", "person"]), ["place"], pl.lit(1)
        ),
        "consumption-visits": cells(stays, ["place", "how"], pl.lit(1)),
        "overdoses": cells(events, ["place", "how"], pl.lit(1)),
    }  # fmt: skip
    told["visits-with-a-code"] = told["visits"]
    assert set(told) == set(exact.SOURCES)
    for indicator, by_polars in told.items():
        counted = ours(indicator)
        if indicator == "participants-seen":  # a code seen at two sites is two pseudonyms: only places are told
            counted.pop((WHOLE,)), by_polars.pop((WHOLE,))
        assert counted == by_polars, indicator
    out, came = given.select(sets.sum()).item(), back["amount"].sum()
    assert shares.syringes_per_visit(**SPAN) == out / len(visits)
    assert shares.visits_with_code(**SPAN) == pytest.approx(
        100 * visits.filter(pl.col("person") != "").height / len(visits), rel=1e-12
    )
    rate, terms = shares.return_rate(**SPAN)
    assert (rate, terms.total) == (came / out * 100, came)
    by_method = dict(back.group_by("method").agg(pl.col("amount").sum()).iter_rows())
    assert (terms.said, terms.counted) == (by_method["said"], by_method["counted"])
    assert len(visits) > VISITS / 6
