"""One mark a key and batch, with a lot and without, and an index that finds the latest, on both databases."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from handrail.core.supplies import actions, models, queries, rules

pytestmark = pytest.mark.django_db


def _mark(site, lot=None):
    return models.BalanceMark(
        id=uuid.uuid4(),
        batch=1,
        account_id=rules.account_id(site.id, rules.SHELF),
        item_id="COOK",
        lot_id=lot,
        balance=3,
    )


@pytest.mark.parametrize("with_lot", [True, False])
def test_a_key_has_one_mark_in_a_batch(site, with_lot):
    lot = models.Lot.objects.create(id=uuid.uuid4(), item_id="COOK", code="L1").id if with_lot else None
    _mark(site, lot).save()

    with pytest.raises(IntegrityError), transaction.atomic():
        _mark(site, lot).save()


def test_the_latest_mark_is_found_by_an_index_on_both_databases():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, models.BalanceMark._meta.db_table)

    columns = [one["columns"] for one in found.values() if one["index"] or one["unique"]]
    assert ["account_id", "item_id", "lot_id", "batch"] in columns
    assert ["account_id", "item_id", "batch"] in columns


def test_catalogue_is_kept_until_its_edition_is_another(site, django_assert_num_queries):
    known = queries.catalogue()
    with django_assert_num_queries(1):
        assert queries.catalogue() is known

    actions.add_items([{"code": "NEW", "name": "New item", "category": "prep", "unit": "each"}])

    assert "NEW" not in known.items
    assert "NEW" in queries.catalogue().items
