"""`handrail verify`: does everything that was sealed still say what it said."""

import json as json_module

from django.db import connection

from handrail.core.common import clock
from handrail.core.journal import guards
from handrail.core.journal.verify import verify
from handrail.core.supplies import queries as supplies


def run(*, json: bool) -> int:
    """Verify both journals, the ledger's marks and the guards; return 0 when all of it holds."""
    report, marks, lacking = verify(today=clock.now().date()), supplies.unbalanced_marks(), guards.missing(connection)
    broken = report.broken
    told = {
        "sealed": report.sealed, "expired": report.expired, "unsealed": report.unsealed, "batches": report.batches,
        "broken": broken and {
            "journal": broken.journal, "batch": broken.batch, "day": broken.day.isoformat(), "why": broken.why,
            "entry": str(broken.entry or ""),
        },
        "unbalanced": len(marks), "guards_missing": lacking,
    }  # fmt: skip
    if json:
        print(json_module.dumps(told))
    else:
        print(
            f"{report.sealed} sealed entries in {report.batches} batches; {report.unsealed} not sealed yet; {report.expired} expired"
        )
        if broken:
            print(
                f"BROKEN: {broken.journal} journal, batch {broken.batch} of {broken.day}, entry {broken.entry}: {broken.why}"
            )
        print(f"marks that do not add up: {len(marks)}; guards missing: {', '.join(lacking) or 'none'}")
    return 1 if broken or marks or lacking else 0
