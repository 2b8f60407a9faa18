"""Whatever is changed in what was sealed, `verify` names the first place that does not hold."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from handrail.core.encounters import actions
from handrail.core.journal import guards, models, sealing
from handrail.core.journal.verify import verify
from handrail.core.people import rules as people
from handrail.core.supplies import queries as stock


@pytest.fixture
def sealed(visit: Any, outreach: Any, now: Any, seal: Any) -> list[uuid.UUID]:
    """Two sealed batches of five and three visits; returns the ids of the first, in their places."""
    for size in (5, 3):
        for n in range(size):
            body = {"given": [{"item": "SYR-INS-28-1", "amount": 10}]} | ({"card": people.new_code()} if n == 0 else {})
            actions.record_visit(visit(body), by=outreach, received_at=now)
        seal()
    sealing.seal_confidential(now.date())
    return list(
        models.SealedEntry.objects.filter(journal="anonymous", batch=1)
        .order_by("position")
        .values_list("id", flat=True)
    )


@pytest.fixture
def sql_id() -> Any:
    """Write an id as the database keeps it."""
    from django.db import connection

    return lambda one: one.hex if connection.vendor == "sqlite" else one


def found(now: Any) -> tuple[str, int, str, uuid.UUID | None]:
    broken = verify(today=now.date()).broken
    assert broken is not None
    return broken.journal, broken.batch, broken.why, broken.entry


def test_verify_says_what_it_walked(sealed, now, visit, outreach) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    report = verify(today=now.date())
    confidential = models.SealedEntry.objects.filter(journal="confidential").count()
    assert (report.broken, report.sealed, report.unsealed, report.batches, report.expired) == (
        None,
        8 + confidential,
        1,
        3,
        0,
    )


@pytest.mark.parametrize("place", range(5))
def test_verify_names_an_entry_whose_durable_text_was_edited(sealed, now, tamper, sql_id, place) -> None:
    sql = "UPDATE journal_sealedentry SET durable = replace(durable, '\"amount\":10', '\"amount\":11') WHERE id = %s"
    assert tamper(sql, (sql_id(sealed[place]),)) == 1
    assert found(now) == ("anonymous", 1, "leaf", sealed[place])


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "window.undo"), ("site", "elsewhere"), ("day", "2026-03-09")],
)
def test_verify_names_an_entry_whose_column_was_edited(sealed, now, tamper, sql_id, column, value) -> None:
    tamper(f"UPDATE journal_sealedentry SET {column} = %s WHERE id = %s", (value, sql_id(sealed[2])))
    assert found(now) == ("anonymous", 1, "leaf", sealed[2])


@pytest.mark.parametrize("column", ["durable_salt", "durable_commitment", "time_commitment", "person_commitment"])
def test_verify_names_an_entry_whose_commitment_was_edited(sealed, now, tamper, sql_id, column) -> None:
    tamper(f"UPDATE journal_sealedentry SET {column} = %s WHERE id = %s", (b"\x00" * 32, sql_id(sealed[2])))
    assert found(now) == ("anonymous", 1, "leaf", sealed[2])


@pytest.mark.parametrize("place", [0, 2])
def test_verify_names_the_gap_of_a_deleted_row(sealed, now, tamper, sql_id, place) -> None:
    tamper("DELETE FROM journal_sealedentry WHERE id = %s", (sql_id(sealed[place]),))
    assert found(now) == ("anonymous", 1, "missing", sealed[place + 1])


def test_verify_misses_the_last_row_of_a_batch_too(sealed, now, tamper, sql_id) -> None:
    tamper("DELETE FROM journal_sealedentry WHERE id = %s", (sql_id(sealed[-1]),))
    assert found(now)[:3] == ("anonymous", 1, "missing")


def test_verify_finds_two_rows_that_changed_places(sealed, now, tamper, sql_id) -> None:
    for row, place in ((0, 99), (1, 0), (0, 1)):
        tamper("UPDATE journal_sealedentry SET position = %s WHERE id = %s", (place, sql_id(sealed[row])))
    assert found(now)[:3] == ("anonymous", 1, "root")


def test_verify_names_an_entry_that_was_moved_to_another_batch(sealed, now, tamper, sql_id) -> None:
    tamper("UPDATE journal_sealedentry SET batch = 2, position = 3 WHERE id = %s", (sql_id(sealed[4]),))
    assert found(now)[:3] == ("anonymous", 1, "missing")


def test_verify_finds_a_movement_that_was_edited(sealed, now, tamper) -> None:
    assert tamper("UPDATE supplies_movement SET amount = 9") == 8
    assert found(now)[:3] == ("anonymous", 2, "table supplies.movement")
    assert len(stock.unbalanced_marks()) == 2


def test_verify_finds_a_movement_that_was_cut(sealed, now, tamper) -> None:
    tamper("DELETE FROM supplies_movement WHERE id = (SELECT id FROM supplies_movement LIMIT 1)")
    assert found(now)[:3] == ("anonymous", 2, "table supplies.movement")


def test_verify_finds_a_mark_that_was_edited(sealed, now, tamper) -> None:
    tamper("UPDATE supplies_balancemark SET balance = balance + 1 WHERE batch = 1")
    assert found(now)[:3] == ("anonymous", 1, "rooms")


def test_unbalanced_marks_names_what_the_last_mark_does_not_say(sealed, tamper) -> None:
    assert stock.unbalanced_marks() == []
    tamper("DELETE FROM supplies_balancemark WHERE batch = 2")
    assert len(stock.unbalanced_marks()) == 2


@pytest.mark.parametrize("column", ["root", "rooms", "chain"])
def test_verify_finds_a_batch_that_was_edited(sealed, now, tamper, column) -> None:
    tamper(f"UPDATE journal_batch SET {column} = %s WHERE journal = 'anonymous' AND number = 2", (b"\x00" * 32,))
    assert found(now)[:3] == ("anonymous", 2, column)


def test_verify_finds_a_batch_that_was_cut_from_the_middle(sealed, now, tamper) -> None:
    tamper("DELETE FROM journal_batch WHERE journal = 'anonymous' AND number = 1")
    assert found(now)[:3] == ("anonymous", 2, "order")


def test_verify_finds_a_batch_that_was_cut_from_the_end(sealed, now, tamper) -> None:
    tamper("DELETE FROM journal_batch WHERE journal = 'anonymous' AND number = 2")
    assert found(now)[:3] == ("anonymous", 2, "missing")


@pytest.mark.parametrize("part", ["time", "person"])
def test_verify_names_an_entry_whose_expiring_text_was_edited(sealed, now, tamper, sql_id, part) -> None:
    assert tamper(f"UPDATE journal_expiring{part} SET text = text || ' ' WHERE id = %s", (sql_id(sealed[3]),)) == 1
    assert found(now) == ("anonymous", 1, "leaf", sealed[3])


@pytest.mark.parametrize("part", ["time", "person"])
@pytest.mark.parametrize("days", [0, 31, 400])
def test_verify_names_an_entry_whose_part_went_without_a_run(sealed, now, tamper, sql_id, part, days) -> None:
    tamper(f"DELETE FROM journal_expiring{part} WHERE id = %s", (sql_id(sealed[3]),))
    assert found(now + timedelta(days=days)) == ("anonymous", 1, "expired too early", sealed[3])


def test_verify_finds_tampering_in_the_confidential_journal_first(sealed, now, tamper) -> None:
    tamper(
        "UPDATE journal_sealedentry SET durable = replace(durable, 'outreach', 'operator') WHERE journal = 'confidential'"
    )
    assert found(now)[:3] == ("confidential", 1, "leaf")


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("exchange.line", "UPDATE exchange_line SET amount = amount + 500"),
        ("exchange.line", "DELETE FROM exchange_line"),
        ("encounters.encounter", "UPDATE encounters_encounter SET served_for = 99"),
    ],
)
def test_verify_names_a_projection_whose_sealed_day_was_edited(sealed, now, tamper, table, change) -> None:
    assert tamper(change, ()) > 0
    assert found(now) == ("anonymous", 2, f"table {table}", None)


def test_verify_holds_while_something_late_is_open_and_after_it_is_sealed(sealed, now, visit, outreach, seal) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    assert verify(today=now.date()).broken is None
    seal()
    assert verify(today=now.date()).broken is None


def test_verify_names_an_edit_in_a_day_that_something_late_has_opened_again(
    sealed, now, visit, outreach, tamper
) -> None:
    actions.record_visit(visit(), by=outreach, received_at=now)
    tamper("UPDATE encounters_encounter SET served_for = 99 WHERE sealed")
    assert found(now)[2] == "table encounters.encounter"


def test_verify_names_an_edit_that_was_made_before_something_late_was_sealed(
    sealed, now, visit, outreach, tamper, seal
) -> None:
    tamper("UPDATE encounters_encounter SET served_for = 99")
    guards.install(connection)
    actions.record_visit(visit(), by=outreach, received_at=now)
    seal()
    assert found(now)[2] == "table encounters.encounter"


def test_verify_names_a_row_that_no_act_is_waiting_for(sealed, now, tamper) -> None:
    tamper(
        "INSERT INTO exchange_askedfor (id, encounter_id, day, sealed, what) "
        "SELECT id, id, '2026-03-01', FALSE, 'other' FROM encounters_encounter LIMIT 1"
    )
    assert found(now)[2] == "table exchange.askedfor"


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM journal_sealedtable", "UPDATE journal_sealedtable SET day = '2026-03-01'", "UPDATE journal_batch SET day = '2026-03-01'",
     "UPDATE journal_batch SET leaves = leaves + 1"],
)  # fmt: skip
def test_verify_finds_what_a_batch_says_beside_its_leaves_edited(sealed, now, tamper, change) -> None:
    assert tamper(
        f"{change} WHERE batch = 2"
        if "sealedtable" in change
        else f"{change} WHERE journal = 'anonymous' AND number = 2"
    )
    assert found(now)[:2] == ("anonymous", 2)
