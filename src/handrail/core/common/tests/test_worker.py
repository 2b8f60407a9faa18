"""Who may: by default nobody."""

import uuid

from handrail.core.common.worker import Worker

HERE, THERE = uuid.uuid4(), uuid.uuid4()


def test_may_is_no_by_default() -> None:
    assert not Worker(uuid.uuid4(), "ash").may("exchange.record", site_id=HERE)


def test_may_holds_at_its_own_site_only() -> None:
    ash = Worker(uuid.uuid4(), "ash", frozenset({("exchange.record", HERE)}))
    assert ash.may("exchange.record", site_id=HERE)
    assert not ash.may("exchange.record", site_id=THERE)
    assert not ash.may("exchange.record", site_id=None)
    assert not ash.may("supplies.receive", site_id=HERE)


def test_may_holds_everywhere_where_no_site_is_named() -> None:
    kit = Worker(uuid.uuid4(), "kit", frozenset({("org.change", None)}))
    assert kit.may("org.change", site_id=None) and kit.may("org.change", site_id=HERE)
