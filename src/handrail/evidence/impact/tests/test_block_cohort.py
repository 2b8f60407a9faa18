"""Family (d2): the published checksum, and what must hold in any block cohort."""

import numpy as np
import pytest

from handrail.evidence.impact import BadInput, Scenario, run
from handrail.evidence.impact import block_cohort as family
from handrail.fronts.console.modelling import open_blocks

PARITY = {"apply_smr": "false"}


@pytest.fixture
def rows():
    """Two blocks, two behaviours, one sample, one cohort."""
    pairs = [(b, h) for b in (1, 2) for h in (1, 2)]
    return {
        "intervention": [{"id": 1, "name": "none"}, {"id": 2, "name": "methadone"}],
        "behavior": [{"id": 1, "name": "active"}, {"id": 2, "name": "not active"}],
        "background_mortality": [{"sample": 1, "time": 1, "probability": 0.001}],
        "behavior_transition": [
            {"sample": 1, "intervention": b, "time": 1, "initial_behavior": a, "new_behavior": z, "probability": 0.9 if a == z else 0.1}
            for b, _ in pairs[::2] for a in (1, 2) for z in (1, 2)
        ],
        "initial_population": [{"sample": 1, "intervention": b, "behavior": h, "count": 100.0} for b, h in pairs],
        "intervention_transition": [
            {"sample": 1, "behavior": h, "time": 1, "initial_intervention": a, "new_intervention": z, "probability": 0.8 if a == z else 0.2}
            for h in (1, 2) for a in (1, 2) for z in (1, 2)
        ],
        "overdose": [{"sample": 1, "intervention": b, "behavior": h, "time": 1, "probability": 0.01} for b, h in pairs],
        "overdose_fatality": [{"sample": 1, "intervention": b, "behavior": h, "time": 1, "probability": 0.1} for b, h in pairs],
        "population_change": [{"sample": 1, "intervention": b, "behavior": h, "time": 1, "count": 0.0} for b, h in pairs],
        "smr": [{"sample": 1, "intervention": b, "behavior": h, "time": 1, "ratio": 2.0} for b, h in pairs],
        "cohort": [{"id": 1, "description": "one", **{f"{name}_sample": 1 for name in ("background_mortality", "behavior_transition", "initial_population", "intervention_transition", "overdose", "overdose_fatality", "population_change", "smr")}}],
    }  # fmt: skip


@pytest.mark.scenario("evidence:8")
def test_the_published_checksum_and_what_the_mortality_ratio_does(data):
    blocks = open_blocks(data / "respond_v2_e2e_input.db")
    assert run(blocks, Scenario("x", PARITY)).value("checksum") == pytest.approx(4919534.367032, rel=1e-9)
    assert run(blocks, Scenario("x", PARITY | {"cohorts": 50})).value("checksum") == pytest.approx(
        245976718.351679, rel=1e-9
    )
    default = run(blocks, Scenario("x"))
    assert default.value("checksum") == pytest.approx(4847347.398890567, rel=1e-9)
    assert "mortality ratio" in default.notes[0] and "apply_smr=false" in default.notes[0]


def test_people_are_kept_or_counted_among_the_dead(rows):
    result = run(family.from_rows(rows, {}, file="x"), Scenario("x"))
    lost = result.figures["fatal_overdoses"].values.sum() + result.figures["background_deaths"].values.sum()
    state = result.figures["state"].values
    assert state[0].sum() - state[-1].sum() == pytest.approx(lost, rel=1e-12)


def test_without_mortality_nobody_dies(rows):
    for name in ("background_mortality", "overdose"):
        rows[name] = [one | {"probability": 0.0} for one in rows[name]]
    state = run(family.from_rows(rows, {}, file="x"), Scenario("x")).figures["state"].values
    assert state.sum(axis=(1, 2)) == pytest.approx(np.full(53, 400.0), rel=1e-12)


def test_swapping_two_equal_blocks_changes_nothing(rows):
    plain = run(family.from_rows(rows, {}, file="x"), Scenario("x")).value("checksum")
    rows["intervention"] = rows["intervention"][::-1]
    assert run(family.from_rows(rows, {}, file="x"), Scenario("x")).value("checksum") == pytest.approx(plain, rel=1e-12)


def test_parameters_may_change_on_the_way(rows):
    later = [one | {"time": 27, "probability": 0.05} for one in rows["overdose"]]
    rows["overdose"] += later
    overdoses = run(family.from_rows(rows, {}, file="x"), Scenario("x")).figures["overdoses"].values.sum(axis=(1, 2))
    assert overdoses[26] > 4 * overdoses[25]


def test_order_of_rows_changes_nothing(rows):
    plain = run(family.from_rows(rows, {}, file="x"), Scenario("x")).value("checksum")
    turned = {name: table if name in {"intervention", "behavior"} else table[::-1] for name, table in rows.items()}
    assert run(family.from_rows(turned, {}, file="x"), Scenario("x")).value("checksum") == plain


@pytest.mark.parametrize(
    ("table", "column", "value", "told"),
    [
        ("overdose", "probability", 1.2, "number from 0 to 1"),
        ("initial_population", "count", -5, "number from 0"),
        ("smr", "ratio", "two", "number from 0"),
        ("behavior_transition", "probability", 0.5, "sum to"),
    ],
)
def test_bad_cells_are_named_by_table_and_row(rows, table, column, value, told):
    rows[table][0][column] = value
    with pytest.raises(BadInput, match=told):
        family.from_rows(rows, {}, file="x.db")


def test_a_missing_table_is_named(rows):
    del rows["smr"]
    with pytest.raises(BadInput, match="table smr is missing"):
        family.from_rows(rows, {}, file="x.db")


def test_more_cohorts_than_there_are_are_refused(rows):
    with pytest.raises(BadInput, match="from 1 to 1"):
        run(family.from_rows(rows, {}, file="x"), Scenario("x", {"cohorts": 2}))


def test_the_same_tables_are_read_from_csv_files(rows, tmp_path):
    for name, table in rows.items():
        lines = [",".join(table[0]), *(",".join(str(cell) for cell in one.values()) for one in table)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run(family.load(tmp_path), Scenario("x")).value("checksum") == run(
        family.from_rows(rows, {}, file="x"), Scenario("x")
    ).value("checksum")
