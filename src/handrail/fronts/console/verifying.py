"""`handrail verify`: does everything that was sealed still say what it said."""

import json as json_module

from django.db import connection

from handrail.core.common import clock
from handrail.core.journal import guards
from handrail.core.journal.verify import Broken, verify
from handrail.core.supplies import queries as supplies

from . import anchor

SAID = {
    anchor.NONE: "none; nothing to compare with",
    anchor.HOLDS: "holds",
    anchor.CUT: f"CUT; if you brought an older copy of the data back yourself, move {anchor.NAME} away",
}


def run(*, json: bool) -> int:
    """Verify both journals, their ends, the ledger's marks and the guards; return 0 when all of it holds."""
    report, marks, lacking = verify(today=clock.now().date()), supplies.unbalanced_marks(), guards.missing(connection)
    held = anchor.compare()
    broken = _named(report.broken) or _cut(held)
    told = {
        "sealed": report.sealed, "expired": report.expired, "unsealed": report.unsealed, "batches": report.batches,
        "broken": broken, "anchor": held.state, "unbalanced": len(marks), "guards_missing": lacking,
    }  # fmt: skip
    if json:
        print(json_module.dumps(told))
    else:
        print(
            f"sealed: {report.sealed}, expired: {report.expired}, not sealed yet: {report.unsealed}; batches: {report.batches}"
        )
        if broken:
            print("BROKEN: {journal} journal, batch {batch} of {day}, entry {entry}: {why}".format_map(broken))
        print(f"the chains' ends, beside the keys: {SAID[held.state]}")
        print(f"marks that do not add up: {len(marks)}; guards missing: {', '.join(lacking) or 'none'}")
    return 1 if broken or marks or lacking else 0


def _named(broken: Broken | None) -> dict[str, str | int] | None:
    if broken is None:
        return None
    day, entry = broken.day.isoformat(), str(broken.entry or "")
    return {"journal": broken.journal, "batch": broken.batch, "day": day, "why": broken.why, "entry": entry}


def _cut(held: anchor.Held) -> dict[str, str | int] | None:
    if held.state != anchor.CUT:
        return None
    return {"journal": held.journal, "batch": held.batch, "day": held.day, "why": held.state, "entry": ""}
