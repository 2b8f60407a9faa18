"""Somebody has every table of a sealed house and no key, and joins what must not be joined. Ids are derived in the open: they try that too."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from handrail.core.common.ids import part_id
from handrail.core.encounters import actions
from handrail.core.people import rules as people

from . import dump

MAY_LEAD = {  # the join matrix: the visit, what was delivered in it, and the act that it is a projection of
    "encounters_encounter", "exchange_line", "exchange_askedfor", "naloxone_dispense", "journal_sealedentry",
    "journal_expiringtime", "journal_expiringperson",
}  # fmt: skip
PARTS, LINES = (
    ("given", "returned", "asked", "naloxone"),
    8,
)  # names that our code derives ids by; more lines than a visit here has
BODY = {
    "given": [{"item": "SYR-INS-28-1", "amount": 10}, {"item": "COOK", "amount": 2}], "asked_for": ["other"],
    "naloxone": [{"item": "NAL-NS-4", "amount": 1}],
}  # fmt: skip


def derived(act: uuid.UUID) -> Iterator[str]:
    """Yield the ids that anyone who reads our code can make of an act's."""
    parts = [part_id(act, name) for name in ("encounter", *(f"{part}:{n}" for part in PARTS for n in range(LINES)))]
    yield from (one.hex for one in (act, *parts))
    yield from (part_id(act, str(one)).hex for one in parts)  # as a movement that is taken back


def test_a_dump_joins_a_visit_to_what_was_given_in_it_and_to_nothing_else(
    fresh_keys: None, visit: Any, outreach: Any, device: Any, seal: Callable[..., int], now: Any
) -> None:
    """No movement of stock, device, shift or worker, count, mark or table of another room leads to a visit, by a value that both hold or by
    an id that can be derived. The control: in the open day the attack finds the visits themselves and what was given in them.
    """
    acts = [uuid.uuid4() for _ in range(30)]
    for n, act in enumerate(acts):
        body = BODY | ({"card": people.new_code()} if n % 3 == 0 else {})
        actions.record_visit(visit(body, act_id=act, at=now - timedelta(hours=n % 8)), by=outreach, received_at=now)
    ids = {one for act in acts for one in derived(act)}
    assert (
        {"journal_openentry", "exchange_line", "naloxone_dispense"} <= leading(ids) <= {*MAY_LEAD, "journal_openentry"}
    )
    seal()
    assert {"journal_sealedentry", "exchange_line"} <= leading(ids) <= MAY_LEAD


def leading(ids: set[str]) -> set[str]:
    """Return the tables of which a cell, or what stands inside one as JSON, is one of these ids."""
    return {
        table
        for table, rows in dump.tables().items()
        if any(value.replace("-", "") in ids for row in rows for _, value in dump.cells(row))
    }
