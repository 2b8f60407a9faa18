"""Copies are numbered, an epoch ends when one is brought back, and neither row is ever changed."""

import pytest
from django.db import Error, connection, transaction

from handrail.core.org import actions, copies, models, queries


def test_copies_are_none_where_none_was_ever_made(db) -> None:
    assert queries.copies() is None and queries.last_copy_day() is None


def test_begin_copy_counts_before_the_copy_is_whole_and_finish_copy_after(db, now) -> None:
    number = copies.begin_copy(now.date())
    assert (number, queries.copies(), queries.last_copy_day()) == (1, (1, 0), None)
    copies.finish_copy(number, now.date())
    assert queries.copies() == (1, 1) and queries.last_copy_day() == now.date()


def test_done_is_the_number_of_the_last_whole_copy_and_not_how_many_there_are(db, now) -> None:
    for _ in range(3):
        last = copies.begin_copy(now.date())
    copies.finish_copy(last, now.date())
    assert queries.copies() == (3, 3)


def test_what_is_saved_while_a_copy_is_made_waits_for_the_next(db, now) -> None:
    number = copies.begin_copy(now.date())
    begun_at_saving, _ = queries.copies() or (0, 0)
    copies.finish_copy(number, now.date())
    assert queries.copies() == (begun_at_saving, begun_at_saving)
    copies.finish_copy(copies.begin_copy(now.date()), now.date())
    assert queries.copies() == (begun_at_saving + 1, begun_at_saving + 1)


def test_epoch_is_empty_before_there_is_anything(db) -> None:
    assert queries.epoch() == ""


def test_epoch_begins_with_the_installation_and_is_another_after_each_return(db) -> None:
    actions.install(demo=False)
    told = [queries.epoch()]
    for _ in range(2):
        copies.begin_epoch()
        told.append(queries.epoch())
    assert told[0] == str(models.Installation.objects.get().id) and len(set(told)) == 3


@pytest.mark.django_db(transaction=True)
def test_neither_row_is_changed_or_taken_away(now) -> None:
    copies.begin_copy(now.date())
    copies.begin_epoch()
    for table in ("org_copy", "org_epoch"):
        for sql in (f"UPDATE {table} SET number = 9", f"DELETE FROM {table}"):
            with pytest.raises(Error, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def test_a_copy_is_done_once(db, now) -> None:
    copies.finish_copy(1, now.date())
    with pytest.raises(Error, match=r"org_copy_step_once|org_copy.number"), transaction.atomic():
        copies.finish_copy(1, now.date())
