"""The floor: what recording a visit would cost if it were nothing but its rows, inserted by bare SQL in one transaction."""

import uuid
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from handrail.core.common import clock
from handrail.core.org.session import StaffRequest, staff
from handrail.core.supplies import rules as stock

from . import GIVEN

ENTRY = (
    "INSERT INTO journal_openentry (id, journal, kind, version, site, day, worker, stated) "
    "VALUES (%s, 'anonymous', 'window.visit', 1, %s, %s, %s, %s)"
)
ENCOUNTER = (
    "INSERT INTO encounters_encounter (id, site_id, channel, at, day, sealed, person, served_for, services) "
    "VALUES (%s, %s, 'window', %s, %s, FALSE, '', 1, 'exchange')"
)
LINES = (
    "INSERT INTO exchange_line (id, encounter_id, day, sealed, direction, item_id, lot_id, lot_basis, amount, method, fill_percent, "
    "gross_g, tare_g) VALUES (%s, %s, %s, FALSE, 'out', %s, NULL, '', %s, '', NULL, NULL, NULL), "
    "(%s, %s, %s, FALSE, 'out', %s, NULL, '', %s, '', NULL, NULL, NULL)"
)
MOVEMENTS = (
    "INSERT INTO supplies_openmovement (id, day, item_id, lot_id, source_id, target_id, amount) "
    "VALUES (%s, %s, %s, NULL, %s, %s, %s), (%s, %s, %s, NULL, %s, %s, %s)"
)


@require_POST
@staff
def visit(request: StaffRequest, site_id: uuid.UUID) -> HttpResponse:
    """Insert the rows of one visit; ask nothing, judge nothing, show nothing."""
    insert(request.POST["id"], site=site_id, worker=str(request.worker.id))
    return HttpResponse("saved")


def insert(act: str, *, site: uuid.UUID, worker: str) -> None:
    """Insert the rows of one visit in one transaction."""
    now = clock.now()
    day, encounter = now.date().isoformat(), new()
    shelf, given = (stock.account_id(site, kind).hex for kind in (stock.SHELF, stock.GIVEN))
    lines: list[Any] = []
    moves: list[Any] = []
    for item, amount in GIVEN:
        lines += [new(), encounter, day, item, amount]
        moves += [new(), day, item, shelf, given, amount]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENTRY, [uuid.UUID(act).hex, str(site), day, worker, STATED % (now.isoformat(), site)])
        cursor.execute(ENCOUNTER, [encounter, site.hex, now.strftime("%Y-%m-%d %H:%M:%S"), day])
        cursor.execute(LINES, lines)
        cursor.execute(MOVEMENTS, moves)


STATED = (
    '{"at":"%s","body":{"given":[{"amount":1,"item":"SHARPS-P"},{"amount":10,"item":"SYR-INS-28-1"}],"served_for":1},'
    '"kind":"window.visit","site":"%s","version":1}'
)


def new() -> str:
    """Make a random id, written so that both databases take it."""
    return uuid.uuid4().hex
